/** Standard errors for rows in the order of time, whose errors remember and change their spread. */
import { DataError } from '../base/errors.ts'
import { coefficientWeights } from './design.ts'
import { normalTwoSided } from './distribution-tails.ts'
import { fitWithDesign, type Regression } from './least-squares.ts'
import { outcomeOf, predictorsOf } from './regression-input.ts'

export interface NeweyWest {
  readonly fit: Regression
  /** Of the coefficients of `fit`, in their order. */
  readonly standardErrors: readonly number[]
  /** Two-sided, by the normal distribution: these errors are known for long series only. `null` for an error of 0. */
  readonly pValues: readonly (number | null)[]
  readonly lags: number
}

/**
 * Newey and West's covariance (1987) with Bartlett's weights 1 − l / (lags + 1), without a correction for few rows.
 *
 * @param options `lags`: how far back errors remember. Default: ⌊4·(n / 100)^(2/9)⌋.
 * @throws DataError as `multipleRegression`; `data/value` for lags that are not a whole number from 0
 */
export function neweyWest(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  options: { readonly lags?: number } = {},
): NeweyWest {
  const lags = options.lags ?? Math.floor(4 * (y.length / 100) ** (2 / 9))
  if (!Number.isInteger(lags) || lags < 0) {
    throw new DataError('data/value', `${lags} lags are none`, { hint: 'give a whole number from 0' })
  }
  const { fit, design } = fitWithDesign(predictorsOf(rows), outcomeOf(rows.length, y), true)
  const standardErrors = coefficientWeights(design).map((weights) => {
    const parts = weights.map((weight, row) => weight * (fit.residuals[row] ?? 0))
    let variance = 0
    for (let lag = 0; lag <= lags; lag += 1) {
      let sum = 0
      for (let row = lag; row < parts.length; row += 1) sum += (parts[row] ?? 0) * (parts[row - lag] ?? 0)
      variance += sum * (lag === 0 ? 1 : 2 * (1 - lag / (lags + 1)))
    }
    return Math.sqrt(Math.max(0, variance))
  })
  const pValues = standardErrors.map((error, index) => {
    return error === 0 ? null : normalTwoSided((fit.coefficients[index] ?? 0) / error)
  })
  return { fit, standardErrors, pValues, lags }
}
