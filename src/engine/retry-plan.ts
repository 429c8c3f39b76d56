/** Whether a failed attempt is followed by another one, and after which wait. */
import { formatDuration } from '../base/duration.ts'
import { delayBeforeRetryMs, type RetryPolicy } from '../model/retry.ts'

export interface NextAttempt {
  /** Milliseconds until it begins. */
  readonly delayMs: number
  /** For people: "waits 30 s, then attempt 2 of 4". */
  readonly reason: string
}

/**
 * The next attempt; null when there is none. An error that says `retryable: false` ends it, a
 * condition that is false or throws too, and the wait that the other side asked for wins over the planned one.
 */
export function planRetry<Context extends { readonly attempt: number }>(
  policy: RetryPolicy<Context> | null,
  error: unknown,
  context: Context,
  random: (() => number) | undefined,
): NextAttempt | null {
  if (policy === null || context.attempt >= policy.attempts) return null
  const { retryable, retryAfterMs } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly retryable?: unknown
    readonly retryAfterMs?: unknown
  }
  if (retryable === false || !agrees(policy, error, context)) return null
  const delayMs =
    typeof retryAfterMs === 'number' ? retryAfterMs : delayBeforeRetryMs(policy as RetryPolicy, context.attempt, random)
  const next = `attempt ${context.attempt + 1} of ${policy.attempts}`
  return { delayMs, reason: delayMs > 0 ? `waits ${formatDuration(delayMs)}, then ${next}` : `begins ${next}` }
}

function agrees<Context>(policy: RetryPolicy<Context>, error: unknown, context: Context): boolean {
  try {
    return policy.when?.(error, context) ?? true
  } catch {
    // a condition that cannot decide does not ask for another try
    return false
  }
}
