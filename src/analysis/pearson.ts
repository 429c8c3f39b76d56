/** Pearson's product-moment correlation, with its p-value and interval. */
import { correlate } from './correlate.ts'
import { studentTwoSided } from './distribution-tails.ts'
import { pairUp, type Column, type Unmeasured } from './paired.ts'

export interface Correlated {
  /** From −1 to 1. */
  readonly r: number
  /** Pairs with both values. */
  readonly n: number
  /** Two-sided; 0 at |r| = 1. */
  readonly p: number
  /** 95 % interval; `null` with three pairs, too few for one. */
  readonly ci95: readonly [number, number] | null
}

export type Correlation = Correlated | ({ readonly r: null } & Unmeasured)

/** The 97.5 % point of the standard normal distribution. */
const Z975 = 1.959963984540054

/**
 * Pearson's r of the pairs in which neither side is missing. The p-value is that of t = r·√((n−2)/(1−r²)) with n − 2
 * degrees of freedom; the interval is Fisher's z with standard error 1/√(n−3).
 *
 * Both assume independent pairs: values in time order are not, and their p is too small.
 *
 * @throws DataError `data/misaligned` when the columns differ in length
 * @see Fisher, R. A. (1915, 1921)
 * @example pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).r // 0.8
 */
export function pearson(x: Column, y: Column): Correlation {
  const pairs = pairUp(x, y)
  if ('reason' in pairs) return { r: null, ...pairs }
  const n = pairs.xs.length
  const r = correlate(pairs.xs, pairs.ys, n)
  if (r === null) return { r: null, n, reason: 'no variance' }
  return { r, n, p: correlationP(r, n), ci95: interval95(r, n, 1) }
}

/** The two-sided p-value of a correlation of `n` ≥ 3 pairs. */
export function correlationP(r: number, n: number): number {
  if (Math.abs(r) === 1) return 0
  return studentTwoSided(r * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2)
}

/** The interval on Fisher's z scale; `spread` is the variance there times n − 3: 1 for Pearson. */
export function interval95(r: number, n: number, spread: number): readonly [number, number] | null {
  if (n <= 3) return null
  const half = Z975 * Math.sqrt(spread / (n - 3))
  return [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)]
}
