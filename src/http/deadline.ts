/**
 * The time limit of a request. It runs on Node's timers and not on the lent clock: how long the other side takes is
 * nothing that a test clock can move.
 */

export interface Deadline {
  /** Aborts when the time is up or the caller gives up; the reason is the caller's own, or `TIME_UP`. */
  readonly signal: AbortSignal
  /** Stands still while nobody waits for the other side. */
  pause(): void
  /** Begins anew, with the whole time. */
  restart(): void
  stop(): void
}

export const TIME_UP = Symbol('the time limit of a request is up')

export function startDeadline(limitMs: number, signals: readonly (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController()
  const callers = signals.filter((signal) => signal !== undefined)
  const start = () => setTimeout(() => controller.abort(TIME_UP), limitMs)
  let timer = start()
  const stops = callers.map((caller) => {
    const giveUp = () => controller.abort(caller.reason)
    if (caller.aborted) giveUp()
    // AbortSignal.any would keep every finished request reachable from a long-lived signal
    else caller.addEventListener('abort', giveUp, { once: true })
    return () => caller.removeEventListener('abort', giveUp)
  })
  return {
    signal: controller.signal,
    pause: () => clearTimeout(timer),
    restart() {
      clearTimeout(timer)
      timer = start()
    },
    stop() {
      clearTimeout(timer)
      for (const stop of stops) stop()
    },
  }
}
