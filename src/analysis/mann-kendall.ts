/** Does this series rise or fall? Asked of the order of its values alone, so that no outlier and no curve misleads. */
import { DataError } from '../base/errors.ts'
import { normalTwoSided } from './distribution-tails.ts'
import type { Column, Unmeasured } from './paired.ts'
import { quantile } from './quantile.ts'
import { tieVariance } from './theil-sen.ts'

export type MannKendall =
  | {
      /** Rises less falls, over all pairs of values. */
      readonly s: number
      readonly variance: number
      readonly z: number
      /** Two-sided. */
      readonly p: number
      /** Sen's slope: the median change for one unit of time, over the real distances of time. */
      readonly slope: number
      readonly n: number
      readonly missing: number
      /** Below eight values a trend must be very clear to be seen. */
      readonly warning: string | null
    }
  | ({ readonly s: null; readonly missing: number } & Unmeasured)

export interface MannKendallOptions {
  /** When each value was: in any unit, rising. Default: its place, so that a missing value leaves its distance. */
  readonly times?: readonly number[]
  /** Steps in a year: values are then compared within their own season only (Hirsch, Slack and Smith 1982). */
  readonly seasonLength?: number
}

/** All pairs are compared: 10,000 values make 50 million of them. */
const MOST_VALUES = 10_000

/**
 * The test of Mann (1945) and Kendall, with the variance under ties and a continuity correction, and Sen's slope (1968).
 * It takes the values for independent: a series that remembers looks more certain than it is.
 *
 * @throws DataError `data/misaligned` when times and values differ in number
 * @throws DataError `data/value` for a value that is not finite, times that do not rise, or more than 10,000 values
 * @example mannKendall([1, 2, 3, 4, 5]).slope // 1
 */
export function mannKendall(values: Column, options: MannKendallOptions = {}): MannKendall {
  const times = options.times ?? values.map((_, index) => index)
  check(values, times)
  const points = values.flatMap((value, index) => (value === null ? [] : [{ value, at: times[index] ?? 0, index }]))
  const counts = { n: points.length, missing: values.length - points.length }
  if (counts.n === 0 && counts.missing > 0) return { s: null, ...counts, reason: 'all missing' }
  if (counts.n < 4) return { s: null, ...counts, reason: 'too few' }

  const { seasonLength } = options
  const seasons =
    seasonLength === undefined ? [points] : [...Map.groupBy(points, ({ index }) => index % seasonLength).values()]
  let [s, variance] = [0, 0]
  const slopes: number[] = []
  for (const season of seasons) {
    const n = season.length
    variance += (n * (n - 1) * (2 * n + 5) - tieVariance(season.map(({ value }) => value))) / 18
    for (const [index, later] of season.entries()) {
      for (const earlier of season.slice(0, index)) {
        s += Math.sign(later.value - earlier.value)
        slopes.push((later.value - earlier.value) / (later.at - earlier.at))
      }
    }
  }
  const slope = quantile(slopes, 0.5)
  if (slope === null) return { s: null, ...counts, reason: 'no season has two values' }
  if (variance === 0) return { s: null, ...counts, reason: 'no variance' }
  const z = (s - Math.sign(s)) / Math.sqrt(variance)
  const warning = counts.n < 8 ? `${counts.n} values: only a very clear trend can be seen` : null
  return { s, variance, z, p: normalTwoSided(z), slope, ...counts, warning }
}

function check(values: Column, times: readonly number[]): void {
  if (values.length !== times.length) {
    throw new DataError('data/misaligned', `${values.length} values at ${times.length} times`, {
      hint: 'give one time for each value, missing ones too',
    })
  }
  const wrong = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError('data/value', `value ${wrong} is ${values[wrong]}, not a finite number`, {
      hint: 'put null where nothing was measured',
    })
  }
  const stuck = times.findIndex((time, index) => index > 0 && !(time > (times[index - 1] ?? 0)))
  if (stuck >= 0) {
    throw new DataError('data/value', `time ${stuck} is ${times[stuck]}, not after the one before`, {
      hint: 'sort by time, and add up what is of one time',
    })
  }
  if (values.length > MOST_VALUES) {
    throw new DataError('data/value', `${values.length} values make too many pairs`, {
      hint: `take monthly or yearly means first, so that no more than ${MOST_VALUES} are left`,
    })
  }
}
