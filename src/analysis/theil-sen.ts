/** A line that outliers cannot turn. */
import { DataError } from '../base/errors.ts'
import { normalQuantile } from './distribution-quantiles.ts'
import { quantile } from './quantile.ts'

/** All slopes are held at once: 10,000 points make 50 million of them, 400 MB. */
const MOST_POINTS = 10_000

/**
 * The median of the slopes between all pairs of points with different x (Theil 1950, Sen 1968), and the intercept
 * median(y) − slope · median(x) (Conover 1980; scipy's default). Up to 29 % of the points may be wild.
 *
 * @throws DataError `data/misaligned` when x and y differ in length
 * @throws DataError `data/too-few-points` below two points
 * @throws DataError `data/ill-conditioned` when all x are equal
 * @throws DataError `data/value` for a value that is not finite, or more than 10,000 points
 * @throws DataError `data/units` when the slope is beyond the range of numbers
 * @example theilSen([1, 2, 3, 4, 5], [2, 4, 6, 8, 1000]) // { slope: 2, intercept: 0 }
 */
export function theilSen(x: readonly number[], y: readonly number[]): { slope: number; intercept: number } {
  if (x.length !== y.length) {
    throw new DataError('data/misaligned', `${x.length} values of x against ${y.length} of y`, {
      hint: 'join x and y by entity first, and drop what is missing from both',
    })
  }
  if (x.length < 2) {
    throw new DataError('data/too-few-points', `${x.length} points make no line`, { hint: 'bring at least two' })
  }
  if (x.length > MOST_POINTS) {
    throw new DataError('data/value', `${x.length} points make too many pairs`, {
      hint: `take the means of groups first, so that no more than ${MOST_POINTS} points are left`,
    })
  }
  // Also refuses what is not finite
  const [medianX, medianY] = [quantile(x, 0.5) ?? 0, quantile(y, 0.5) ?? 0]
  const slopes = slopesOf(x, y)
  if (slopes.length === 0) {
    throw new DataError('data/ill-conditioned', 'all x are equal', { hint: 'a slope needs two different x' })
  }
  const slope = medianOf(slopes)
  if (!Number.isFinite(slope) || slopes.some((value) => Number.isNaN(value))) {
    throw new DataError('data/units', 'the slope is beyond the range of numbers', {
      hint: 'measure y in a larger unit',
    })
  }
  return { slope, intercept: medianY - slope * medianX }
}

/**
 * `theilSen`, and the interval of its slope from the distribution of Kendall's S under no trend, ties in x and y accounted
 * for (Sen 1968). Both ends are slopes between two of the points.
 *
 * @throws DataError as `theilSen`; `data/value` for a level that is not between 0 and 1
 */
export function theilSenInterval(
  x: readonly number[],
  y: readonly number[],
  level = 0.95,
): { slope: number; intercept: number; low: number; high: number } {
  if (!(level > 0 && level < 1)) {
    throw new DataError('data/value', `${level} is no level of an interval`, { hint: 'give a share such as 0.95' })
  }
  const line = theilSen(x, y)
  const slopes = slopesOf(x, y).sort()
  const n = x.length
  const variance = (n * (n - 1) * (2 * n + 5) - tieVariance(x) - tieVariance(y)) / 18
  const reach = -normalQuantile((1 - level) / 2) * Math.sqrt(Math.max(0, variance))
  const upper = Math.min(Math.round((slopes.length + reach) / 2), slopes.length - 1)
  const lower = Math.max(Math.round((slopes.length - reach) / 2) - 1, 0)
  return { ...line, low: slopes[lower] ?? line.slope, high: slopes[upper] ?? line.slope }
}

/** Σ t(t − 1)(2t + 5) over groups of equal values, t their sizes. */
export function tieVariance(values: readonly number[]): number {
  const sizes = new Map<number, number>()
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1)
  return [...sizes.values()].reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0)
}

function slopesOf(x: readonly number[], y: readonly number[]): Float64Array {
  const slopes = new Float64Array((x.length * (x.length - 1)) / 2)
  let count = 0
  for (let i = 1; i < x.length; i += 1) {
    const [xi, yi] = [x[i] ?? 0, y[i] ?? 0]
    for (let j = 0; j < i; j += 1) {
      const run = xi - (x[j] ?? 0)
      if (run === 0) continue
      slopes[count] = (yi - (y[j] ?? 0)) / run
      count += 1
    }
  }
  return slopes.subarray(0, count)
}

/** The median, by selection: sorting 50 million slopes would take a hundred times as long as finding the middle. */
function medianOf(values: Float64Array): number {
  const upper = select(values, values.length >>> 1)
  if (values.length % 2 === 1) return upper
  // Selection leaves all that is smaller before the middle
  const lower = values.subarray(0, values.length >>> 1).reduce((most, value) => Math.max(most, value), -Infinity)
  return lower / 2 + upper / 2
}

/** Hoare's selection, with the median of three as pivot: the k-th smallest, everything smaller moved before it. */
function select(values: Float64Array, k: number): number {
  let [left, right] = [0, values.length - 1]
  while (left < right) {
    const pivot = middleOf(values[left] ?? 0, values[(left + right) >>> 1] ?? 0, values[right] ?? 0)
    let [i, j] = [left, right]
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i += 1
      while ((values[j] ?? 0) > pivot) j -= 1
      if (i > j) break
      const moved = values[i] ?? 0
      values[i] = values[j] ?? 0
      values[j] = moved
      i += 1
      j -= 1
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else break
  }
  return values[k] ?? 0
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}
