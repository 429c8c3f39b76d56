/**
 * How long it takes until somebody else has the run of a process that died, until the same machine has it again, and until
 * a run that is to be cancelled is; and what a blocked event loop costs.
 *
 * Leases of 10 s, crashes looked for every 5 s, as a service that is asked to be quick. The last figure takes a minute.
 */
import type { ChildProcess } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.ts'
import { canonicalJson } from '../src/base/hash.ts'
import { cancelRun } from '../src/engine/cancel-run.ts'
import { isTerminal } from '../src/model/state.ts'
import type { Entry } from '../test/faults/ledger.ts'
import * as ledger from '../test/faults/ledger.ts'
import {
  askFor,
  closePlace,
  ended,
  kill,
  openPlace,
  openStore,
  serveIt,
  untilAllEnded,
  untilLedger,
  type Place,
} from '../test/faults/place.ts'
import { median, printFigure } from './measure/figure.ts'

const LEASE_MS = 10_000
const figure = (metric: string, value: number, unit: string, n: number) =>
  printFigure({ bench: 'recovery', metric, value, unit, n })

const claimedBy = (child: ChildProcess) => (entry: Entry) => entry.what === 'claimed' && entry.pid === child.pid

async function on<T>(seed: number, play: (place: Place) => Promise<T>): Promise<T> {
  const place = openPlace({ seed })
  try {
    return await play(place)
  } finally {
    closePlace(place)
  }
}

/** A process falls silent right after a beat, and nobody can tell whether it lives: it is paused. */
async function redispatchMs(seed: number): Promise<number> {
  return await on(seed, async (place) => {
    const first = serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    await askFor(place, 'slow', 1, { blockedMs: 3_000 })
    await untilLedger(place, claimedBy(first))
    const second = serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    await wait(500)
    first.kill('SIGSTOP')
    const silentMs = performance.now()
    await untilLedger(place, claimedBy(second))
    return performance.now() - silentMs
  })
}

/** Killed in its work, and started again at once: from the start of the new process to its claim. */
async function restartMs(seed: number): Promise<number> {
  return await on(seed, async (place) => {
    const first = serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    await askFor(place, 'slow', 1, { blockedMs: 3_000 })
    await untilLedger(place, claimedBy(first))
    await kill(place, first)
    const startedMs = performance.now()
    const second = serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    await untilLedger(place, claimedBy(second))
    return performance.now() - startedMs
  })
}

/** From the wish to the end of the run and of all its processes. */
async function cancelMs(flowName: string, seed: number): Promise<number> {
  return await on(seed, async (place) => {
    serveIt(place, { mode: 'serve-supervised', leaseMs: LEASE_MS })
    const [runId = ''] = await askFor(place, flowName, 1)
    const claim = await untilLedger(place, ({ what }) => what === 'claimed')
    await wait(500)
    const store = await openStore(place)
    const wishedMs = performance.now()
    await cancelRun(store, runId, { now: systemClock.now(), by: 'the benchmark' })
    while (!isTerminal((await store.runs.get(runId))?.state ?? { type: 'running' })) {
      await wait(20)
    }
    const tookMs = performance.now() - wishedMs
    const state = (await store.runs.get(runId))?.state
    await store.close()
    if (state?.type !== 'cancelled') throw new Error(`it ended ${state?.type}`)
    if (flowName === 'deaf' && processesIn(claim.pid) > 0) throw new Error('a process was left behind')
    return tookMs
  })
}

/** How many processes of the group are alive: one that has ended and was not asked for its exit code yet is not. */
function processesIn(group: number): number {
  return execFileSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([of, state = 'Z']) => Number(of) === group && !state.startsWith('Z')).length
}

interface Resumed {
  readonly reused: number
  readonly ran: number
  readonly equal: boolean
}

/** Five stages, killed in the fourth. */
async function resume(seed: number): Promise<Resumed> {
  return await on(seed, async (place) => {
    const first = serveIt(place)
    const [runId = ''] = await askFor(place, 'stages', 1)
    while (effectsOf(place, runId).length < 4) await wait(5)
    await kill(place, first)
    serveIt(place)
    await untilAllEnded(place)
    const [unbroken = ''] = await askFor(place, 'stages', 1)
    await untilAllEnded(place)
    const store = await openStore(place)
    const results = await Promise.all([runId, unbroken].map(async (id) => (await store.runs.get(id))?.result))
    await store.close()
    const after = effectsOf(place, runId).filter(({ epoch }) => epoch > 1)
    const [a, b] = results.map((result) => (result?.kind === 'value' ? canonicalJson(result.value) : null))
    return { reused: 5 - after.length, ran: after.length, equal: a !== null && a === b }
  })
}

function effectsOf({ ledgerPath }: Place, runId: string) {
  return ledger
    .read(ledgerPath)
    .filter((entry) => entry.what === 'effect')
    .filter(({ run }) => run === runId)
}

/** Four services on one file, each with a run that lets nobody else have a turn, and with others beside it. */
async function blocked(
  blockedMs: number,
): Promise<{ readonly crashes: number; readonly complaints: number; readonly runs: number }> {
  return await on(1, async (place) => {
    const services = [1, 2, 3, 4].map(() => serveIt(place, { mode: 'supervised', leaseMs: LEASE_MS, atOnce: 2 }))
    await askFor(place, 'slow', 4, { blockedMs })
    await askFor(place, 'work', 100)
    await untilAllEnded(place)
    const store = await openStore(place)
    const runs = await store.runs.list({ limit: 1_000 })
    await store.close()
    const unfinished = runs.filter(({ state }) => state.type !== 'completed')
    if (unfinished.length > 0) throw new Error(`${unfinished.length} runs did not complete`)
    for (const each of services) each.kill('SIGTERM')
    await Promise.all(services.map(ended))
    const complaints = ledger.read(place.ledgerPath).filter(({ what }) => what === 'trouble' || what === 'lost')
    for (const each of complaints) console.error(JSON.stringify(each))
    return {
      crashes: runs.reduce((sum, run) => sum + run.crashCount, 0),
      complaints: complaints.length,
      runs: runs.length,
    }
  })
}

/** Somebody else holds the file for a while. Gives the crashes of the runs that had to wait. */
async function stalled(ms: number): Promise<number> {
  return await on(1, async (place) => {
    serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    serveIt(place, { mode: 'serve', leaseMs: LEASE_MS })
    await askFor(place, 'work', 20)
    await untilLedger(place, ({ what }) => what === 'claimed')
    const database = new DatabaseSync(place.storePath, { timeout: 5_000 })
    database.exec('begin immediate')
    await wait(ms)
    database.exec('commit')
    database.close()
    await untilAllEnded(place)
    const store = await openStore(place)
    const runs = await store.runs.list({ limit: 1_000 })
    await store.close()
    if (runs.some(({ state }) => state.type !== 'completed')) throw new Error('not all runs completed')
    return runs.reduce((sum, run) => sum + run.crashCount, 0)
  })
}

/** So many runs that do nothing, five at a time: from the first claim to the last end. */
async function runsPerSecond(mode: 'serve' | 'serve-supervised', runs: number): Promise<number> {
  return await on(1, async (place) => {
    await askFor(place, 'noop', runs)
    serveIt(place, { mode })
    await untilLedger(place, ({ what }) => what === 'claimed')
    const begunMs = performance.now()
    await untilAllEnded(place)
    return (1_000 * runs) / (performance.now() - begunMs)
  })
}

const several = async (times: number, measure: (seed: number) => Promise<number>) => {
  const all: number[] = []
  for (let seed = 1; seed <= times; seed += 1) all.push(await measure(seed))
  return all
}

const redispatch = await several(3, redispatchMs)
figure('silent until another process has its run, longest', Math.max(...redispatch) / 1_000, 's', redispatch.length)
const restarts = await several(5, restartMs)
figure('started again until it has its own run back, longest', Math.max(...restarts) / 1_000, 's', restarts.length)
const cooperative = await several(5, async (seed) => await cancelMs('heeding', seed))
figure('cancel, a body that heeds its signal, longest', Math.max(...cooperative) / 1_000, 's', cooperative.length)
figure('cancel, a body that heeds its signal, median', median(cooperative) / 1_000, 's', cooperative.length)
const forced = await several(2, async (seed) => await cancelMs('deaf', seed))
figure('cancel, a body that heeds nothing, longest', Math.max(...forced) / 1_000, 's', forced.length)
const { reused, ran, equal } = await resume(1)
figure('five stages killed in the fourth: reused', reused, 'stages', 1)
figure('five stages killed in the fourth: run', ran, 'stages', 1)
figure('five stages killed in the fourth: result equal to an unbroken run', equal ? 1 : 0, 'of 1', 1)
figure('no-op runs, five at once, in the serving process', await runsPerSecond('serve', 500), 'runs/s', 500)
figure(
  'no-op runs, five at once, in processes of their own',
  await runsPerSecond('serve-supervised', 500),
  'runs/s',
  500,
)
figure('store held by somebody else for 5 s: false crashes', await stalled(5_000), 'count', 40)
const { crashes, complaints, runs } = await blocked(60_000)
figure('event loops blocked for 60 s in four services on one file: false crashes', crashes, 'count', runs)
figure('event loops blocked for 60 s in four services on one file: busy errors', complaints, 'count', runs)
