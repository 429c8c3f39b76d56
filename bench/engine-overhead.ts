/**
 * What the engine adds to work that does nothing: 1,000 no-op tasks in one flow on a SQLite store that syncs every
 * commit, one after the other and mapped; what the store grows by; how much memory it takes; and whether a step costs as
 * much late in a run as early.
 *
 * raw: one durable commit of one row in the same folder.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flow, task } from 'd2flow'
import { openStore } from 'd2flow/store'
import { systemClock } from '../src/base/clock.ts'
import { startRun } from '../src/engine/start-run.ts'
import { thisProcess } from '../src/worker/identity.ts'
import { median, printFigure } from './measure/figure.ts'
import { runNode } from './measure/process.ts'
import { rawCommitMs } from './measure/raw-commit.ts'

const TASKS = 1_000
const ROUNDS = 5

const nothing = task({ name: 'nothing', run: (n: number) => n })

const sequential = flow({
  name: 'sequential',
  async run({ tasks }: { tasks: number }) {
    for (let n = 0; n < tasks; n += 1) await nothing(n)
  },
})

const mapped = flow({
  name: 'mapped',
  async run({ tasks }: { tasks: number }) {
    await Promise.all(nothing.map(Array.from({ length: tasks }, (_, n) => n)))
  },
})

const folder = mkdtempSync(join(tmpdir(), 'd2flow-bench-'))
const path = join(folder, 'bench.db')
const store = await openStore(`sqlite:${path}`, { clock: systemClock, projectFolder: folder })
const host = { store, clock: systemClock, identity: thisProcess() }

async function msPerTask(which: typeof sequential | typeof mapped, tasks: number): Promise<number> {
  const startedAt = performance.now()
  const { run } = await startRun(which, { tasks }, { host })
  if (run.state.type !== 'completed') throw new Error(`the run ended as ${run.state.name}: ${run.state.message}`)
  return (performance.now() - startedAt) / tasks
}

const storeBytes = () =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)

if (process.argv.includes('--once')) {
  // a process that does this and nothing else, for its memory
  await msPerTask(process.argv.includes('mapped') ? mapped : sequential, TASKS)
  await store.close()
  rmSync(folder, { recursive: true })
  process.exit(0)
}

await msPerTask(sequential, 50)
const times = { raw: [] as number[], sequential: [] as number[], mapped: [] as number[] }
const before = storeBytes()
for (let round = 0; round < ROUNDS; round += 1) {
  times.raw.push(rawCommitMs(folder))
  times.sequential.push(await msPerTask(sequential, TASKS))
  times.mapped.push(await msPerTask(mapped, TASKS))
}
const raw = median(times.raw)
const peaks = await Promise.all(
  ['sequential', 'mapped'].map((which) => runNode(['--conditions=source', import.meta.filename, '--once', which])),
)
const peakMb = Math.max(...peaks.map((use) => use.peakMb))
await store.close()
const grownMb = (statSync(path).size - before) / 1e6 / (2 * ROUNDS * (TASKS / 1_000))

printFigure({
  bench: 'engine-overhead',
  metric: 'no-op task, sequential',
  value: median(times.sequential),
  unit: 'ms',
  n: TASKS * ROUNDS,
  raw,
})
printFigure({
  bench: 'engine-overhead',
  metric: 'no-op task, mapped',
  value: median(times.mapped),
  unit: 'ms',
  n: TASKS * ROUNDS,
  raw,
})
printFigure({
  bench: 'engine-overhead',
  metric: 'store growth per 1,000 tasks',
  value: grownMb,
  unit: 'MB',
  n: 2 * ROUNDS * TASKS,
})
printFigure({
  bench: 'engine-overhead',
  metric: 'peak memory of a process with 1,000 tasks',
  value: peakMb,
  unit: 'MB',
  n: TASKS,
})
rmSync(folder, { recursive: true })
