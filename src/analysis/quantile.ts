/** Quantiles by linear interpolation between order statistics: R's type 7 (Hyndman and Fan 1996, definition 7). */
import { DataError } from '../base/errors.ts'

/**
 * The p-quantile of the values, in any order; `null` of none.
 *
 * @throws DataError `data/value` for a p outside 0–1, or a value that is not finite
 * @example quantile([1, 2, 3, 4], 0.5) // 2.5
 */
export function quantile(values: readonly number[], p: number): number | null {
  if (!(p >= 0 && p <= 1)) {
    throw new DataError('data/value', `${p} is no share of a whole`, { hint: 'ask for a quantile between 0 and 1' })
  }
  const notFinite = values.findIndex((value) => !Number.isFinite(value))
  if (notFinite >= 0) {
    throw new DataError('data/value', `value ${notFinite} is ${values[notFinite]}, not a finite number`, {
      hint: 'leave out what is missing before asking for a quantile',
    })
  }
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * p
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  if (below === undefined || above === undefined) return null
  const share = place - Math.floor(place)
  // Weighed apart, so that two huge values of opposite sign do not overflow
  return share === 0 || below === above ? below : below * (1 - share) + above * share
}
