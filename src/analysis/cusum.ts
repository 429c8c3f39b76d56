/** Small shifts that last: what each step has above the usual is kept until it is too much. */
import { DataError } from '../base/errors.ts'
import type { Column } from './paired.ts'

export interface CusumOptions {
  /** The usual mean and standard deviation, from a time without a shift. */
  readonly mean: number
  readonly sd: number
  /** Deviations that are let pass at each step: half of the shift that matters. Default 0.5. */
  readonly slack?: number
  /** Sum from which on it is a signal. Default 5; 4 sees more and errs more. */
  readonly limit?: number
}

export interface Cusum {
  /** Sₜ = max(0, Sₜ₋₁ + (xₜ − mean) / sd − slack); a missing step leaves the sum as it is. */
  readonly sums: readonly number[]
  /** Steps at which the sum is above the limit, from 0. */
  readonly signals: readonly number[]
}

/**
 * Page's one-sided cumulative sum (1954), upwards; for shifts downwards, give the negative of values and mean.
 *
 * @throws DataError `data/value` for a value that is not finite, or an sd that is not above 0
 */
export function cusum(values: Column, { mean, sd, slack = 0.5, limit = 5 }: CusumOptions): Cusum {
  const wrong = [mean, sd, ...values].find((value) => value !== null && !Number.isFinite(value))
  if (wrong !== undefined || !(sd > 0)) {
    throw new DataError(
      'data/value',
      wrong === undefined ? `a spread of ${sd} is none` : `${wrong} is not a finite number`,
      {
        hint: 'measure mean and sd on a time without a shift; put null where nothing was measured',
      },
    )
  }
  let sum = 0
  const sums = values.map((value) => {
    if (value !== null) sum = Math.max(0, sum + (value - mean) / sd - slack)
    return sum
  })
  return { sums, signals: sums.flatMap((each, step) => (each > limit ? [step] : [])) }
}
