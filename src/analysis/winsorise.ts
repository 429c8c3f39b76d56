/** Extreme values that would stretch a scale for all others, brought in and listed. */
import { describe } from './describe.ts'
import { quantile } from './quantile.ts'

export interface Treated {
  readonly values: readonly (number | null)[]
  /** What was brought in, by place: to be listed beside the result. */
  readonly changed: readonly { readonly place: number; readonly from: number; readonly to: number }[]
  readonly skewness: number | null
  /** Above that of a normal variable, which has 0. */
  readonly excessKurtosis: number | null
}

/**
 * Brings in the ends of an indicator that a few extreme values would stretch: where |skewness| is above 2 and excess
 * kurtosis above 3.5, values beyond the quantile limits (0.05 and 0.95) become those limits. Else nothing changes.
 *
 * @throws DataError `data/value` for a value that is not finite
 * @see OECD and JRC, Handbook (2008); Becker et al., COINr: the same two limits
 */
export function winsorise(
  values: readonly (number | null)[],
  options: { readonly low?: number; readonly high?: number } = {},
): Treated {
  const { skewness, excessKurtosis } = shapeOf(values)
  const isExtreme = skewness !== null && excessKurtosis !== null && Math.abs(skewness) > 2 && excessKurtosis > 3.5
  if (!isExtreme) return { values, changed: [], skewness, excessKurtosis }
  const present = values.filter((value) => value !== null)
  const [low, high] = [
    quantile(present, options.low ?? 0.05) ?? -Infinity,
    quantile(present, options.high ?? 0.95) ?? Infinity,
  ]
  const treated = values.map((value) => (value === null ? null : Math.min(high, Math.max(low, value))))
  const changed = treated.flatMap((to, place) => {
    const from = values[place] ?? null
    return from === null || to === null || from === to ? [] : [{ place, from, to }]
  })
  return { values: treated, changed, skewness, excessKurtosis }
}

/** Third and fourth moments of the values themselves, over powers of their standard deviation (of the population). */
function shapeOf(values: readonly (number | null)[]): {
  readonly skewness: number | null
  readonly excessKurtosis: number | null
} {
  const { n, mean, sd } = describe(values)
  if (mean === null || sd === null || sd === 0) return { skewness: null, excessKurtosis: null }
  const deviation = sd * Math.sqrt((n - 1) / n)
  const moment = (power: number): number =>
    values.reduce<number>((sum, value) => sum + (value === null ? 0 : ((value - mean) / deviation) ** power), 0) / n
  return { skewness: moment(3), excessKurtosis: moment(4) - 3 }
}
