/**
 * The time limit of one attempt. It runs on Node's timers and not on the lent clock: how long a body takes is nothing
 * that a test clock can move.
 */
import { formatDuration } from '../base/duration.ts'
import { EngineError } from '../base/errors.ts'

export interface TimeLimit {
  /** Aborts when the time is up, or with the outer signal. */
  readonly signal: AbortSignal
  /** The error of an attempt whose time is up; null while there is time. */
  readonly expired: EngineError | null
  /** The body's end; a body that outlives its time is given a second to clean up and then left to itself. */
  bound<T>(body: PromiseLike<T>): Promise<T>
  stop(): void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1
const GRACE_MS = 1_000

export function startTimeLimit(limitMs: number, owner: string, outer: AbortSignal): TimeLimit {
  const controller = new AbortController()
  const follow = () => controller.abort(outer.reason)
  if (outer.aborted) follow()
  else outer.addEventListener('abort', follow, { once: true })

  let expired: EngineError | null = null
  let giveUp: (error: Error) => void = () => {}
  let graceTimer: NodeJS.Timeout | undefined
  const timer = setTimeout(
    () => {
      const error = timeUp(owner, limitMs)
      expired = error
      controller.abort(error)
      graceTimer = setTimeout(() => giveUp(error), GRACE_MS)
    },
    Math.min(limitMs, LONGEST_TIMER_MS),
  )

  return {
    signal: controller.signal,
    get expired() {
      return expired
    },
    bound: (body) =>
      new Promise((resolve, reject) => {
        giveUp = reject
        body.then(
          (value) => (expired === null ? resolve(value) : reject(expired)),
          (error: unknown) => reject(expired ?? (error as Error)),
        )
      }),
    stop() {
      clearTimeout(timer)
      clearTimeout(graceTimer)
      outer.removeEventListener('abort', follow)
    },
  }
}

export function timeUp(owner: string, limitMs: number): EngineError {
  return new EngineError('engine/timeout', `${owner} took longer than its ${formatDuration(limitMs)}`, {
    hint: 'give it more time (timeoutMs), or less to do at once',
    retryable: true,
    details: { timeoutMs: limitMs },
  })
}
