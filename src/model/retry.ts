/** How often and after which waits something is tried again. Pure: the caller lends the randomness. */
import { ConfigError } from '../base/errors.ts'

export interface RetryPolicy<Context = unknown> {
  /** Every try, the first included: retries = attempts − 1. */
  readonly attempts: number
  /** One wait before each retry. */
  readonly firstDelayMs?: number
  /** One wait per retry; the last one repeats. At most 50. */
  readonly delaysMs?: readonly number[] | ((retries: number) => readonly number[])
  /** 0 is the exact delay; k spreads it over [c·d, (1+k)·d] with mean d. */
  readonly jitter?: number
  /** False, or a throw, means: no further try. */
  readonly when?: (error: unknown, context: Context) => boolean
}

const DELAYS_AT_MOST = 50

/** Delays that double from `factorMs`: f, 2f, 4f, 8f … */
export function exponentialBackoff(factorMs: number): (retries: number) => readonly number[] {
  return (retries) => Array.from({ length: Math.min(retries, DELAYS_AT_MOST) }, (_, retry) => factorMs * 2 ** retry)
}

/** @throws ConfigError `config/params` for a policy that cannot be meant */
export function checkRetryPolicy(policy: RetryPolicy, owner: string): void {
  const refuse = (what: string, hint: string) => {
    throw new ConfigError('config/params', `the retry policy of ${owner} has ${what}`, { hint })
  }
  if (!Number.isInteger(policy.attempts) || policy.attempts < 1) {
    refuse(`attempts ${policy.attempts}`, 'attempts counts every try, the first included: a whole number from 1')
  }
  if (policy.firstDelayMs !== undefined && policy.delaysMs !== undefined) {
    refuse('both firstDelayMs and delaysMs', 'give one of the two')
  }
  const delaysMs = delaysOf(policy)
  if (delaysMs.length > DELAYS_AT_MOST)
    refuse(`${delaysMs.length} delays`, `give at most ${DELAYS_AT_MOST}; the last one repeats`)
  if (delaysMs.some((delayMs) => !(delayMs >= 0 && Number.isFinite(delayMs)))) {
    refuse('a delay that is not a length of time', 'give milliseconds, 0 or more')
  }
  if (policy.jitter !== undefined && !(policy.jitter >= 0)) refuse(`jitter ${policy.jitter}`, 'give 0 or more')
}

/** The wait before retry number `retry` (from 1), in milliseconds. */
export function delayBeforeRetryMs(policy: RetryPolicy, retry: number, random: () => number = Math.random): number {
  const delaysMs = delaysOf(policy)
  const delayMs = delaysMs[Math.min(retry, delaysMs.length) - 1] ?? 0
  return jitteredMs(delayMs, policy.jitter ?? 0, random)
}

function delaysOf(policy: RetryPolicy): readonly number[] {
  if (typeof policy.delaysMs === 'function') return policy.delaysMs(policy.attempts - 1)
  return policy.delaysMs ?? [policy.firstDelayMs ?? 0]
}

/**
 * An exponential draw with mean near d, cut off by inverse CDF to [c·d, (1+k)·d], where c = log₂(2^(1+k) / (2^(1+k) − 1)):
 * the two tails that are cut weigh the same, so the mean stays.
 */
function jitteredMs(delayMs: number, jitter: number, random: () => number): number {
  if (jitter === 0 || delayMs === 0) return delayMs
  const upper = 2 ** (1 + jitter)
  const lowest = Math.log2(upper / (upper - 1))
  const cdf = (multiple: number) => 1 - Math.exp(-multiple)
  const drawn = cdf(lowest) + random() * (cdf(1 + jitter) - cdf(lowest))
  return delayMs * -Math.log(1 - drawn)
}
