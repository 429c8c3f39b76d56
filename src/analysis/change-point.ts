/** When did the level of this series change? By ranks, without assuming a distribution. */
import { DataError } from '../base/errors.ts'
import { midRanks } from './correlate.ts'
import type { Column, Unmeasured } from './paired.ts'

export type ChangePoint =
  | {
      /** The last step before the change, from 0. */
      readonly at: number
      /** The largest |U|. */
      readonly k: number
      /** About 2·exp(−6k² / (n³ + n²)), at most 1; good below 0.5. */
      readonly p: number
      readonly n: number
    }
  | ({ readonly at: null } & Unmeasured)

/**
 * Pettitt's test (1979) for one change of level. Missing steps are left out; `at` still counts all steps. Of equal maxima
 * the first is given.
 *
 * @throws DataError `data/value` for a value that is not finite
 */
export function changePoint(values: Column): ChangePoint {
  const wrong = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError('data/value', `value ${wrong} is ${values[wrong]}, not a finite number`, {
      hint: 'put null where nothing was measured',
    })
  }
  const points = values.flatMap((value, step) => (value === null ? [] : [{ value, step }]))
  const n = points.length
  if (n === 0 && values.length > 0) return { at: null, n, reason: 'all missing' }
  if (n < 4) return { at: null, n, reason: 'too few' }
  const ranks = midRanks(Float64Array.from(points, ({ value }) => value))
  let [sum, k, at] = [0, 0, 0]
  for (const [index, { step }] of points.entries()) {
    sum += ranks[index] ?? 0
    const u = Math.abs(2 * sum - (index + 1) * (n + 1))
    if (u > k) [k, at] = [u, step]
  }
  if (k === 0) return { at: null, n, reason: 'no variance' }
  return { at, k, p: Math.min(1, 2 * Math.exp((-6 * k * k) / (n ** 3 + n ** 2))), n }
}
