/**
 * One round of each kind of trouble: some runs in a new store, processes that serve it, and a nemesis that does to them
 * what its random numbers say. The checker then says what must not be.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { newRun } from '../../src/model/new-run.ts'
import { isTerminal } from '../../src/model/state.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { judge, type Verdict } from './checker.ts'
import type { ChildOptions } from './faults-child.ts'
import * as ledger from './ledger.ts'

export const KINDS = ['kill', 'points', 'pause', 'stop', 'supervised', 'clock', 'disk'] as const
export type Kind = (typeof KINDS)[number]

export interface Round extends Verdict {
  readonly kind: Kind
  readonly seed: number
  /** What the nemesis did, by name. */
  readonly done: Readonly<Record<string, number>>
  readonly tookMs: number
}

export interface RoundOptions {
  readonly kind: Kind
  readonly seed: number
  /** A module that is loaded first by every process: how a fault is planted. */
  readonly preload?: string | undefined
}

const SCRIPT = join(import.meta.dirname, 'faults-child.ts')
const LEASE_MS = 4_000
/** A paused process has to lose its lease, and nobody wants to wait for long. */
const SHORT_LEASE_MS = 1_500
const RUNS = 5
const ROUND_MS = 60_000

export async function playRound({ kind, seed, preload }: RoundOptions): Promise<Round> {
  const begunMs = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'd2flow-faults-'))
  const place: Place = {
    folder: join(folder, 'project'),
    ledgerPath: join(folder, 'ledger.ndjson'),
    random: lehmer(seed),
    preload,
    done: {},
    processes: new Set(),
  }
  mkdirSync(place.folder)
  const disk = kind === 'disk' ? mountDisk(place.folder) : null
  try {
    await NEMESES[kind](place)
    const storePath = join(place.folder, 'd2flow.db')
    const mayComplain = kind === 'disk' ? { mayComplain: /the disk is full|disk reports an error/ } : {}
    const complaints = ledger.read(place.ledgerPath).filter(({ what }) => what === 'trouble').length
    if (complaints > 0) count(place, 'complaints', complaints)
    const verdict = await judge({ storePath, ledgerPath: place.ledgerPath, ...mayComplain })
    return { kind, seed, ...verdict, done: place.done, tookMs: Math.round(performance.now() - begunMs) }
  } finally {
    for (const each of place.processes) each.kill('SIGKILL')
    disk?.unmount()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether a disk of a size of our own can be made: as root on Linux. */
export function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

interface Place {
  readonly folder: string
  readonly ledgerPath: string
  readonly random: () => number
  readonly preload: string | undefined
  readonly done: Record<string, number>
  readonly processes: Set<ChildProcess>
}

const NEMESES: Readonly<Record<Kind, (place: Place) => Promise<void>>> = {
  /** Two processes on one file: one is killed in its first breath, then whichever took something last. */
  async kill(place) {
    const serving = [serveIt(place), serveIt(place)]
    await askFor(place, 'work', RUNS)
    await wait(between(place, 0, 700))
    await kill(place, serving[0])
    serving[0] = serveIt(place)
    const busy = await nextSign(place)
    await wait(between(place, 0, 200))
    const victim = serving.findIndex(({ pid }) => pid === busy?.pid)
    await kill(place, serving[victim])
    serveIt(place)
    await untilAllEnded(place)
  },

  /** One process after the other, each killing itself at a named point; the last one lives. */
  async points(place) {
    await askFor(place, 'work', RUNS)
    for (let life = 0; life < 2; life += 1) {
      const child = serveIt(place, { dieAt: Math.round(between(place, 1, 60)) })
      await Promise.race([ended(child), untilAllEnded(place)])
      if (child.signalCode === 'SIGKILL') count(place, 'kills')
      else await kill(place, child, 'ends')
    }
    serveIt(place)
    await untilAllEnded(place)
  },

  /**
   * A process is paused in a step that computes, long past its lease. Another takes its runs over, and while that one is
   * in the same step the first wakes: whatever it writes is to be refused.
   */
  async pause(place) {
    await askFor(place, 'slow', 1)
    await askFor(place, 'work', 1)
    const sleeper = serveIt(place, { leaseMs: SHORT_LEASE_MS })
    const begun = await untilLedger(place, (entry) => entry.what === 'effect' && entry.task === 'blocking')
    sleeper.kill('SIGSTOP')
    count(place, 'pauses')
    serveIt(place, { leaseMs: SHORT_LEASE_MS })
    await untilLedger(
      place,
      (entry) => entry.what === 'effect' && entry.task === 'blocking' && entry.epoch > epochOf(begun),
    )
    sleeper.kill('SIGCONT')
    await untilAllEnded(place)
    // it has runs that are not its own: it hears of it by its next write or its next beat
    await untilLedger(place, (entry) => entry.what === 'lost' && entry.pid === sleeper.pid)
    count(place, 'zombies')
  },

  /** Asked to stop in good order, again and again: no run is the worse for it. */
  async stop(place) {
    await askFor(place, 'work', RUNS)
    for (let stops = 0; stops < 2; stops += 1) {
      const child = serveIt(place, { mode: 'serve' })
      await untilLedger(place, (entry) => entry.what === 'claimed' && entry.pid === child.pid)
      await wait(between(place, 0, 60))
      child.kill('SIGTERM')
      count(place, 'stops')
      await ended(child)
    }
    serveIt(place, { mode: 'serve' })
    await untilAllEnded(place)
  },

  /** With a process for each run: one of them is killed, or the one that supervises them. */
  async supervised(place) {
    let serving = serveIt(place, { mode: 'supervised' })
    await askFor(place, 'work', RUNS)
    for (let kills = 0; kills < 2; kills += 1) {
      const busy = await nextSign(place)
      if (busy === null) break
      await wait(between(place, 0, 200))
      if (place.random() < 0.5) {
        await kill(place, serving)
        count(place, 'of them supervisors')
        serving = serveIt(place, { mode: 'supervised' })
      } else {
        killPid(busy.pid)
        count(place, 'kills')
      }
    }
    await untilAllEnded(place)
  },

  /** Clocks that jump by hours, forwards and back, each process's its own, and a kill. */
  async clock(place) {
    const offsets = () => Array.from({ length: 6 }, () => Math.round(between(place, -3, 3) * HOUR_MS))
    const restless = [serveIt(place, { clockOffsetsMs: offsets() }), serveIt(place, { clockOffsetsMs: offsets() })]
    await askFor(place, 'work', RUNS)
    await untilLedger(place, isClaim)
    await wait(between(place, 200, 1_200))
    for (const each of restless) await kill(place, each)
    count(place, 'jumps', 12)
    // what a clock from the future has put off falls due by one that is further ahead
    serveIt(place, { clockOffsetsMs: [6 * HOUR_MS] })
    await untilAllEnded(place)
  },

  /** The disk is full for a while, a process is killed meanwhile, and there is space again. */
  async disk(place) {
    const serving = serveIt(place)
    await askFor(place, 'work', RUNS)
    await untilLedger(place, isClaim)
    await wait(between(place, 0, 300))
    const filler = join(place.folder, 'filler')
    fill(filler)
    count(place, 'full disks')
    await wait(between(place, 200, 800))
    if (place.random() < 0.5) await kill(place, serving)
    rmSync(filler)
    serveIt(place)
    await untilAllEnded(place)
  },
}

const HOUR_MS = 3_600_000

function serveIt(place: Place, more: Partial<ChildOptions> = {}): ChildProcess {
  const { folder, ledgerPath, preload } = place
  const options: ChildOptions = { folder, ledger: ledgerPath, leaseMs: LEASE_MS, mode: 'tight', ...more }
  const args = [
    '--conditions=source',
    ...(preload === undefined ? [] : ['--import', preload]),
    SCRIPT,
    JSON.stringify(options),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  place.processes.add(child)
  child.on('exit', () => place.processes.delete(child))
  return child
}

async function askFor(place: Place, flowName: string, runs: number): Promise<void> {
  const store = await openStore(place)
  for (let n = 1; n <= runs; n += 1) {
    // before the clock of any process
    const at = new Date(Date.now() - 4 * HOUR_MS)
    await store.write([{ kind: 'run-created', run: newRun({ flowName, parameters: { n }, at }) }])
  }
  await store.close()
}

async function openStore({ folder }: Place) {
  return await openSqliteStore({ path: join(folder, 'd2flow.db'), clock: systemClock })
}

/** Runs that are given up are ended too. A round that takes too long is judged as it is. */
async function untilAllEnded(place: Place): Promise<void> {
  const store = await openStore(place)
  try {
    const untilMs = performance.now() + ROUND_MS
    while (performance.now() < untilMs) {
      const runs = await store.runs.list({ limit: 1_000 })
      if (runs.every(({ state }) => isTerminal(state))) return
      await wait(50)
    }
  } finally {
    await store.close()
  }
}

async function untilLedger(place: Place, fits: (entry: ledger.Entry) => boolean): Promise<ledger.Entry> {
  const untilMs = performance.now() + ROUND_MS
  for (;;) {
    const found = ledger.read(place.ledgerPath).find(fits)
    if (found !== undefined) return found
    if (performance.now() > untilMs) throw new Error(`waited in vain: ${fits.toString()}`)
    await wait(10)
  }
}

/** The next thing that happens in a run from now on; null when all have ended before. */
async function nextSign(place: Place): Promise<ledger.Entry | null> {
  const seen = ledger.read(place.ledgerPath).length
  let allEnded = false
  void untilAllEnded(place).then(() => (allEnded = true))
  for (;;) {
    const found = ledger
      .read(place.ledgerPath)
      .slice(seen)
      .find((entry) => 'run' in entry)
    if (found !== undefined || allEnded) return found ?? null
    await wait(10)
  }
}

function isClaim(entry: ledger.Entry): boolean {
  return entry.what === 'claimed'
}

function epochOf(entry: ledger.Entry): number {
  return 'epoch' in entry ? entry.epoch : 0
}

async function kill(place: Place, child: ChildProcess | undefined, as = 'kills'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  count(place, as)
  await ended(child)
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.on('exit', resolve))
}

function count({ done }: Place, what: string, times = 1): void {
  done[what] = (done[what] ?? 0) + times
}

function between({ random }: Place, low: number, high: number): number {
  return low + random() * (high - low)
}

/** Lehmer's generator: a round can be had again by its seed. */
function lehmer(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function mountDisk(folder: string): { readonly unmount: () => void } {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
  return { unmount: () => execFileSync('umount', ['-l', folder]) }
}

function fill(path: string): void {
  for (const bytes of [64 * 1024, 1024]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // as much as there is
    }
  }
}
