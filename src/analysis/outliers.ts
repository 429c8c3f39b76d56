/** Values that stand apart from the others: five ways to say how far. */
import { DataError } from '../base/errors.ts'
import { describe } from './describe.ts'
import { quantile } from './quantile.ts'

export type OutlierMethod = 'z-score' | 'modified-z' | 'iqr' | 'hampel' | 'leave-one-out'

export interface OutlierOptions {
  readonly method?: OutlierMethod
  /** From where on a value is an outlier. Default 3 (z-score, Hampel, leave-one-out), 3.5 (modified z), 1.5 (IQR). */
  readonly limit?: number
  /** Values on each side of the moving median of Hampel's filter. Default 3. */
  readonly halfWindow?: number
}

export interface Outliers {
  /** Where the outliers stand, from 0. */
  readonly positions: readonly number[]
  /**
   * How far each value lies off, in the unit of the limit: deviations, or for `iqr` interquartile ranges beyond the nearer
   * quartile (0 between them). `null` for a missing value, and where there is no spread to measure with.
   */
  readonly scores: readonly (number | null)[]
  readonly n: number
  readonly missing: number
  readonly limit: number
  /** What to know before trusting the answer. */
  readonly warning: string | null
}

const LIMITS: Readonly<Record<OutlierMethod, number>> = {
  'z-score': 3,
  'modified-z': 3.5,
  iqr: 1.5,
  hampel: 3,
  'leave-one-out': 3,
}

/**
 * - `z-score`: |x − mean| / SD. It cannot exceed (n − 1)/√n, so below 11 values nothing ever reaches 3.
 * - `modified-z` (the default): 0.6745 · |x − median| / MAD (Iglewicz and Hoaglin 1993).
 * - `iqr`: beyond Q1 or Q3 by more than 1.5 interquartile ranges (Tukey 1977), quartiles of R type 7.
 * - `hampel`: the modified z-score within a moving window, for series: values in their order of time.
 * - `leave-one-out`: |x − mean of the others| / SD of the others, which one wild value cannot hide behind.
 *
 * @throws DataError `data/value` for a value that is not finite, or a limit that is not above 0
 * @example outliers([1, 2, 3, 2, 1, 90]).positions // [5]
 */
export function outliers(values: readonly (number | null)[], options: OutlierOptions = {}): Outliers {
  const method = options.method ?? 'modified-z'
  const limit = options.limit ?? LIMITS[method]
  if (!(limit > 0)) {
    throw new DataError('data/value', `${limit} is no limit for outliers`, { hint: 'give a number above 0' })
  }
  const scores = scoresBy(method, values, options.halfWindow ?? 3)
  const positions = scores.flatMap((score, position) => (score !== null && Math.abs(score) > limit ? [position] : []))
  const missing = values.filter((value) => value === null).length
  const n = values.length - missing
  const unreachable = method === 'z-score' && n > 0 && (n - 1) / Math.sqrt(n) <= limit
  const warning = unreachable ? `with ${n} values no z-score can exceed ${limit}` : null
  return { positions, scores, n, missing, limit, warning }
}

/**
 * 0.6745 · (x − median) / MAD. Where more than half the values are equal the MAD is 0, and the mean absolute deviation
 * times 1.2533 stands in for the standard deviation; where all are equal, `null`.
 *
 * @see Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)
 */
export function modifiedZScores(values: readonly (number | null)[]): (number | null)[] {
  const present = values.filter((value) => value !== null)
  const centre = quantile(present, 0.5)
  if (centre === null) return values.map(() => null)
  const deviations = present.map((value) => Math.abs(value - centre))
  const mad = quantile(deviations, 0.5) ?? 0
  // 0.6745 is the third quartile of a standard normal variable; 1.2533 is √(π/2)
  const spread = mad > 0 ? mad / 0.6745 : (1.2533 * deviations.reduce((sum, value) => sum + value, 0)) / present.length
  return values.map((value) => (value === null || spread === 0 ? null : (value - centre) / spread))
}

function scoresBy(method: OutlierMethod, values: readonly (number | null)[], halfWindow: number): (number | null)[] {
  switch (method) {
    case 'modified-z':
      return modifiedZScores(values)
    case 'z-score': {
      const { mean, sd } = describe(values)
      return values.map((value) => scaled(value, mean, sd))
    }
    case 'leave-one-out':
      return againstTheOthers(values)
    case 'iqr': {
      const present = values.filter((value) => value !== null)
      const [low, high] = [quantile(present, 0.25), quantile(present, 0.75)]
      if (low === null || high === null) return values.map(() => null)
      return values.map((value) => {
        if (value === null) return null
        const beyond = Math.max(low - value, value - high, 0)
        return low === high ? null : beyond / (high - low)
      })
    }
    case 'hampel':
      return values.map((_, position) => {
        const from = Math.max(0, position - halfWindow)
        return modifiedZScores(values.slice(from, position + halfWindow + 1))[position - from] ?? null
      })
  }
}

/** (x − mean of the others) / SD of the others. Sums from both ends, so that the value itself never enters them. */
function againstTheOthers(values: readonly (number | null)[]): (number | null)[] {
  const present = values.filter((value) => value !== null)
  const centre = quantile(present, 0.5) ?? 0
  const fromLeft = sumsBefore(present, centre)
  const fromRight = sumsBefore(present.toReversed(), centre).toReversed()
  const others = present.length - 1
  let place = 0
  return values.map((value) => {
    if (value === null) return null
    const [left, right] = [fromLeft[place], fromRight[place]]
    place += 1
    if (left === undefined || right === undefined || others < 2) return null
    const mean = (left.sum + right.sum) / others
    const squares = left.squares + right.squares - others * mean * mean
    return scaled(value - centre, mean, Math.sqrt(Math.max(0, squares) / (others - 1)))
  })
}

function sumsBefore(values: readonly number[], centre: number): { readonly sum: number; readonly squares: number }[] {
  let [sum, squares] = [0, 0]
  return values.map((value) => {
    const before = { sum, squares }
    sum += value - centre
    squares += (value - centre) ** 2
    return before
  })
}

function scaled(value: number | null, centre: number | null, spread: number | null): number | null {
  if (value === null || centre === null || spread === null || spread === 0) return null
  return (value - centre) / spread
}
