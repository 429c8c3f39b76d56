/** Is this fit to be trusted? What each row does to it, and what the residuals still say. */
import { leverages, varianceInflation } from './design.ts'
import { chiSquareUpper, fUpper, studentTwoSided } from './distribution-tails.ts'
import { fitWithDesign, leastSquares, type Predictor, type Regression } from './least-squares.ts'
import { outcomeOf, predictorsOf } from './regression-input.ts'

export interface RowDiagnostics {
  readonly fitted: number
  /** Actual less fitted. */
  readonly residual: number
  /** How far the row can pull the fit towards itself, 0–1; the mean is coefficients / rows. */
  readonly leverage: number
  /** Internally studentised: residual / (s·√(1 − leverage)). `null` at leverage 1 and in a perfect fit. */
  readonly standardised: number | null
  /** Externally studentised, with the s of a fit without this row: t-distributed. `null` where that s is 0 or unknown. */
  readonly studentised: number | null
  /** Cook's distance; `null` at leverage 1, where leaving the row out leaves no fit. */
  readonly cook: number | null
}

export interface TestStatistic {
  readonly statistic: number
  readonly p: number
}

export type DiagnosticWarning =
  | { readonly kind: 'curvature' | 'uneven spread' | 'ill-conditioned'; readonly text: string }
  | { readonly kind: 'outlier' | 'leverage' | 'influence'; readonly text: string; readonly rows: readonly number[] }

export interface RegressionDiagnostics {
  readonly fit: Regression
  readonly rows: readonly RowDiagnostics[]
  /** Σ(eₜ − eₜ₋₁)² / Σe²: 2 without autocorrelation, for rows in the order of time. `null` in a perfect fit. */
  readonly durbinWatson: number | null
  /** Breusch and Pagan's test for uneven spread, as Koenker studentised it (1981): n·R² of e² on the predictors. */
  readonly breuschPagan: TestStatistic | null
  /** Ramsey's test (RESET) with the square of the fitted values: F of 1 and df − 1. `null` where the square adds no column. */
  readonly curvature: TestStatistic | null
  /** 1 / (1 − R²) of each predictor on the others; above 10, their coefficients say little on their own. */
  readonly varianceInflation: readonly number[]
  readonly logLikelihood: number | null
  /** With the residual variance counted as a parameter, as R's AIC and BIC do. `null` in a perfect fit. */
  readonly aic: number | null
  readonly bic: number | null
  /** What a careful reader would point at; nothing for a sound fit. */
  readonly warnings: readonly DiagnosticWarning[]
}

/**
 * Fits y on the rows of predictors as `multipleRegression` does, and looks at what came of it.
 *
 * Warned of: curvature and uneven spread at p < 0.05; an outlier whose studentised residual is beyond chance after
 * Bonferroni over all rows; leverage above three times the mean; Cook's distance above 1; variance inflation above 10.
 *
 * @throws DataError as `multipleRegression`
 * @see Belsley, Kuh and Welsch, Regression Diagnostics (1980); Cook (1977); Ramsey (1969)
 */
export function regressionDiagnostics(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  options: { readonly intercept?: boolean } = {},
): RegressionDiagnostics {
  const intercept = options.intercept ?? true
  const predictors = predictorsOf(rows)
  const outcome = outcomeOf(rows.length, y)
  const { fit, design } = fitWithDesign(predictors, outcome, intercept)
  const perRow = diagnoseRows(fit, outcome, leverages(design))
  const found = {
    fit,
    rows: perRow,
    durbinWatson: durbinWatson(fit.residuals),
    breuschPagan: breuschPagan(fit, predictors),
    curvature: curvature(fit, perRow, predictors, outcome, intercept),
    varianceInflation: varianceInflation(design),
    ...informationCriteria(fit),
  }
  return { ...found, warnings: warningsOf(found) }
}

/** The likelihood of a normal error, and what is made from it; `null` in a perfect fit, where it has no bound. */
export function informationCriteria(
  fit: Pick<Regression, 'residualSd' | 'df' | 'n' | 'coefficients'>,
): Pick<RegressionDiagnostics, 'logLikelihood' | 'aic' | 'bic'> {
  const sse = fit.residualSd ** 2 * fit.df
  if (sse === 0) return { logLikelihood: null, aic: null, bic: null }
  const logLikelihood = (-fit.n / 2) * (Math.log(2 * Math.PI) + Math.log(sse / fit.n) + 1)
  const parameters = fit.coefficients.length + 1
  return {
    logLikelihood,
    aic: -2 * logLikelihood + 2 * parameters,
    bic: -2 * logLikelihood + Math.log(fit.n) * parameters,
  }
}

function diagnoseRows(fit: Regression, y: Float64Array, leverage: Float64Array): RowDiagnostics[] {
  const variance = fit.residualSd ** 2
  const sse = variance * fit.df
  return fit.residuals.map((residual, row) => {
    const h = leverage[row] ?? 0
    const rest = 1 - h
    // At leverage 1 the fit goes through the row whatever its y; what is left of 1 − h is rounding
    const isBound = rest < 1e-10
    const standardised = isBound ? null : ratio(residual, fit.residualSd * Math.sqrt(rest))
    const varianceWithout = fit.df < 2 ? 0 : Math.max(0, sse - residual ** 2 / rest) / (fit.df - 1)
    return {
      fitted: (y[row] ?? 0) - residual,
      residual,
      leverage: h,
      standardised,
      studentised: isBound ? null : ratio(residual, Math.sqrt(varianceWithout * rest)),
      cook: standardised === null ? null : (standardised ** 2 * h) / (rest * fit.coefficients.length),
    }
  })
}

function durbinWatson(residuals: readonly number[]): number | null {
  const steps = residuals.slice(1).map((residual, index) => residual - (residuals[index] ?? 0))
  return ratio(sumOfSquares(steps), sumOfSquares(residuals))
}

function breuschPagan(fit: Regression, predictors: readonly Predictor[]): TestStatistic | null {
  const variance = fit.residualSd ** 2
  if (predictors.length === 0 || variance === 0) return null
  const squares = Float64Array.from(fit.residuals, (residual) => residual ** 2 / variance)
  const { r2 } = leastSquares(predictors, squares, true)
  if (r2 === null) return null
  const statistic = fit.n * r2
  return { statistic, p: chiSquareUpper(statistic, predictors.length) }
}

function curvature(
  fit: Regression,
  rows: readonly RowDiagnostics[],
  predictors: readonly Predictor[],
  y: Float64Array,
  intercept: boolean,
): TestStatistic | null {
  if (predictors.length === 0 || fit.residualSd === 0 || fit.df < 2) return null
  const centre = rows.reduce((sum, { fitted }) => sum + fitted, 0) / rows.length
  // Centred before it is squared, which spans the same columns with an intercept and keeps more digits
  const squares = Float64Array.from(rows, ({ fitted }) => (intercept ? fitted - centre : fitted) ** 2)
  const wider = withoutRefusal(() => leastSquares([...predictors, { name: 'fitted²', values: squares }], y, intercept))
  if (wider === null || wider.illConditioned) return null
  const [before, after] = [fit.residualSd ** 2 * fit.df, wider.residualSd ** 2 * wider.df]
  const statistic = ratio(Math.max(0, before - after), after / wider.df)
  return statistic === null ? { statistic: Infinity, p: 0 } : { statistic, p: fUpper(statistic, 1, wider.df) }
}

/** `null` where the columns do not allow a fit: the test then has nothing to say. */
function withoutRefusal(fit: () => Regression): Regression | null {
  try {
    return fit()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'data/ill-conditioned') return null
    throw error
  }
}

function warningsOf(found: Omit<RegressionDiagnostics, 'warnings'>): DiagnosticWarning[] {
  const { fit, rows } = found
  const places = (holds: (row: RowDiagnostics) => boolean): number[] =>
    rows.flatMap((row, index) => (holds(row) ? [index] : []))
  const meanLeverage = fit.coefficients.length / fit.n
  const outlying = places(({ studentised }) => {
    return studentised !== null && studentTwoSided(studentised, fit.df - 1) * fit.n < 0.05
  })
  const pulling = places(({ leverage }) => leverage > 3 * meanLeverage)
  const influential = places(({ cook }) => cook !== null && cook > 1)
  const warnings: DiagnosticWarning[] = []
  const { curvature: curved, breuschPagan: uneven } = found
  if (curved !== null && curved.p < 0.05) {
    warnings.push({ kind: 'curvature', text: 'the residuals bend: a straight line leaves out what a curve would say' })
  }
  if (uneven !== null && uneven.p < 0.05) {
    warnings.push({ kind: 'uneven spread', text: 'the spread of the residuals changes: standard errors are too sure' })
  }
  if (outlying.length > 0) {
    warnings.push({ kind: 'outlier', rows: outlying, text: 'farther from the fit of the others than chance allows' })
  }
  if (pulling.length > 0) {
    warnings.push({ kind: 'leverage', rows: pulling, text: 'alone out there: the fit follows wherever these rows go' })
  }
  if (influential.length > 0) {
    warnings.push({ kind: 'influence', rows: influential, text: 'without these rows the fit would be another one' })
  }
  if (fit.illConditioned || found.varianceInflation.some((factor) => factor > 10)) {
    warnings.push({
      kind: 'ill-conditioned',
      text: 'predictors say nearly the same: their coefficients share one effect',
    })
  }
  return warnings
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0)
}

function ratio(above: number, below: number): number | null {
  const value = below === 0 ? NaN : above / below
  return Number.isFinite(value) ? value : null
}
