import { deployment, flow, interval, MINUTE, runtime, SECOND, type DeploymentDefinition } from 'd2flow'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog, silentLog } from '../../src/base/log.ts'
import { readSettings } from '../../src/base/settings.ts'
import { applyDeployments } from '../../src/project/apply-deployments.ts'
import { openProject, type Project } from '../../src/project/open-project.ts'
import { requestRun } from '../../src/project/request-run.ts'
import { createService, serve, type Service } from '../../src/project/serve.ts'
import { workForPool } from '../../src/project/work-for-pool.ts'
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'

const where = flow({ name: 'where', run: () => ({ pool: runtime.workPool }) })
const night = { pool: 'night-runs', name: 'cellar' }

let clock: FakeClock
let folder: string
let project: Project

beforeEach(() => {
  clock = createFakeClock(new Date('2026-03-01T00:00:00Z'))
  folder = mkdtempSync(join(tmpdir(), 'd2flow-pool-'))
})

afterEach(async () => {
  await project.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(deployments: readonly DeploymentDefinition[], ...pools: readonly string[]): Promise<void> {
  const definition = { deployments }
  const store = 'sqlite:runs.db'
  project = await openProject({ folder, definition, settings: readSettings({}), store, clock })
  const createdAt = clock.now().toISOString()
  for (const name of pools)
    await project.store.workPools.save({ name, type: 'process', paused: false, concurrencyLimit: null, createdAt })
}

const service = (worker?: typeof night): Service =>
  createService({
    project,
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    ...(worker === undefined ? {} : { worker }),
  })

async function look(at: Service): Promise<void> {
  await at.tick({ slow: true })
  await at.worker.idle()
}

async function runsOf(deploymentName: string) {
  const runs = await project.store.runs.list({})
  return runs.filter((run) => run.deploymentName === deploymentName)
}

describe('a deployment that goes to a work pool', () => {
  it('F099 waits there while others are served, and is run by a worker, which leaves those to be served alone', async () => {
    const definitions = [
      deployment({ name: 'pooled', flow: where, pool: 'night-runs' }),
      deployment({ name: 'served', flow: where }),
    ]
    await open(definitions, 'night-runs')
    const [pooled, served] = await applyDeployments(definitions, project.store, clock)
    if (pooled === undefined || served === undefined) throw new Error('nothing was deployed')
    const states = async () =>
      (await Promise.all([runsOf('pooled'), runsOf('served')])).map((runs) => runs.map(({ state }) => state.type))

    await requestRun(project, pooled.record, {})
    await look(service())
    const untouched = await states()
    await requestRun(project, served.record, {})
    await look(service(night))

    expect(untouched).toEqual([['scheduled'], []])
    expect(await states()).toEqual([['completed'], ['scheduled']])
    const [run] = await runsOf('pooled')
    expect(run?.result).toMatchObject({ value: { pool: 'night-runs' } })
  })

  it('F099 is not registered by serving the project', async () => {
    const definitions = [
      deployment({ name: 'pooled', flow: where, pool: 'night-runs' }),
      deployment({ name: 'served', flow: where }),
    ]
    await open(definitions, 'night-runs')
    const stopped = AbortSignal.abort()

    await serve({ project, clock, log: silentLog, signal: stopped })

    expect((await project.store.deployments.list()).map(({ name }) => name)).toEqual(['served'])
  })

  it('F102 is refused whole when its pool is not there', async () => {
    const definitions = [deployment({ name: 'pooled', flow: where, pool: 'nope' })]
    await open(definitions, 'night-runs')

    const applying = applyDeployments(definitions, project.store, clock)

    await expect(applying).rejects.toMatchObject({
      code: 'config/pool-missing',
      message: 'deployment where/pooled: there is no work pool "nope"',
      hint: 'create it with: d2flow work-pool create nope --type process',
    })
    expect(await project.store.deployments.list()).toEqual([])
  })

  it('has its schedule kept by its worker, which keeps no other', async () => {
    const definitions = [
      deployment({ name: 'pooled', flow: where, pool: 'night-runs', schedule: interval(MINUTE) }),
      deployment({ name: 'served', flow: where, schedule: interval(MINUTE) }),
    ]
    await open(definitions, 'night-runs')
    await applyDeployments(definitions, project.store, clock)
    const worker = service(night)

    await look(worker)
    clock.advance(MINUTE + SECOND)
    await look(worker)

    expect((await runsOf('pooled')).filter(({ state }) => state.type === 'completed')).toHaveLength(1)
    expect(await runsOf('served')).toEqual([])
  })

  it('goes to whoever serves once it is deployed without a pool', async () => {
    const before = [deployment({ name: 'moves', flow: where, pool: 'night-runs' })]
    await open(before, 'night-runs')
    const [pooled] = await applyDeployments(before, project.store, clock)
    if (pooled === undefined) throw new Error('nothing was deployed')
    await requestRun(project, pooled.record, {})

    const [moved] = await applyDeployments([deployment({ name: 'moves', flow: where })], project.store, clock)
    await look(service())

    expect(moved?.change).toBe('changed')
    expect((await runsOf('moves')).map(({ state }) => state.type)).toEqual(['completed'])
  })
})

describe('a worker', () => {
  it('F117 says what it polls, beats under its name, and says when it has stopped', async () => {
    await open([], 'night-runs')
    const said: string[] = []
    const log = createLog((_, message) => said.push(message))

    await workForPool({ project, clock, log, signal: new AbortController().signal, worker: night, once: true })

    expect(said).toEqual(['worker cellar polls night-runs', 'worker cellar stopped'])
    expect(await project.store.servers.list()).toMatchObject([{ ...night, stoppedAt: expect.any(String) }])
  })

  it('takes nothing while its pool is paused, and no more than the limit of the pool leaves', async () => {
    const definitions = [deployment({ name: 'pooled', flow: where, pool: 'night-runs', overlap: 'allow' })]
    await open(definitions, 'night-runs')
    const [pooled] = await applyDeployments(definitions, project.store, clock)
    if (pooled === undefined) throw new Error('nothing was deployed')
    for (let count = 0; count < 3; count += 1) await requestRun(project, pooled.record, {})
    const pool = await project.store.workPools.get('night-runs')
    if (pool === null) throw new Error('the pool is gone')
    const [one, another] = [service(night), service({ ...night, name: 'attic' })]

    await project.store.workPools.save({ ...pool, paused: true }, { overwrite: true })
    const whilePaused = await one.worker.take()
    await project.store.workPools.save({ ...pool, concurrencyLimit: 2 }, { overwrite: true })
    const taken = await Promise.all([one.worker.take(), another.worker.take()])
    await Promise.all([one.worker.idle(), another.worker.idle()])

    expect(whilePaused).toBe(0)
    expect(taken[0] + taken[1]).toBe(2)
    expect(await one.worker.take()).toBe(1)
    await one.worker.idle()
  })

  it('is refused a pool that is not there, and says so when its pool goes', async () => {
    await open([], 'night-runs')
    const worker = service(night)
    await project.store.workPools.delete('night-runs')

    const missing = { code: 'config/pool-missing', message: 'there is no work pool "night-runs"' }
    const starting = workForPool({ project, clock, log: silentLog, signal: AbortSignal.abort(), worker: night })

    await expect(starting).rejects.toMatchObject(missing)
    await expect(worker.tick({ slow: true })).rejects.toMatchObject(missing)
  })
})
