/**
 * Whether a step costs as much in a long run as in a short one: no claim, no step and no end of a run may read the whole
 * run.
 *
 * 200 and 10,000 no-op tasks in one flow, one after the other and mapped, on a SQLite store that syncs every commit. The
 * figure is a ratio of processor time, user and system together: a step at 10,000 over a step at 200. Processor time,
 * because what would grow is what is read and not how long the disk takes to sync.
 *
 * raw: 1, a step that costs the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from 'd2flow/store'
import { systemClock } from '../src/base/clock.ts'
import { startRun } from '../src/engine/start-run.ts'
import { thisProcess } from '../src/worker/identity.ts'
import { median, printFigure } from './measure/figure.ts'
import { mapped, sequential } from './measure/no-op-flows.ts'

const FEW = 200
const MANY = 10_000
const ROUNDS = 2

const folder = mkdtempSync(join(tmpdir(), 'd2flow-bench-'))
const store = await openStore(`sqlite:${join(folder, 'bench.db')}`, { clock: systemClock, projectFolder: folder })
const host = { store, clock: systemClock, identity: thisProcess() }

async function processorMsPerStep(which: typeof sequential | typeof mapped, tasks: number): Promise<number> {
  const before = process.cpuUsage()
  const { run } = await startRun(which, { tasks }, { host })
  if (run.state.type !== 'completed') throw new Error(`the run ended as ${run.state.name}: ${run.state.message}`)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / tasks
}

/** As many steps as the long run has, so that both are as warm. */
async function processorMsOfShort(which: typeof sequential | typeof mapped): Promise<number> {
  let total = 0
  for (let steps = 0; steps < MANY; steps += FEW) total += (await processorMsPerStep(which, FEW)) * FEW
  return total / MANY
}

for (const [name, which] of [
  ['one after the other', sequential],
  ['mapped', mapped],
] as const) {
  await processorMsPerStep(which, FEW)
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const short = await processorMsOfShort(which)
    const long = await processorMsPerStep(which, MANY)
    ratios.push(long / short)
  }
  printFigure({
    bench: 'engine-flatness',
    metric: `a step at ${MANY} steps over one at ${FEW}, ${name}`,
    value: median(ratios),
    unit: '×',
    n: ROUNDS * MANY,
    raw: 1,
  })
}
await store.close()
rmSync(folder, { recursive: true })
