/** Linear models: one predictor, several, powers of one, or its logarithm. */
import { DataError } from '../base/errors.ts'
import { exactProduct } from './double-double.ts'
import { leastSquares, type Predictor, type Regression } from './least-squares.ts'
import { columnOf, outcomeOf, predictorsOf } from './regression-input.ts'

/**
 * y = intercept + slope · x by ordinary least squares.
 *
 * @throws DataError `data/misaligned` when x and y differ in length
 * @throws DataError `data/value` for a value that is not finite
 * @throws DataError `data/too-few-points` below three points
 * @throws DataError `data/ill-conditioned` for a constant x
 * @example linearRegression([1, 2, 3], [3, 5, 7]).coefficients // [1, 2]
 */
export function linearRegression(x: readonly number[], y: readonly number[]): Regression {
  return leastSquares([{ name: 'x', values: columnOf('x', x) }], outcomeOf(x.length, y), true)
}

/**
 * y on several predictors, one row of them for each y, by Householder QR with refinement: see `leastSquares`.
 * The intercept comes first; `intercept: false` leaves it out, and R² is then measured around 0.
 *
 * @throws DataError `data/misaligned` when rows and y differ in length, or rows among themselves
 * @throws DataError `data/value`, `data/too-few-points`, `data/ill-conditioned` as `linearRegression`
 */
export function multipleRegression(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  options: { readonly intercept?: boolean } = {},
): Regression {
  return leastSquares(predictorsOf(rows), outcomeOf(rows.length, y), options.intercept ?? true)
}

/**
 * y as a polynomial of x: intercept, x, x² … up to `degree`. The powers are kept in double length, for high degrees live
 * in their last digits.
 *
 * @throws DataError `data/value` for a degree that is not a whole number from 1, or a value that is not finite
 * @throws DataError `data/units` where a power leaves the range of numbers
 * @throws DataError `data/misaligned`, `data/too-few-points`, `data/ill-conditioned` as `linearRegression`
 */
export function polynomialRegression(x: readonly number[], y: readonly number[], degree: number): Regression {
  if (!Number.isInteger(degree) || degree < 1) {
    throw new DataError('data/value', `${degree} is no degree of a polynomial`, { hint: 'give a whole number from 1' })
  }
  return leastSquares(powers(columnOf('x', x), degree), outcomeOf(x.length, y), true)
}

/**
 * y on the natural logarithm of x: the slope is the change in y when x grows e-fold; times ln 2, when it doubles.
 *
 * @throws DataError `data/value` for an x that is not above 0, by its position: leave out x, y and the entity together
 * @throws DataError `data/misaligned`, `data/too-few-points`, `data/ill-conditioned` as `linearRegression`
 */
export function logLinearRegression(x: readonly number[], y: readonly number[]): Regression {
  const values = columnOf('x', x)
  const wrong = values.findIndex((value) => value <= 0)
  if (wrong >= 0) {
    throw new DataError('data/value', `x at ${wrong} is ${values[wrong]}, which has no logarithm`, {
      hint: 'leave out x, y and the entity together, and say how many were left out',
      details: { position: wrong },
    })
  }
  return leastSquares([{ name: 'ln x', values: values.map(Math.log) }], outcomeOf(x.length, y), true)
}

function powers(x: Float64Array, degree: number): Predictor[] {
  const found: { name: string; values: Float64Array; low: Float64Array }[] = []
  let [high, low] = [new Float64Array(x.length).fill(1), new Float64Array(x.length)]
  for (let power = 1; power <= degree; power += 1) {
    const [values, rests] = [new Float64Array(x.length), new Float64Array(x.length)]
    for (let row = 0; row < x.length; row += 1) {
      const value = x[row] ?? 0
      const [product, rest] = exactProduct(high[row] ?? 0, value)
      values[row] = product
      rests[row] = rest + (low[row] ?? 0) * value
    }
    found.push({ name: power === 1 ? 'x' : `x^${power}`, values, low: rests })
    ;[high, low] = [values, rests]
  }
  return found
}
