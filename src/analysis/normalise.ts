/** A value on its scale. */
import { ConfigError } from '../base/errors.ts'
import { shareBetween } from './share-between.ts'

/**
 * Where a value lies between two bounds, 0–100: 0 at `min`, 100 at `max`, held there beyond. With `higherIsWorse: false`
 * (a protecting factor) 100 at `min` and 0 at `max`. Missing stays missing. Not rounded: that comes after aggregation.
 *
 * Equal bounds make 50 of every value: such a scale does not discriminate, and who uses it says so.
 *
 * @throws ConfigError `config/params` for bounds that are not finite, or fall
 * @example normalise(15, { min: 10, max: 20 }) // 50
 */
export function normalise(
  value: number | null,
  bounds: { readonly min: number; readonly max: number },
  options: { readonly higherIsWorse?: boolean } = {},
): number | null {
  const { min, max } = bounds
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max)) {
    throw new ConfigError('config/params', `${min} to ${max} is no scale`, {
      hint: 'give a finite min, and a finite max that is not below it',
    })
  }
  // Infinity is no measurement: a broken sensor must not read as the worst place of all
  if (value === null || !Number.isFinite(value)) return null
  if (min === max) return 50
  const held = Math.min(max, Math.max(min, value))
  const share = shareBetween(held, min, max)
  return 100 * (options.higherIsWorse === false ? 1 - share : share)
}
