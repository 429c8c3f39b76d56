/** Least squares, and everything that is said about a fit. The public regressions differ only in the columns they bring. */
import { DataError } from '../base/errors.ts'
import type { Design, Frame } from './design.ts'
import { fUpper, studentTwoSided } from './distribution-tails.ts'
import { addProduct, dotProduct } from './double-double.ts'
import { conditionNumber, decompose, solveUpper, solveUpperTransposed, type QrDecomposition } from './householder.ts'

export interface Regression {
  /** The intercept first, unless there is none. */
  readonly coefficients: readonly number[]
  readonly standardErrors: readonly number[]
  /** `null` where the standard error is 0: a perfect fit. */
  readonly tValues: readonly (number | null)[]
  /** Two-sided, of the hypothesis that the coefficient is 0; 0 in a perfect fit, `null` there for a coefficient of 0. */
  readonly pValues: readonly (number | null)[]
  /** Around the mean with an intercept, around 0 without; `null` when y does not vary. */
  readonly r2: number | null
  readonly adjustedR2: number | null
  /** Of all coefficients but the intercept together; `null` in a perfect fit or when y does not vary. */
  readonly f: number | null
  readonly fPValue: number | null
  /** The square root of SSE / df. */
  readonly residualSd: number
  /** Of the residuals: n less the number of coefficients. */
  readonly df: number
  readonly n: number
  /** Actual less predicted, in the order of the rows. */
  readonly residuals: readonly number[]
  /** Of the columns, centred and scaled: above 1e8 about half the digits of the data decide nothing any more. */
  readonly conditionNumber: number
  /** True for a condition number above 1e8; above 1e12 the fit is refused. */
  readonly illConditioned: boolean
  /** Why r2 is `null`: "no variance". */
  readonly reason?: string
}

/** A column of predictors. `low` holds digits beyond those of `values`, for powers that need them. */
export interface Predictor {
  readonly name: string
  readonly values: Float64Array
  readonly low?: Float64Array
}

/** More than enough: each step wins all digits but those that the condition number costs. */
const MOST_REFINEMENTS = 5

/**
 * Ordinary least squares: columns centred and scaled, Householder QR, then refined with residuals in double length until
 * the coefficients stand still (Björck 1967, the augmented system), so that they are right to about the last digit.
 *
 * @throws DataError `data/too-few-points` unless there are more rows than coefficients
 * @throws DataError `data/ill-conditioned` for a constant column, or columns that depend on each other
 * @throws DataError `data/units` where a column reaches beyond 1e100, or nowhere above 1e-100
 */
export function leastSquares(predictors: readonly Predictor[], y: Float64Array, intercept: boolean): Regression {
  return fitWithDesign(predictors, y, intercept).fit
}

/** `leastSquares`, and the decomposition that diagnostics and predictions go on from. */
export function fitWithDesign(
  predictors: readonly Predictor[],
  y: Float64Array,
  intercept: boolean,
): { readonly fit: Regression; readonly design: Design } {
  const n = y.length
  const count = predictors.length + (intercept ? 1 : 0)
  const df = n - count
  if (count === 0 || df < 1) {
    throw new DataError('data/too-few-points', `${n} rows cannot carry ${count} coefficients and an error`, {
      hint: count === 0 ? 'give a predictor or an intercept' : `bring at least ${count + 1} rows, or fewer predictors`,
      details: { rows: n, coefficients: count },
    })
  }
  for (const { name, values } of [...predictors, { name: 'y', values: y }]) refuseExtremes(name, values)
  const frame = predictors.map((predictor) => centreAndScale(predictor, intercept))
  const ones = new Float64Array(n).fill(1)
  const qr = decompose([...(intercept ? [ones.slice()] : []), ...frame.map(({ scaled }) => scaled)])
  const condition = conditionNumber(intercept ? qr.triangle.slice(1).map((row) => row.subarray(1)) : qr.triangle)
  if (!(condition <= 1e12)) throw illConditioned(predictors, condition)

  const original = [...(intercept ? [{ name: 'intercept', values: ones }] : []), ...predictors]
  const { coefficients, residuals } = refine(original, y, qr, frame, intercept)
  const fit = {
    ...assess({ coefficients, residuals, unitErrors: unitErrors(qr, frame, intercept), y, df, intercept }),
    conditionNumber: condition,
    illConditioned: condition > 1e8,
  }
  return { fit, design: { qr, frame, intercept, rows: n } }
}

/** Squares and products in double length have room between these bounds; no unit of this world lies outside. */
function refuseExtremes(name: string, values: Float64Array): void {
  const largest = largestSize(values)
  if (largest === 0 || (largest < 1e100 && largest > 1e-100)) return
  throw new DataError('data/units', `${name} reaches ${largest}, too far from 1 to be squared`, {
    hint: 'measure it in another unit',
  })
}

function largestSize(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/** column = centre + scale · scaled, where the scaled one has mean 0 (with an intercept) and a mean square of about 1. */
interface Framed extends Frame {
  readonly scaled: Float64Array
}

function centreAndScale({ name, values, low }: Predictor, intercept: boolean): Framed {
  const n = values.length
  const ones = new Float64Array(n).fill(1)
  const centre = intercept ? dotProduct(values, ones) / n : 0
  const scaled = values.map((value, row) => value - centre + (low?.[row] ?? 0))
  const largest = largestSize(scaled)
  const scale = largest === 0 ? 0 : largest * Math.sqrt(sumOfSquares(scaled.map((value) => value / largest)) / n)
  if (scale <= Number.EPSILON * Math.abs(centre)) {
    throw new DataError('data/ill-conditioned', `${name} has no variance`, {
      hint: intercept ? 'leave it out: the intercept says the same' : 'leave it out: it is 0 everywhere',
    })
  }
  return { centre, scale, scaled: scaled.map((value) => value / scale) }
}

function illConditioned(predictors: readonly Predictor[], condition: number): DataError {
  const names = predictors.map(({ name }) => name).join(', ')
  const size = Number.isFinite(condition) ? condition.toExponential(1) : 'infinite'
  return new DataError('data/ill-conditioned', `${names} depend on each other (condition number ${size})`, {
    hint: 'leave out a column that the others already say, or lower the degree',
    details: { conditionNumber: Number.isFinite(condition) ? condition : null },
  })
}

/** Solves [I A; Aᵀ 0]·[residuals; coefficients] = [y; 0] again and again for what is left over. */
function refine(
  columns: readonly Predictor[],
  y: Float64Array,
  qr: QrDecomposition,
  frame: readonly Frame[],
  intercept: boolean,
): { readonly coefficients: number[]; readonly residuals: Float64Array } {
  let coefficients = columns.map(() => 0)
  let residuals: Float64Array = new Float64Array(y.length)
  let left: Float64Array = y.slice()
  let leftBelow = columns.map(() => 0)
  for (let step = 0; step <= MOST_REFINEMENTS; step += 1) {
    const change = solveAugmented(left, leftBelow, qr, frame, intercept)
    const next = coefficients.map((value, index) => value + (change.coefficients[index] ?? 0))
    const still = next.every((value, index) => Math.abs(value - (coefficients[index] ?? 0)) <= 1e-15 * Math.abs(value))
    coefficients = next
    residuals = residuals.map((value, row) => value + (change.residuals[row] ?? 0))
    if (still) break
    left = misfit(columns, y, coefficients, residuals)
    leftBelow = columns.map(
      ({ values, low }) => -dotProduct(values, residuals) - (low ? dotProduct(low, residuals) : 0),
    )
  }
  // A term whose part in y lies beyond double length is a rest of rounding
  const negligible = Number.EPSILON ** 2 * largestSize(y)
  coefficients = coefficients.map((value, index) =>
    Math.abs(value) * largestSize(columns[index]?.values ?? y) <= negligible ? 0 : value,
  )
  const exact = misfit(columns, y, coefficients, null)
  // A perfect fit is one: no residual is left where the coefficients say y to the last digit
  return { coefficients, residuals: exact.every((value) => value === 0) ? exact : residuals }
}

/** y − residuals − A·coefficients, in double length, then rounded. */
function misfit(
  columns: readonly Predictor[],
  y: Float64Array,
  coefficients: readonly number[],
  residuals: Float64Array | null,
): Float64Array {
  const sums = y.slice()
  const rests = new Float64Array(y.length)
  if (residuals !== null) addProduct(sums, rests, residuals, -1)
  for (const [index, { values, low }] of columns.entries()) {
    const coefficient = coefficients[index] ?? 0
    addProduct(sums, rests, values, -coefficient)
    if (low !== undefined)
      for (let i = 0; i < sums.length; i += 1) rests[i] = (rests[i] ?? 0) - (low[i] ?? 0) * coefficient
  }
  return sums.map((sum, row) => sum + (rests[row] ?? 0))
}

function solveAugmented(
  above: Float64Array,
  below: readonly number[],
  qr: QrDecomposition,
  frame: readonly Frame[],
  intercept: boolean,
): { readonly coefficients: number[]; readonly residuals: Float64Array } {
  const h = solveUpperTransposed(qr.triangle, intoFrame(below, frame, intercept))
  const rotated = above.slice()
  qr.applyTransposed(rotated)
  const framed = solveUpper(
    qr.triangle,
    h.map((value, index) => (rotated[index] ?? 0) - value),
  )
  rotated.set(h)
  qr.apply(rotated)
  return { coefficients: outOfFrame(framed, frame, intercept), residuals: rotated }
}

/** Aᵀ-sums of the original columns as sums of the framed ones. */
function intoFrame(sums: readonly number[], frame: readonly Frame[], intercept: boolean): number[] {
  const first = intercept ? (sums[0] ?? 0) : 0
  const slopes = intercept ? sums.slice(1) : sums
  const framed = frame.map(({ centre, scale }, index) => ((slopes[index] ?? 0) - centre * first) / scale)
  return intercept ? [first, ...framed] : framed
}

/** Coefficients of the framed columns as coefficients of the original ones. */
function outOfFrame(framed: readonly number[], frame: readonly Frame[], intercept: boolean): number[] {
  const slopes = frame.map(({ scale }, index) => (framed[index + (intercept ? 1 : 0)] ?? 0) / scale)
  if (!intercept) return slopes
  const shift = frame.reduce((sum, { centre }, index) => sum + centre * (slopes[index] ?? 0), 0)
  return [(framed[0] ?? 0) - shift, ...slopes]
}

/** The standard errors for a residual deviation of 1: lengths of the rows of the inverse triangle, out of the frame. */
function unitErrors(qr: QrDecomposition, frame: readonly Frame[], intercept: boolean): number[] {
  const size = qr.triangle.length
  const squares = new Float64Array(size)
  for (let column = 0; column < size; column += 1) {
    const unit = Array.from({ length: size }, (_, index) => (index === column ? 1 : 0))
    const inverse = outOfFrame(solveUpper(qr.triangle, unit), frame, intercept)
    for (const [index, value] of inverse.entries()) squares[index] = (squares[index] ?? 0) + value * value
  }
  return Array.from(squares, Math.sqrt)
}

interface Fit {
  readonly coefficients: readonly number[]
  readonly residuals: Float64Array
  readonly unitErrors: readonly number[]
  readonly y: Float64Array
  readonly df: number
  readonly intercept: boolean
}

function assess(fit: Fit): Omit<Regression, 'conditionNumber' | 'illConditioned'> {
  const { coefficients, y, df, intercept } = fit
  const n = y.length
  const sse = sumOfSquares(fit.residuals)
  const residualSd = Math.sqrt(sse / df)
  const standardErrors = fit.unitErrors.map((unit) => unit * residualSd)
  const tValues = coefficients.map((value, index) => ratio(value, standardErrors[index] ?? 0))
  const { total, constant } = totalSquares(y, intercept)
  const base = {
    coefficients,
    standardErrors,
    tValues,
    pValues: tValues.map((t, index) => (t === null ? (coefficients[index] === 0 ? null : 0) : studentTwoSided(t, df))),
    residualSd,
    df,
    n,
    residuals: Array.from(fit.residuals),
  }
  if (constant) return { ...base, r2: null, adjustedR2: null, f: null, fPValue: null, reason: 'no variance' }
  const predictors = coefficients.length - (intercept ? 1 : 0)
  const r2 = Math.max(0, 1 - sse / total)
  const adjustedR2 = 1 - (sse / df / total) * (intercept ? n - 1 : n)
  const f = ratio(Math.max(0, total - sse) / Math.max(1, predictors), sse / df)
  const fPValue = predictors === 0 ? null : f === null ? 0 : fUpper(f, predictors, df)
  return { ...base, r2, adjustedR2, f: predictors === 0 ? null : f, fPValue }
}

function totalSquares(y: Float64Array, intercept: boolean): { readonly total: number; readonly constant: boolean } {
  const n = y.length
  const mean = intercept ? dotProduct(y, new Float64Array(n).fill(1)) / n : 0
  const total = sumOfSquares(y.map((value) => value - mean))
  return { total, constant: total <= n * (Number.EPSILON * Math.abs(mean)) ** 2 }
}

function sumOfSquares(values: Float64Array): number {
  return dotProduct(values, values)
}

/** `null` instead of a division by zero, or of a result that no number can hold. */
function ratio(above: number, below: number): number | null {
  const value = below === 0 ? NaN : above / below
  return Number.isFinite(value) ? value : null
}
