/** Shares of a whole: how sure of one, and whether two differ. */
import { DataError } from '../base/errors.ts'
import { betaQuantile, normalQuantile } from './distribution-quantiles.ts'
import { normalTwoSided } from './distribution-tails.ts'

export interface Proportion {
  readonly share: number
  readonly low: number
  readonly high: number
}

/**
 * The share of successes, with its interval: Wilson's score (1927), which stays within 0–1 and holds for small numbers, or
 * the exact one of Clopper and Pearson (1934), which is never too narrow. `null` of no trials.
 *
 * @throws DataError `data/value` unless 0 ≤ successes ≤ trials, in whole numbers, and 0 < level < 1
 * @example proportion(8, 10)?.share // 0.8
 */
export function proportion(
  successes: number,
  trials: number,
  options: { readonly method?: 'wilson' | 'exact'; readonly level?: number } = {},
): Proportion | null {
  const level = options.level ?? 0.95
  refuse(successes, trials, level)
  if (trials === 0) return null
  const share = successes / trials
  if (options.method === 'exact') {
    const tail = (1 - level) / 2
    const low = successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1)
    const high = successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes)
    return { share, low, high }
  }
  const z = -normalQuantile((1 - level) / 2)
  const widened = trials + z * z
  const centre = (successes + (z * z) / 2) / widened
  const half = (z / widened) * Math.sqrt((successes * (trials - successes)) / trials + (z * z) / 4)
  return {
    share,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  }
}

export type ProportionTest =
  | {
      readonly difference: number
      readonly z: number
      /** Two-sided. */
      readonly p: number
      /** 95 % interval of the difference, by Newcombe's method 10 (1998). */
      readonly ci95: readonly [number, number]
    }
  | { readonly z: null; readonly reason: string }

/**
 * Whether two shares differ: the z-test with the pooled share.
 *
 * @throws DataError `data/value` as `proportion`
 */
export function compareProportions(
  a: { readonly successes: number; readonly trials: number },
  b: { readonly successes: number; readonly trials: number },
): ProportionTest {
  const [left, right] = [proportion(a.successes, a.trials), proportion(b.successes, b.trials)]
  if (left === null || right === null) return { z: null, reason: 'no trials' }
  const pooled = (a.successes + b.successes) / (a.trials + b.trials)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials))
  if (error === 0) return { z: null, reason: 'no variance' }
  const difference = left.share - right.share
  const z = difference / error
  return {
    difference,
    z,
    p: normalTwoSided(z),
    ci95: [
      difference - Math.hypot(left.share - left.low, right.high - right.share),
      difference + Math.hypot(left.high - left.share, right.share - right.low),
    ],
  }
}

function refuse(successes: number, trials: number, level: number): void {
  const whole = Number.isInteger(successes) && Number.isInteger(trials)
  if (!whole || successes < 0 || successes > trials) {
    throw new DataError('data/value', `${successes} of ${trials} is no share`, {
      hint: 'count whole numbers, successes among the trials',
    })
  }
  if (!(level > 0 && level < 1)) {
    throw new DataError('data/value', `${level} is no level of an interval`, { hint: 'give a share such as 0.95' })
  }
}
