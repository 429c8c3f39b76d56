/**
 * One round of each kind of trouble: some runs in a new store, processes that serve it, and a nemesis that does to them
 * what its random numbers say. The checker then says what must not be.
 */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { judge, type Verdict } from './checker.ts'
import * as ledger from './ledger.ts'
import {
  askFor,
  between,
  closePlace,
  count,
  ended,
  epochOf,
  isClaim,
  kill,
  killPid,
  nextSign,
  openPlace,
  serveIt,
  untilAllEnded,
  untilLedger,
  type Place,
} from './place.ts'

export const KINDS = ['kill', 'points', 'pause', 'stop', 'supervised', 'stall', 'clock', 'disk'] as const
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

/** A paused process has to lose its lease, and nobody wants to wait for long. */
const SHORT_LEASE_MS = 1_500
const RUNS = 5

export async function playRound({ kind, seed, preload }: RoundOptions): Promise<Round> {
  const begunMs = performance.now()
  const place = openPlace({ seed, preload })
  const disk = kind === 'disk' ? mountDisk(place.folder) : null
  try {
    await NEMESES[kind](place)
    const { storePath } = place
    const mayComplain = kind === 'disk' ? { mayComplain: /the disk is full|disk reports an error/ } : {}
    const complaints = ledger.read(place.ledgerPath).filter(({ what }) => what === 'trouble').length
    if (complaints > 0) count(place, 'complaints', complaints)
    const verdict = await judge({ storePath, ledgerPath: place.ledgerPath, ...mayComplain })
    const nobodyDied = (kind === 'stop' || kind === 'stall') && verdict.crashes > 0
    const violations = nobodyDied
      ? [...verdict.violations, `${verdict.crashes} crashes, and nobody died`]
      : verdict.violations
    return { kind, seed, ...verdict, violations, done: place.done, tookMs: Math.round(performance.now() - begunMs) }
  } finally {
    for (const each of place.processes) each.kill('SIGKILL')
    disk?.unmount()
    closePlace(place)
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

  /** Somebody else, a backup or a person with a shell, holds the file for a while: everybody waits, and nobody is lost. */
  async stall(place) {
    serveIt(place)
    serveIt(place)
    await askFor(place, 'work', RUNS)
    await untilLedger(place, isClaim)
    await wait(between(place, 0, 200))
    const database = new DatabaseSync(place.storePath, { timeout: 5_000 })
    database.exec('begin immediate')
    count(place, 'stalls')
    await wait(between(place, 800, 2_000))
    database.exec('commit')
    database.close()
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
