/**
 * A clock whose hands a test moves. Sleeping takes no time: it is written down and the hands go on by as much. Sleeps
 * that overlap overlap here too: three of 300 ms that begin together are over after 300 ms.
 */
import type { Clock } from '../base/clock.ts'

export interface FakeClock extends Clock {
  /** Every wait so far, in the order in which they began, in milliseconds. */
  readonly waitsMs: readonly number[]
  /** Moves the hands on without anybody having waited. */
  advance(ms: number): void
}

interface Sleeper {
  readonly wakesAtMs: number
  readonly wake: () => void
}

export function createFakeClock(start: Date | string = '2026-01-01T00:00:00Z'): FakeClock {
  const startMs = new Date(start).getTime()
  const waitsMs: number[] = []
  const sleepers: Sleeper[] = []
  let passedMs = 0

  /** A real sleep lets everybody else have their turn; so does this one, and whoever wakes first wakes first. */
  const wakeNext = () => {
    const earliest = sleepers.toSorted((one, other) => one.wakesAtMs - other.wakesAtMs)[0]
    if (earliest === undefined) return
    sleepers.splice(sleepers.indexOf(earliest), 1)
    passedMs = Math.max(passedMs, earliest.wakesAtMs)
    earliest.wake()
  }

  return {
    waitsMs,
    now: () => new Date(startMs + passedMs),
    monotonicMs: () => passedMs,
    advance(ms) {
      passedMs += ms
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      waitsMs.push(ms)
      await new Promise<void>((resolve) => {
        sleepers.push({ wakesAtMs: passedMs + Math.max(0, ms), wake: resolve })
        setImmediate(wakeNext)
      })
      signal?.throwIfAborted()
    },
  }
}
