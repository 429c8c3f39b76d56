/**
 * The only file that reads the time. Whoever needs a clock is lent one, so that tests turn the hands themselves.
 */
import { setTimeout as wait } from 'node:timers/promises'

export interface Clock {
  /** The wall clock. */
  now(): Date
  /** Milliseconds that only ever grow: for measuring lengths and deadlines. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node's timers hold at most 2^31 − 1 ms; a longer sleep is cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    let leftMs = Math.max(0, ms)
    do {
      const pieceMs = Math.min(leftMs, LONGEST_TIMER_MS)
      try {
        await wait(pieceMs, undefined, signal === undefined ? {} : { signal })
      } catch (error) {
        // timers/promises wraps the reason in its own AbortError; whoever aborted wants their own back
        signal?.throwIfAborted()
        throw error
      }
      leftMs -= pieceMs
    } while (leftMs > 0)
  },
}
