/** The first look at a column: how many, where, how spread. */
import { DataError } from '../base/errors.ts'
import { quantile } from './quantile.ts'

export interface Description {
  /** Values that are there. */
  readonly n: number
  readonly missing: number
  readonly mean: number | null
  /** Of a sample (n − 1); `null` below two values. */
  readonly sd: number | null
  readonly min: number | null
  readonly max: number | null
  readonly median: number | null
}

/**
 * Describes the values that are not `null`; what cannot be said of so few is `null`.
 *
 * The mean is summed with compensation (Neumaier 1974) and the standard deviation in two passes around it, so that
 * digits survive where the spread is small beside the mean (NIST "Michelso": 13).
 *
 * @throws DataError `data/value` for a value that is not finite
 * @example describe([2, null, 4]) // { n: 2, missing: 1, mean: 3, sd: 1.414…, min: 2, max: 4, median: 3 }
 */
export function describe(values: readonly (number | null)[]): Description {
  const wrong = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError('data/value', `value ${wrong} is ${values[wrong]}, not a finite number`, {
      hint: 'put null where nothing was measured',
    })
  }
  const present = values.filter((value) => value !== null)
  const n = present.length
  const missing = values.length - n
  const [min, median, max] = [quantile(present, 0), quantile(present, 0.5), quantile(present, 1)]
  if (min === null || max === null) return { n, missing, mean: null, sd: null, min, max, median }
  // Brought below 1, sums and squares of huge numbers stay finite; a power of two costs no digit
  const scale = powerOfTwoAbove(Math.max(Math.abs(min), Math.abs(max)))
  const scaled = present.map((value) => value / scale)
  const centre = exactSum(scaled) / n
  // The mean may need more digits than a number has: what is left over is carried beside it
  const rest = exactSum(scaled.map((value) => value - centre)) / n
  const mean = Math.max(min, Math.min(max, (centre + rest) * scale))
  if (n < 2) return { n, missing, mean, sd: null, min, max, median }
  const squares = exactSum(scaled.map((value) => (value - centre) ** 2)) - n * rest * rest
  const sd = Math.sqrt(Math.max(0, squares) / (n - 1)) * scale
  return { n, missing, mean, sd: Number.isFinite(sd) ? sd : null, min, max, median }
}

/** Neumaier's compensated sum: the rounding of each step is kept and added at the end. */
function exactSum(values: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

function powerOfTwoAbove(size: number): number {
  return size === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1023, Math.ceil(Math.log2(size))))
}
