/** Is this month unusual? Against thirty years of the same month. */
import type { Column } from './paired.ts'

/** Of the thirty years of a normal so many must be there. */
const ENOUGH_YEARS = 24

/**
 * The mean of a calendar month (or week) over the years of a normal, 1991–2020 by convention; `null` with fewer than 24.
 *
 * @see WMO Guidelines on the Calculation of Climate Normals (WMO-No. 1203)
 */
export function climateNormal(years: Column, options: { readonly minimumYears?: number } = {}): number | null {
  const present = years.filter((value) => value !== null && Number.isFinite(value))
  if (present.length < (options.minimumYears ?? ENOUGH_YEARS)) return null
  return present.reduce<number>((sum, value) => sum + (value ?? 0), 0) / present.length
}

export interface ClimateAnomaly {
  /** Value less normal. */
  readonly difference: number
  /** Value in % of the normal; `null` for a normal below 1, where a drop more would be many per cent. */
  readonly percentOfNormal: number | null
}

/** How far a value lies from its normal; the percentage is for rainfall in mm, not for temperatures. */
export function climateAnomaly(value: number | null, normal: number | null): ClimateAnomaly | null {
  if (value === null || normal === null || !Number.isFinite(value - normal)) return null
  return { difference: value - normal, percentOfNormal: normal < 1 ? null : (100 * value) / normal }
}
