/** A clock whose hands a test moves. Sleeping takes no time: it is written down and the hands go on by as much. */
import type { Clock } from '../base/clock.ts'

export interface FakeClock extends Clock {
  /** Every wait so far, in order, in milliseconds. */
  readonly waitsMs: readonly number[]
  /** Moves the hands on without anybody having waited. */
  advance(ms: number): void
}

export function createFakeClock(start: Date | string = '2026-01-01T00:00:00Z'): FakeClock {
  const startMs = new Date(start).getTime()
  const waitsMs: number[] = []
  let passedMs = 0
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
      passedMs += Math.max(0, ms)
      // a real sleep lets everybody else have their turn; so does this one
      await new Promise(setImmediate)
      signal?.throwIfAborted()
    },
  }
}
