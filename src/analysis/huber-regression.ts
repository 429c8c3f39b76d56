/** A fit that a few wild rows cannot turn, for any number of predictors. */
import { leastSquares, type Predictor } from './least-squares.ts'
import { quantile } from './quantile.ts'
import { outcomeOf, predictorsOf } from './regression-input.ts'

export interface HuberRegression {
  /** The intercept first, unless there is none. */
  readonly coefficients: readonly number[]
  readonly residuals: readonly number[]
  /** What each row counted in the end: 1 near the line, less the farther off. */
  readonly weights: readonly number[]
  /** Median of |residuals| / 0.6745: the standard deviation of the rows that are not wild. */
  readonly scale: number
  /** False when 200 rounds were not enough: the coefficients are those of the last. */
  readonly converged: boolean
}

/** 95 % as efficient as least squares where errors are normal. */
const DEFAULT_K = 1.345
const MOST_ROUNDS = 200

/**
 * Huber's M-estimate (1964) by iteratively reweighted least squares: weights 1 up to k scales from the line, k·scale / |e|
 * beyond; the scale is the median absolute residual / 0.6745, taken anew in every round. Wild predictors still pull:
 * against those, `theilSen`.
 *
 * @throws DataError as `multipleRegression`
 */
export function huberRegression(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  options: { readonly intercept?: boolean; readonly k?: number } = {},
): HuberRegression {
  const intercept = options.intercept ?? true
  const predictors = predictorsOf(rows)
  const outcome = outcomeOf(rows.length, y)
  const first = leastSquares(predictors, outcome, intercept)
  let { coefficients } = first
  let residuals = first.residuals
  let weights = residuals.map(() => 1)
  let scale = scaleOf(residuals)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    // Half the rows lie on the line: there is no spread to judge the others by
    if (scale === 0) return { coefficients, residuals, weights, scale, converged: true }
    const reach = (options.k ?? DEFAULT_K) * scale
    weights = residuals.map((residual) => (Math.abs(residual) <= reach ? 1 : reach / Math.abs(residual)))
    const next = weightedFit(predictors, outcome, weights, intercept)
    residuals = Array.from(outcome, (value, row) => value - valueAt(predictors, row, next, intercept))
    const still = next.every((value, index) => {
      return Math.abs(value - (coefficients[index] ?? 0)) <= 1e-13 * Math.max(Math.abs(value), 1e-300)
    })
    coefficients = next
    scale = scaleOf(residuals)
    if (still) return { coefficients, residuals, weights, scale, converged: true }
  }
  return { coefficients, residuals, weights, scale, converged: false }
}

/** Least squares with rows scaled by the roots of their weights, around the weighted means. */
function weightedFit(
  predictors: readonly Predictor[],
  y: Float64Array,
  weights: readonly number[],
  intercept: boolean,
): readonly number[] {
  const roots = Float64Array.from(weights, Math.sqrt)
  if (!intercept) {
    return leastSquares(
      predictors.map(({ name, values }) => ({ name, values: values.map((value, row) => value * (roots[row] ?? 0)) })),
      y.map((value, row) => value * (roots[row] ?? 0)),
      false,
    ).coefficients
  }
  const centres = predictors.map(({ values }) => weightedMean(values, weights))
  const centreY = weightedMean(y, weights)
  const centred = (values: Float64Array, centre: number): Float64Array =>
    values.map((value, row) => (value - centre) * (roots[row] ?? 0))
  const slopes =
    predictors.length === 0
      ? []
      : leastSquares(
          predictors.map(({ name, values }, index) => ({ name, values: centred(values, centres[index] ?? 0) })),
          centred(y, centreY),
          false,
        ).coefficients
  return [slopes.reduce((rest, slope, index) => rest - slope * (centres[index] ?? 0), centreY), ...slopes]
}

function valueAt(
  predictors: readonly Predictor[],
  row: number,
  coefficients: readonly number[],
  intercept: boolean,
): number {
  const shift = intercept ? 1 : 0
  return predictors.reduce(
    (sum, { values }, index) => sum + (values[row] ?? 0) * (coefficients[index + shift] ?? 0),
    intercept ? (coefficients[0] ?? 0) : 0,
  )
}

function weightedMean(values: Float64Array, weights: readonly number[]): number {
  let [sum, total] = [0, 0]
  for (const [row, weight] of weights.entries()) {
    sum += weight * (values[row] ?? 0)
    total += weight
  }
  return sum / total
}

function scaleOf(residuals: readonly number[]): number {
  // 0.6745 to all its digits: the third quartile of a standard normal variable
  return (
    (quantile(
      residuals.map((residual) => Math.abs(residual)),
      0.5,
    ) ?? 0) / 0.6744897501960817
  )
}
