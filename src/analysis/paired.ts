/** Two columns brought side by side: what correlation and rank measures begin with. */
import { DataError } from '../base/errors.ts'

/** A measure that has no value, and why: "too few", "all missing", "no variance", or which value is not finite. */
export interface Unmeasured {
  readonly n: number
  readonly reason: string
}

export type Column = readonly (number | null)[]

/** Pairs where both sides are there, or why there is nothing to measure. At least three are needed for a p-value. */
export function pairUp(x: Column, y: Column): { readonly xs: Float64Array; readonly ys: Float64Array } | Unmeasured {
  if (x.length !== y.length) {
    throw new DataError('data/misaligned', `${x.length} values of x against ${y.length} of y`, {
      hint: 'join the two series by unit and period first; put null where one has no value',
      details: { x: x.length, y: y.length },
    })
  }
  const xs = new Float64Array(x.length)
  const ys = new Float64Array(y.length)
  let n = 0
  for (let index = 0; index < x.length; index += 1) {
    const [left, right] = [x[index] ?? null, y[index] ?? null]
    if (left === null || right === null) continue
    if (!Number.isFinite(left)) return { n: 0, reason: `x at ${index} is ${left}, not a finite number` }
    if (!Number.isFinite(right)) return { n: 0, reason: `y at ${index} is ${right}, not a finite number` }
    xs[n] = left
    ys[n] = right
    n += 1
  }
  if (n === 0 && x.length > 0) return { n, reason: 'all missing' }
  if (n < 3) return { n, reason: 'too few' }
  return { xs: xs.subarray(0, n), ys: ys.subarray(0, n) }
}
