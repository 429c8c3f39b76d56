/** How two columns go together once what others say of both is taken out. */
import { correlate } from './correlate.ts'
import { leastSquares } from './least-squares.ts'
import { studentTwoSided } from './distribution-tails.ts'
import { DataError } from '../base/errors.ts'
import type { Column } from './paired.ts'
import { interval95, type Correlation } from './pearson.ts'

/**
 * Pearson's r of what is left of x and y after a linear fit of each on the controls, over the rows in which nothing is
 * missing. The p-value is that of t with n − 2 − k degrees of freedom, k the number of controls; the interval Fisher's z
 * with standard error 1/√(n − k − 3). Controls that depend on each other leave r `null`, with the reason.
 *
 * @throws DataError `data/misaligned` when columns differ in length
 * @throws DataError `data/value` for a value that is not finite
 */
export function partialCorrelation(x: Column, y: Column, controls: readonly Column[]): Correlation {
  const columns = [x, y, ...controls]
  const uneven = columns.findIndex((column) => column.length !== x.length)
  if (uneven >= 0) {
    throw new DataError(
      'data/misaligned',
      `column ${uneven} has ${columns[uneven]?.length} values, x has ${x.length}`,
      {
        hint: 'join the columns by unit and period first; put null where one has no value',
      },
    )
  }
  const kept = x.flatMap((_, row) => (columns.every((column) => column[row] !== null) ? [row] : []))
  const packed = columns.map((column) => Float64Array.from(kept, (row) => column[row] ?? NaN))
  if (packed.some((values) => values.some((value) => !Number.isFinite(value)))) {
    throw new DataError('data/value', 'a column holds a value that is not finite', {
      hint: 'put null where nothing was measured',
    })
  }
  const n = kept.length
  const df = n - 2 - controls.length
  if (n === 0 && x.length > 0) return { r: null, n, reason: 'all missing' }
  if (df < 1) return { r: null, n, reason: 'too few' }
  const [left, right, ...others] = packed
  const predictors = others.map((values, index) => ({ name: `control ${index}`, values }))
  const rest = (values: Float64Array = new Float64Array(0)): Float64Array | null => {
    try {
      return Float64Array.from(leastSquares(predictors, values, true).residuals)
    } catch (error) {
      if (error instanceof DataError && error.code === 'data/ill-conditioned') return null
      throw error
    }
  }
  const [xs, ys] = [rest(left), rest(right)]
  if (xs === null || ys === null) return { r: null, n, reason: 'the controls depend on each other' }
  // What a control says wholly leaves rounding behind, which must not be correlated
  if (isRounding(xs, left) || isRounding(ys, right)) return { r: null, n, reason: 'no variance' }
  const r = correlate(xs, ys, n)
  if (r === null) return { r: null, n, reason: 'no variance' }
  const t = r * Math.sqrt(df / ((1 - r) * (1 + r)))
  const p = Math.abs(r) === 1 ? 0 : studentTwoSided(t, df)
  return { r, n, p, ci95: interval95(r, n - controls.length, 1) }
}

function isRounding(residuals: Float64Array, values: Float64Array = new Float64Array(0)): boolean {
  const size = (of: Float64Array): number => of.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return size(residuals) <= 1e-13 * size(values)
}
