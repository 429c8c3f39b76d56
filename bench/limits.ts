/**
 * Limits: what waiting for a slot costs when every task needs the only one, and what becomes of the slots of holders that
 * are killed.
 *
 * raw: the same work with nobody between one task and the next, as a sum and not measured.
 *
 * For the kills the lease of a run is 5 s (a setting of tests; 30 s otherwise). An observer looks at the slots that live
 * every few milliseconds; the figures hold over everything it saw.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flow, task } from 'd2flow'
import { openStore } from 'd2flow/store'
import { systemClock } from '../src/base/clock.ts'
import { startRun } from '../src/engine/start-run.ts'
import { thisProcess } from '../src/worker/identity.ts'
import { printFigure } from './measure/figure.ts'

const TASKS = 778
const TASK_MS = 120
const KILLS = 100
const SLOTS = 10
const LEASE_MS = 5_000
const LOOK_EVERY_MS = 5

const hold = flow({
  name: 'hold',
  run: async (_, ctx) =>
    await ctx.withSlots('killed', 1, async () => {
      process.stdout.write('held\n')
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    }),
})

if (process.argv[2] === '--hold') {
  const store = await openStore(process.argv[3] ?? '', { clock: systemClock, projectFolder: '.' })
  await startRun(hold, {}, { host: { store, clock: systemClock, identity: thisProcess(), leaseMs: LEASE_MS } })
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'd2flow-bench-'))
const address = `sqlite:${join(folder, 'bench.db')}`
const store = await openStore(address, { clock: systemClock, projectFolder: folder })
const host = { store, clock: systemClock, identity: thisProcess() }

await measureKills()
await measureWaiting()
await store.close()
rmSync(folder, { recursive: true })

/** Holders take all slots, others wait behind them; all holders are killed at once; the others come in when it is time. */
async function measureKills(): Promise<void> {
  await store.limits.create({ name: 'killed', size: SLOTS, perMs: null })
  const seen = { most: 0, looks: 0, isOver: false }
  const observer = observe(seen)
  let killed = 0
  let generation = startHolders()
  while (killed < KILLS) {
    await Promise.all(generation.map(({ held }) => held))
    const next = killed + SLOTS < KILLS ? startHolders() : []
    // on a machine that is too busy to beat in time a holder may lose its lease, and then fewer wait
    for (let looks = 0; next.length > 0 && looks < 1_000; looks += 1) {
      if ((await store.limits.get('killed'))?.waiters.length === SLOTS) break
      await systemClock.sleep(LOOK_EVERY_MS)
    }
    for (const { child } of generation) child.kill('SIGKILL')
    killed += generation.length
    generation = next
  }
  await systemClock.sleep(LEASE_MS)
  const leaked = (await store.limits.get('killed'))?.held ?? Number.NaN
  seen.isOver = true
  await observer

  const metrics = { leaked: 'slots leaked after killed holders, one lease later', most: 'most slots at once' }
  printFigure({ bench: 'limits', metric: metrics.leaked, value: leaked, unit: 'slots', n: killed })
  printFigure({ bench: 'limits', metric: metrics.most, value: seen.most, unit: 'slots', n: seen.looks, raw: SLOTS })
}

interface Holder {
  readonly child: ChildProcess
  readonly held: Promise<unknown>
}

function startHolders(): readonly Holder[] {
  return Array.from({ length: SLOTS }, () => {
    const args = ['--conditions=source', import.meta.filename, '--hold', address]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    return { child, held: once(child.stdout, 'data') }
  })
}

async function observe(seen: { most: number; looks: number; isOver: boolean }): Promise<void> {
  while (!seen.isOver) {
    seen.most = Math.max(seen.most, (await store.limits.get('killed'))?.held ?? 0)
    seen.looks += 1
    await systemClock.sleep(LOOK_EVERY_MS)
  }
}

async function measureWaiting(): Promise<void> {
  await store.limits.create({ name: 'only-one', size: 1, perMs: null })
  const ask = task({
    name: 'ask',
    tags: ['only-one'],
    async run(n: number, ctx) {
      await ctx.sleep(TASK_MS)
      return n
    },
  })
  const all = flow({
    name: 'all',
    run: async () => (await Promise.all(ask.map(Array.from({ length: TASKS }, (_, n) => n)))).length,
  })
  const beganMs = performance.now()
  const { run, result } = await startRun(all, {}, { host })
  if (result !== TASKS) throw new Error(`the run ended as ${run.state.name}: ${run.state.message}`)
  printFigure({
    bench: 'limits',
    metric: `${TASKS} tasks of ${TASK_MS / 1_000} s on a limit of 1`,
    value: (performance.now() - beganMs) / 1_000,
    unit: 's',
    n: TASKS,
    raw: (TASKS * TASK_MS) / 1_000,
  })
}
