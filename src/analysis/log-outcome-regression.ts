/** Outcomes that grow by factors: a line through logarithms, and the way back without the usual bias. */
import { DataError } from '../base/errors.ts'
import { leastSquares, type Regression } from './least-squares.ts'
import { columnOf, outcomeOf } from './regression-input.ts'

export interface LogOutcomeRegression extends Regression {
  /**
   * The mean of exp(residuals): what a back-transformed fit is multiplied by, for the exponential of a mean lies below the
   * mean of exponentials (Duan 1983).
   */
  readonly smearing: number
  /** The expected outcome at an x, smearing included; `null` where x has no logarithm. */
  predict(x: number): number | null
}

/**
 * ln y on ln x. The slope is the elasticity: the per cent by which y grows when x grows by one per cent.
 *
 * @throws DataError `data/value` for an x or y that is not above 0, by its position: drop x, y and the entity together
 * @throws DataError `data/misaligned`, `data/too-few-points`, `data/ill-conditioned` as `linearRegression`
 */
export function logLogRegression(
  x: readonly number[],
  y: readonly number[],
): LogOutcomeRegression & { readonly elasticity: number } {
  const logX = logarithms('x', columnOf('x', x))
  const fit = withSmearing(leastSquares([{ name: 'ln x', values: logX }], logarithmsOfY(x, y), true), Math.log)
  return { ...fit, elasticity: fit.coefficients[1] ?? 0 }
}

/**
 * ln y on x. `percentPerUnit` is how much y grows for one more unit of x: 100 · (e^slope − 1).
 *
 * @throws DataError as `logLogRegression`, for y alone
 */
export function logOutcomeRegression(
  x: readonly number[],
  y: readonly number[],
): LogOutcomeRegression & { readonly percentPerUnit: number } {
  const values = columnOf('x', x)
  const fit = withSmearing(leastSquares([{ name: 'x', values }], logarithmsOfY(x, y), true), (value) => value)
  return { ...fit, percentPerUnit: 100 * Math.expm1(fit.coefficients[1] ?? 0) }
}

function withSmearing(fit: Regression, transform: (x: number) => number): LogOutcomeRegression {
  const smearing = fit.residuals.reduce((sum, residual) => sum + Math.exp(residual), 0) / fit.n
  const [intercept = 0, slope = 0] = fit.coefficients
  return {
    ...fit,
    smearing,
    predict: (x) => {
      const value = Math.exp(intercept + slope * transform(x)) * smearing
      return Number.isFinite(value) ? value : null
    },
  }
}

function logarithmsOfY(x: readonly number[], y: readonly number[]): Float64Array {
  return logarithms('y', outcomeOf(x.length, y))
}

function logarithms(name: string, values: Float64Array): Float64Array {
  const wrong = values.findIndex((value) => value <= 0)
  if (wrong >= 0) {
    throw new DataError('data/value', `${name} at ${wrong} is ${values[wrong]}, which has no logarithm`, {
      hint: 'leave out x, y and the entity together, and say how many were left out',
      details: { position: wrong },
    })
  }
  return values.map(Math.log)
}
