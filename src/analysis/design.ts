/** The geometry of a fit: how far each row can pull it, and how far its columns say the same. */
import { solveUpper, solveUpperTransposed, type QrDecomposition } from './householder.ts'

/** A column as it was fitted: value = centre + scale · fitted value. */
export interface Frame {
  readonly centre: number
  readonly scale: number
}

/** The decomposed columns of a fit, the intercept's first. */
export interface Design {
  readonly qr: QrDecomposition
  readonly frame: readonly Frame[]
  readonly intercept: boolean
  readonly rows: number
}

/** The diagonal of the hat matrix: between 0 and 1, in sum the number of coefficients. */
export function leverages({ qr, rows }: Design): Float64Array {
  const leverage = new Float64Array(rows)
  for (const column of qr.triangle.keys()) {
    const unit = new Float64Array(rows)
    unit[column] = 1
    qr.apply(unit)
    for (let row = 0; row < rows; row += 1) leverage[row] = (leverage[row] ?? 0) + (unit[row] ?? 0) ** 2
  }
  return leverage.map((value) => Math.min(1, value))
}

/** x₀ᵀ(XᵀX)⁻¹x₀ of new predictors: the variance of their fitted value for a residual variance of 1. */
export function unitVariance({ qr, frame, intercept }: Design, predictors: readonly number[]): number {
  const framed = frame.map(({ centre, scale }, index) => ((predictors[index] ?? 0) - centre) / scale)
  const solved = solveUpperTransposed(qr.triangle, intercept ? [1, ...framed] : framed)
  return solved.reduce((sum, value) => sum + value * value, 0)
}

/** 1 / (1 − R²) of each predictor on the others: by how much their company widens its variance. */
export function varianceInflation({ qr, intercept }: Design): number[] {
  const { triangle } = qr
  const size = triangle.length
  const first = intercept ? 1 : 0
  const inflation = new Float64Array(size)
  for (let column = 0; column < size; column += 1) {
    const unit = Array.from({ length: size }, (_, index) => (index === column ? 1 : 0))
    for (const [row, value] of solveUpper(triangle, unit).entries()) inflation[row] = (inflation[row] ?? 0) + value ** 2
  }
  return Array.from({ length: size - first }, (_, index) => {
    const column = index + first
    const squares = triangle.slice(first).reduce((sum, row) => sum + (row[column] ?? 0) ** 2, 0)
    return Math.max(1, squares * (inflation[column] ?? 0))
  })
}

/** What each row's y counts in each coefficient: coefficient = Σ weight · y. The intercept's come first. */
export function coefficientWeights({ qr, frame, intercept, rows }: Design): Float64Array[] {
  const shift = intercept ? 1 : 0
  const slopes = frame.map(({ scale }, index) => {
    return Array.from({ length: frame.length + shift }, (_, place) => (place === index + shift ? 1 / scale : 0))
  })
  const first = [1, ...frame.map(({ centre, scale }) => -centre / scale)]
  return (intercept ? [first, ...slopes] : slopes).map((share) => {
    const weights = new Float64Array(rows)
    weights.set(solveUpperTransposed(qr.triangle, share))
    qr.apply(weights)
    return weights
  })
}
