/** Work pools as a person uses them: real processes on one file, a worker among them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { newRun } from '../../src/model/new-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { serveCountry } from '../flows/served-country.ts'
import { d2flow } from './command.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const PROJECT = `
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { deployment, flow, runtime } from 'd2flow'
import { defineProject } from 'd2flow/project'
import { dhis2OrgUnits } from 'd2flow/flows/dhis2/dhis2-org-units'

const where = flow({
  name: 'where',
  run: () => ({ pid: process.pid, pool: runtime.workPool, deployment: runtime.deployment.name }),
})

const patient = flow({
  name: 'patient',
  async run() {
    appendFileSync('pid.txt', process.pid + '\\n')
    while (!existsSync('go')) await wait(20)
  },
})

export default defineProject({
  deployments: [
    deployment({ name: 'here', flow: where, pool: 'my-pool' }),
    deployment({ name: 'there', flow: where, pool: 'nope' }),
    deployment({ name: 'waits', flow: patient, pool: 'my-pool' }),
    deployment({ name: 'dhis2-ou', flow: dhis2OrgUnits, pool: 'my-pool', params: { instance: 'country' } }),
  ],
})
`

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-pools-'))
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules', 'd2flow'))
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(cwd, 'project.config.ts'), PROJECT)
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await d2flow(['--json', ...args], { cwd })
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

async function fails(
  ...args: string[]
): Promise<{ code: string; message: string; hint: string; exitCode: number | null }> {
  const { exitCode, stderr } = await d2flow(['--json', ...args], { cwd })
  const said = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; message: string; hint: string }
  return { ...said, exitCode }
}

interface Listed {
  readonly id: string
  readonly flowName: string
  readonly state: string
  readonly stateName: string
}

const runs = async () => (await json<{ readonly runs: readonly Listed[] }>('flow-run', 'ls')).runs

/** What a run gave, as the page of another process reads it. */
async function resultOf({ id }: Listed): Promise<unknown> {
  const store = await openSqliteStore({ path: join(cwd, '.d2flow', 'd2flow.db'), clock: systemClock })
  const run = await store.runs.get(id)
  await store.close()
  return run?.result?.kind === 'value' ? run.result.value : null
}

it('F116 makes a pool that is listed with its type, and says so when there is one already', async () => {
  const made = await d2flow(['work-pool', 'create', 'my-pool', '--type', 'process'], { cwd })

  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('d2flow worker start --pool my-pool') })
  expect(await fails('work-pool', 'create', 'my-pool', '--type', 'process')).toMatchObject({
    exitCode: 2,
    code: 'store/stale',
    message: 'a work pool is already saved as "my-pool"',
  })
  await json('work-pool', 'create', 'my-pool', '--type', 'process', '--concurrency-limit', '3', '--overwrite')
  await json('work-pool', 'pause', 'my-pool')
  expect(await json('work-pool', 'ls')).toMatchObject({
    workPools: [{ name: 'my-pool', type: 'process', concurrencyLimit: 3, paused: true, underWay: 0, due: 0 }],
  })
  await json('work-pool', 'resume', 'my-pool')
  await json('work-pool', 'set-concurrency-limit', 'my-pool', 'none')
  expect(await json('work-pool', 'inspect', 'my-pool')).toMatchObject({
    workPool: { paused: false, concurrencyLimit: null, workers: [] },
  })
  await json('work-pool', 'delete', 'my-pool')
  expect(await fails('work-pool', 'inspect', 'my-pool')).toMatchObject({ exitCode: 2, code: 'config/pool-missing' })
}, 60_000)

it('F100 lists the types of pools, and refuses those that are not built', async () => {
  expect(await json('work-pool', 'types')).toMatchObject({
    types: [
      { type: 'process', isBuilt: true },
      { type: 'docker', isBuilt: false },
      { type: 'kubernetes', isBuilt: false },
    ],
  })
  expect(await fails('work-pool', 'create', 'boxes', '--type', 'docker')).toMatchObject({
    exitCode: 2,
    code: 'config/params',
    message: 'work pools of type "docker" are not built',
    hint: expect.stringContaining('--type process'),
  })
  expect(await json('work-pool', 'ls')).toEqual({ workPools: [] })
}, 60_000)

it('F102 refuses a deployment to a pool that is not there, and a worker for one', async () => {
  const missing = {
    exitCode: 2,
    code: 'config/pool-missing',
    hint: 'create it with: d2flow work-pool create nope --type process',
  }

  expect(await fails('deploy', '-n', 'there')).toMatchObject({
    ...missing,
    message: 'deployment where/there: there is no work pool "nope"',
  })
  expect(await fails('worker', 'start', '--pool', 'nope')).toMatchObject(missing)
  expect(await json('deployment', 'ls')).toEqual({ deployments: [] })
  expect(await fails('deployment', 'run', 'where/there')).toMatchObject({
    exitCode: 2,
    message: 'deployment "where/there" goes to a work pool and is not deployed yet',
    hint: 'register it with: d2flow deploy -n where/there',
  })
}, 60_000)

it('asks which deployments are meant, and takes names, patterns and all', async () => {
  await json('work-pool', 'create', 'my-pool', '--type', 'process')
  await json('work-pool', 'create', 'nope', '--type', 'process')
  const deployed = async (...args: string[]) =>
    (await json<{ deployments: { deployment: string; change: string }[] }>('deploy', ...args)).deployments.map(
      ({ deployment, change }) => `${deployment} ${change}`,
    )

  expect(await fails('deploy')).toMatchObject({
    exitCode: 2,
    code: 'cli/usage',
    hint: 'say which with --name NAME, or --all',
  })
  expect(await fails('deploy', '-n', 'hero')).toMatchObject({ code: 'config/params', hint: 'did you mean "here"?' })
  expect(await deployed('-n', 'where/*')).toEqual(['where/here added', 'where/there added'])
  expect(await deployed('--all')).toEqual([
    'where/here unchanged',
    'where/there unchanged',
    'patient/waits added',
    'dhis2-org-units/dhis2-ou added',
  ])
  expect(await fails('work-pool', 'delete', 'nope')).toMatchObject({
    exitCode: 2,
    message: 'deployments go to the work pool "nope": where/there',
  })
}, 60_000)

it('F101 leaves three runs scheduled without a worker, late in the end, and has one worker complete all three', async () => {
  await json('work-pool', 'create', 'my-pool', '--type', 'process')
  await json('deploy', '-n', 'here')
  await json('deployment', 'run', 'where/here')
  await json('deployment', 'run', 'where/here')
  await askFor('here', new Date(systemClock.now().getTime() - 20_000))
  const before = await runs()

  const worked = await d2flow(['worker', 'start', '--pool', 'my-pool', '--name', 'cellar', '--run-once'], { cwd })
  const after = await runs()

  expect(before.map(({ state }) => state)).toEqual(['scheduled', 'scheduled', 'scheduled'])
  expect(before[0]?.stateName).toBe('Late')
  expect(worked.exitCode, worked.stderr).toBe(0)
  expect(after.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
}, 60_000)

it('F099 has the worker of the pool execute what was deployed to it, in a process of its own', async () => {
  await json('work-pool', 'create', 'my-pool', '--type', 'process')
  const deploying = await d2flow(['--json', 'deploy', '-n', 'here'], { cwd })
  await json('deployment', 'run', 'where/here')
  const { findings } = await json<{ readonly findings: unknown }>('doctor', '--offline')
  let workerPid: number | undefined

  await d2flow(['worker', 'start', '--pool', 'my-pool', '--run-once'], {
    cwd,
    whileRunning: (child) => void (workerPid = child.pid),
  })
  const [run] = await runs()

  expect(JSON.parse(deploying.stdout)).toMatchObject({ deployments: [{ pool: 'my-pool', change: 'added' }] })
  expect(findings).toContainEqual(
    expect.objectContaining({
      what: 'pool my-pool',
      says: 'no worker',
      hint: 'start one with: d2flow worker start --pool my-pool',
    }),
  )
  expect(run?.state).toBe('completed')
  const result = await resultOf(run as Listed)
  expect(result).toMatchObject({ pool: 'my-pool', deployment: 'here' })
  expect((result as { pid: number }).pid).not.toBe(workerPid)
}, 60_000)

it.each([['SIGINT'], ['SIGTERM']] as const)(
  'F117 polls a pool, is seen by its beats, and stops on %s with no child left',
  async (signal) => {
    await json('work-pool', 'create', 'my-pool', '--type', 'process')
    await json('deploy', '-n', 'waits')
    let seen: unknown

    const worked = await d2flow(['worker', 'start', '--pool', 'my-pool', '--name', 'cellar'], {
      cwd,
      async whileRunning(child) {
        await json('deployment', 'run', 'patient/waits')
        await until(() => existsSync(join(cwd, 'pid.txt')))
        seen = await json('work-pool', 'inspect', 'my-pool')
        child.kill(signal)
        writeFileSync(join(cwd, 'go'), '')
      },
    })
    const [run] = await runs()

    expect(worked.exitCode, worked.stderr).toBe(0)
    expect(worked.stderr).toContain('worker cellar polls my-pool')
    expect(worked.stderr).toContain('worker cellar stopped')
    expect(seen).toMatchObject({ workPool: { underWay: 1, workers: [{ worker: 'cellar', alive: true }] } })
    expect(run?.state).toBe('completed')
    expect(() => process.kill(Number(readFileSync(join(cwd, 'pid.txt'), 'utf8')), 0)).toThrow('ESRCH')
    expect(await json('work-pool', 'inspect', 'my-pool')).toMatchObject({ workPool: { workers: [{ alive: false }] } })
  },
  60_000,
)

it('F118 makes a pool, starts a worker, deploys and runs, on a clean store', async () => {
  const country = await serveCountry({ personality: '2.43' })
  const values = [`baseUrl=${country.address}`, 'username=admin', 'password=district']
  await json('block', 'create', 'dhis2', 'country', ...values.flatMap((value) => ['-v', value]))
  await json('work-pool', 'create', 'my-pool', '--type', 'process')
  let watched: unknown

  const worked = await d2flow(['worker', 'start', '--pool', 'my-pool'], {
    cwd,
    async whileRunning(child) {
      await json('deploy', '-n', 'dhis2-ou')
      watched = await json('deployment', 'run', 'dhis2-org-units/dhis2-ou', '--watch')
      child.kill('SIGTERM')
    },
  })
  await country.stop()

  expect(watched).toMatchObject({ run: { state: 'completed', deploymentName: 'dhis2-ou' } })
  expect(worked.exitCode, worked.stderr).toBe(0)
}, 60_000)

/** A run of this deployment, due at a moment that has passed. */
async function askFor(name: string, dueAt: Date): Promise<void> {
  const store = await openSqliteStore({ path: join(cwd, '.d2flow', 'd2flow.db'), clock: systemClock })
  const deployment = (await store.deployments.list()).find((each) => each.name === name)
  if (deployment === undefined) throw new Error(`${name} is not deployed`)
  const run = newRun({
    flowName: deployment.flowName,
    parameters: {},
    at: systemClock.now(),
    dueAt,
    deployment: { id: deployment.id, name, scheduleSlug: null },
  })
  await store.write([{ kind: 'run-created', run }])
  await store.close()
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(50)
}
