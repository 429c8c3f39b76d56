/** Into which band of a scheme a value falls. */
import type { Band, ThresholdScheme } from './threshold-scheme.ts'

export type Classification =
  | {
      readonly band: Band
      /** The place of the band in its scheme, from 0. */
      readonly position: number
      /** How far the value is above the band's lower threshold; `null` where the band has none. */
      readonly aboveLower: number | null
      /** How far the value is below the band's upper threshold; `null` where the band is open. */
      readonly belowUpper: number | null
    }
  | { readonly band: null; readonly reason: 'missing' | 'not a finite number' }

/**
 * The band of a value, and its distance to both edges. Missing stays missing, with the reason.
 *
 * @example classify(10, thresholdScheme([{ label: 'low', upTo: 10 }, { label: 'high', upTo: null }])) // band low, belowUpper 0
 */
export function classify(value: number | null, scheme: ThresholdScheme): Classification {
  if (value === null) return { band: null, reason: 'missing' }
  if (!Number.isFinite(value)) return { band: null, reason: 'not a finite number' }
  const { bands, edgeBelongsTo } = scheme
  const position = bands.findIndex(
    ({ upTo }) => upTo === null || (edgeBelongsTo === 'lower' ? value <= upTo : value < upTo),
  )
  const band = bands[position]
  if (band === undefined) return { band: null, reason: 'not a finite number' }
  const lower = bands[position - 1]?.upTo ?? null
  return {
    band,
    position,
    aboveLower: lower === null ? null : value - lower,
    belowUpper: band.upTo === null ? null : band.upTo - value,
  }
}
