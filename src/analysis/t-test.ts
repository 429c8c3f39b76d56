/** Are these means the same? Student's and Welch's tests, two-sided. */
import { DataError } from '../base/errors.ts'
import { describe } from './describe.ts'
import { studentCritical } from './distribution-quantiles.ts'
import { studentTwoSided } from './distribution-tails.ts'
import type { Column, Unmeasured } from './paired.ts'

export type TTest =
  | {
      /** The mean, or the difference of means, less what it was tested against. */
      readonly difference: number
      readonly t: number
      readonly df: number
      /** Two-sided. */
      readonly p: number
      /** 95 % interval of the difference. */
      readonly ci95: readonly [number, number]
      /** Values, or pairs, that are there: of both samples together. */
      readonly n: number
      readonly missing: number
    }
  | ({ readonly t: null; readonly missing: number } & Unmeasured)

/**
 * Whether a mean differs from a number.
 *
 * @throws DataError `data/value` for a value that is not finite
 * @example oneSampleTTest([5, 6, 7], 5) // t 1.73, df 2
 */
export function oneSampleTTest(values: Column, expected: number): TTest {
  const { n, missing, mean, sd } = describe(values)
  if (mean === null || sd === null)
    return { t: null, n, missing, reason: n === 0 && missing > 0 ? 'all missing' : 'too few' }
  return tested(mean - expected, sd / Math.sqrt(n), n - 1, { n, missing })
}

/**
 * Whether two means differ. Welch's test (1947), which does not assume equal variances; with `equalVariances`, Student's.
 *
 * @throws DataError `data/value` for a value that is not finite
 */
export function twoSampleTTest(a: Column, b: Column, options: { readonly equalVariances?: boolean } = {}): TTest {
  const [left, right] = [describe(a), describe(b)]
  const counts = { n: left.n + right.n, missing: left.missing + right.missing }
  if (left.mean === null || right.mean === null || left.sd === null || right.sd === null) {
    return { t: null, ...counts, reason: counts.n === 0 && counts.missing > 0 ? 'all missing' : 'too few' }
  }
  const difference = left.mean - right.mean
  const [varianceA, varianceB] = [left.sd ** 2, right.sd ** 2]
  if (options.equalVariances === true) {
    const df = left.n + right.n - 2
    const pooled = ((left.n - 1) * varianceA + (right.n - 1) * varianceB) / df
    return tested(difference, Math.sqrt(pooled * (1 / left.n + 1 / right.n)), df, counts)
  }
  const [errorA, errorB] = [varianceA / left.n, varianceB / right.n]
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / (left.n - 1) + errorB ** 2 / (right.n - 1))
  return tested(difference, Math.sqrt(errorA + errorB), df, counts)
}

/**
 * Whether pairs differ: the one-sample test of x − y against 0. A pair with a missing side is missing.
 *
 * @throws DataError `data/misaligned` when x and y differ in length
 */
export function pairedTTest(x: Column, y: Column): TTest {
  if (x.length !== y.length) {
    throw new DataError('data/misaligned', `${x.length} values of x against ${y.length} of y`, {
      hint: 'bring the pairs together first; put null where one side has no value',
    })
  }
  const differences = x.map((left, index) => {
    const right = y[index] ?? null
    return left === null || right === null ? null : left - right
  })
  return oneSampleTTest(differences, 0)
}

function tested(
  difference: number,
  error: number,
  df: number,
  counts: { readonly n: number; readonly missing: number },
): TTest {
  if (!(error > 0) || !Number.isFinite(df)) return { t: null, ...counts, reason: 'no variance' }
  const t = difference / error
  const half = studentCritical(0.95, df) * error
  return { difference, t, df, p: studentTwoSided(t, df), ci95: [difference - half, difference + half], ...counts }
}
