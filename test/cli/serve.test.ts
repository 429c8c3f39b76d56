/** `d2flow serve` as a service manager sees it: a real process, with runs in processes of their own. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { d2flow } from './command.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const PROJECT = `
import { appendFileSync } from 'node:fs'
import { deployment, flow, runtime, task } from 'd2flow'
import { defineProject } from 'd2flow/project'

const note = (line) => appendFileSync('notes.txt', line + '\\n')
const first = task({ name: 'first', run: () => note('first ran') })

const fragile = flow({
  name: 'fragile',
  async run(_, ctx) {
    await first()
    if (runtime.flowRun.runCount > 1) return 'went on'
    note('pid ' + process.pid)
    await new Promise(() => setInterval(() => {}, 1_000))
  },
})

const endless = flow({
  name: 'endless',
  async run(_, ctx) {
    note('endless ' + process.pid)
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)))
  },
})

export default defineProject({
  flows: [fragile, endless],
  deployments: [deployment({ name: 'once', flow: fragile }), deployment({ name: 'ever', flow: endless })],
})
`

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'd2flow-serve-'))
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules', 'd2flow'))
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(cwd, 'project.config.ts'), PROJECT)
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

const notes = () =>
  existsSync(join(cwd, 'notes.txt')) ? readFileSync(join(cwd, 'notes.txt'), 'utf8').trimEnd().split('\n') : []

async function noted(beginning: string): Promise<string> {
  for (;;) {
    const line = notes().find((each) => each.startsWith(beginning))
    if (line !== undefined) return line.slice(beginning.length).trim()
    await wait(50)
  }
}

interface Listed {
  readonly name: string
  readonly flowName: string
  readonly state: string
}

async function runs(): Promise<readonly Listed[]> {
  const { stdout } = await d2flow(['flow-run', 'ls', '--json'], { cwd })
  return (JSON.parse(stdout) as { runs: readonly Listed[] }).runs
}

async function untilEnded(flowName: string): Promise<Listed> {
  for (;;) {
    const run = (await runs()).find(({ flowName: of }) => of === flowName)
    if (run !== undefined && ['completed', 'cancelled', 'failed'].includes(run.state)) return run
    await wait(100)
  }
}

/** As the page of another process does. */
async function cancel(flowName: string): Promise<void> {
  const store = await openSqliteStore({ path: join(cwd, '.d2flow', 'd2flow.db'), clock: systemClock })
  const [run] = await store.runs.list({ flowName })
  await cancelRun(store, run?.id ?? '', { now: systemClock.now(), by: 'amina' })
  await store.close()
}

it('goes on with a run whose process was killed, cancels another, and leaves no process behind', async () => {
  let killed: Listed | undefined
  let cancelled: Listed | undefined

  const served = await d2flow(['serve'], {
    cwd,
    async whileRunning(child) {
      await d2flow(['deployment', 'run', 'fragile/once'], { cwd })
      process.kill(Number(await noted('pid')), 'SIGKILL')
      killed = await untilEnded('fragile')
      await d2flow(['deployment', 'run', 'endless/ever'], { cwd })
      await noted('endless')
      await cancel('endless')
      cancelled = await untilEnded('endless')
      child.kill('SIGTERM')
    },
  })

  expect(served.exitCode).toBe(0)
  expect(killed?.state).toBe('completed')
  expect(notes().filter((line) => line === 'first ran')).toHaveLength(1)
  expect(cancelled?.state).toBe('cancelled')
  expect(served.stderr).toContain('lost its process and goes on from its last finished step')
  expect(() =>
    process.kill(
      Number(
        notes()
          .find((line) => line.startsWith('endless'))
          ?.slice(8),
      ),
      0,
    ),
  ).toThrow('ESRCH')
}, 60_000)
