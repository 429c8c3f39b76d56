/**
 * What the engine adds to work that does nothing: 1,000 no-op tasks in one flow on a SQLite store that syncs every
 * commit, one after the other and mapped; the same on a store in memory-backed storage, where syncing costs nothing; ten
 * thousand mapped ones; what the store grows by; and how much memory it takes.
 *
 * raw: one durable commit of one row in the same folder.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from 'd2flow/store'
import { systemClock } from '../src/base/clock.ts'
import { startRun } from '../src/engine/start-run.ts'
import { thisProcess } from '../src/worker/identity.ts'
import { median, printFigure } from './measure/figure.ts'
import { mapped, sequential } from './measure/no-op-flows.ts'
import { runNode } from './measure/process.ts'
import { rawCommitMs } from './measure/raw-commit.ts'

const TASKS = 1_000
const MANY_TASKS = 10_000
const ROUNDS = 5
/** Where Linux keeps files in memory. */
const IN_MEMORY = '/dev/shm'

async function openPlace(parent: string) {
  const folder = mkdtempSync(join(parent, 'd2flow-bench-'))
  const path = join(folder, 'bench.db')
  const store = await openStore(`sqlite:${path}`, { clock: systemClock, projectFolder: folder })
  const host = { store, clock: systemClock, identity: thisProcess() }
  return {
    folder,
    path,
    async msPerTask(which: typeof sequential | typeof mapped, tasks: number): Promise<number> {
      const startedAt = performance.now()
      const { run } = await startRun(which, { tasks }, { host })
      if (run.state.type !== 'completed') throw new Error(`the run ended as ${run.state.name}: ${run.state.message}`)
      return (performance.now() - startedAt) / tasks
    },
    async close() {
      await store.close()
      return {
        bytes: statSync(path).size,
        remove: () => rmSync(folder, { recursive: true }),
      }
    },
  }
}

const once = process.argv.indexOf('--once')
const place = await openPlace(tmpdir())
if (once > 0) {
  // a process that does this and nothing else, for its memory
  const [which, tasks = ''] = process.argv.slice(once + 1)
  const ms = await place.msPerTask(which === 'mapped' ? mapped : sequential, Number(tasks))
  ;(await place.close()).remove()
  console.log(JSON.stringify({ ms }))
  process.exit(0)
}

const storeBytes = () =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(place.path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)
const inOwnProcess = async (which: string, tasks: number) =>
  await runNode(['--conditions=source', import.meta.filename, '--once', which, String(tasks)])

await place.msPerTask(sequential, 50)
const times = { raw: [] as number[], sequential: [] as number[], mapped: [] as number[] }
const before = storeBytes()
for (let round = 0; round < ROUNDS; round += 1) {
  times.raw.push(rawCommitMs(place.folder))
  times.sequential.push(await place.msPerTask(sequential, TASKS))
  times.mapped.push(await place.msPerTask(mapped, TASKS))
}
const raw = median(times.raw)
const closed = await place.close()
const grownMb = (closed.bytes - before) / 1e6 / (2 * ROUNDS * (TASKS / 1_000))
closed.remove()

// once before, so that nothing is compiled in the ones that are measured
await inOwnProcess('sequential', 10)
const peaks = [await inOwnProcess('sequential', TASKS), await inOwnProcess('mapped', TASKS)]
const peakMb = Math.max(...peaks.map((use) => use.peakMb))
const many = await inOwnProcess('mapped', MANY_TASKS)
const manyMs = (JSON.parse(many.stdout) as { ms: number }).ms * MANY_TASKS
const inMemory = existsSync(IN_MEMORY) ? await measureInMemory() : null

async function measureInMemory() {
  const memory = await openPlace(IN_MEMORY)
  await memory.msPerTask(sequential, 50)
  const ms: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) ms.push(await memory.msPerTask(sequential, TASKS))
  const ofCommit = rawCommitMs(memory.folder)
  ;(await memory.close()).remove()
  return { ms: median(ms), raw: ofCommit }
}

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
if (inMemory !== null) {
  printFigure({
    bench: 'engine-overhead',
    metric: 'no-op task, sequential, store in memory-backed storage',
    value: inMemory.ms,
    unit: 'ms',
    n: TASKS * ROUNDS,
    raw: inMemory.raw,
  })
}
printFigure({
  bench: 'engine-overhead',
  metric: '10,000 mapped no-op tasks',
  value: manyMs / 1_000,
  unit: 's',
  n: MANY_TASKS,
})
printFigure({
  bench: 'engine-overhead',
  metric: 'peak memory of a process with 10,000 mapped tasks',
  value: many.peakMb,
  unit: 'MB',
  n: MANY_TASKS,
})
