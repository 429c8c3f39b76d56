/** How sure a fit is: of its coefficients, of its line, and of the next observation. */
import { DataError } from '../base/errors.ts'
import { unitVariance } from './design.ts'
import { studentCritical } from './distribution-quantiles.ts'
import { fitWithDesign, type Regression } from './least-squares.ts'
import { outcomeOf, predictorsOf } from './regression-input.ts'

export type Interval = readonly [low: number, high: number]

/**
 * The interval of each coefficient, by Student's t with the df of the residuals.
 *
 * @throws DataError `data/value` for a level that is not between 0 and 1
 */
export function coefficientIntervals(
  fit: Pick<Regression, 'coefficients' | 'standardErrors' | 'df'>,
  level = 0.95,
): Interval[] {
  const t = critical(level, fit.df)
  return fit.coefficients.map((value, index) => around(value, t * (fit.standardErrors[index] ?? 0)))
}

export interface Prediction {
  readonly fitted: number
  /** Of the mean outcome at these predictors. */
  readonly mean: Interval
  /** Of one new observation at these predictors. */
  readonly observation: Interval
}

/**
 * What the fit of y on the rows says at other rows of predictors. Beyond the predictors it was made from, the intervals
 * hold only if the line goes on.
 *
 * @throws DataError as `multipleRegression`; `data/misaligned` for a row of other width; `data/value` for a wrong level
 */
export function predictAt(
  at: readonly (readonly number[])[],
  rows: readonly (readonly number[])[],
  y: readonly number[],
  options: { readonly intercept?: boolean; readonly level?: number } = {},
): Prediction[] {
  const intercept = options.intercept ?? true
  const { fit, design } = fitWithDesign(predictorsOf(rows), outcomeOf(rows.length, y), intercept)
  const t = critical(options.level ?? 0.95, fit.df)
  const width = rows[0]?.length ?? 0
  // Checked by the same eyes as the rows that were fitted
  predictorsOf(at)
  return at.map((predictors) => {
    if (predictors.length !== width) {
      throw new DataError('data/misaligned', `a row has ${predictors.length} predictors, the fit has ${width}`, {
        hint: 'give the same predictors in the same order',
      })
    }
    const terms = intercept ? [1, ...predictors] : predictors
    const fitted = terms.reduce((sum, value, index) => sum + value * (fit.coefficients[index] ?? 0), 0)
    const variance = unitVariance(design, predictors)
    return {
      fitted,
      mean: around(fitted, t * fit.residualSd * Math.sqrt(variance)),
      observation: around(fitted, t * fit.residualSd * Math.sqrt(1 + variance)),
    }
  })
}

function critical(level: number, df: number): number {
  if (!(level > 0 && level < 1)) {
    throw new DataError('data/value', `${level} is no level of an interval`, { hint: 'give a share such as 0.95' })
  }
  return studentCritical(level, df)
}

function around(value: number, half: number): Interval {
  return [value - half, value + half]
}
