/**
 * WHO global air quality guidelines, 2021: guideline levels and interim targets, in µg/m³ (CO in mg/m³).
 *
 * 24-hour levels are 99th percentiles: one day above the level is an exceedance day, not yet non-compliance. A level is
 * compared only with a value of its own averaging time.
 */

export type WhoLevelKey =
  | 'pm25-annual'
  | 'pm25-24h'
  | 'pm10-annual'
  | 'pm10-24h'
  | 'o3-peak-season'
  | 'o3-8h'
  | 'no2-annual'
  | 'no2-24h'
  | 'so2-24h'
  | 'co-24h'

export interface WhoLevel {
  readonly unit: 'µg/m³' | 'mg/m³'
  readonly guideline: number
  /** From the easiest to reach to the hardest; null where there is none. */
  readonly interimTargets: readonly (number | null)[]
}

export const WHO_AIR_LEVELS: Readonly<Record<WhoLevelKey, WhoLevel>> = {
  'pm25-annual': { unit: 'µg/m³', guideline: 5, interimTargets: [35, 25, 15, 10] },
  'pm25-24h': { unit: 'µg/m³', guideline: 15, interimTargets: [75, 50, 37.5, 25] },
  'pm10-annual': { unit: 'µg/m³', guideline: 15, interimTargets: [70, 50, 30, 20] },
  'pm10-24h': { unit: 'µg/m³', guideline: 45, interimTargets: [150, 100, 75, 50] },
  'o3-peak-season': { unit: 'µg/m³', guideline: 60, interimTargets: [100, 70, null, null] },
  'o3-8h': { unit: 'µg/m³', guideline: 100, interimTargets: [160, 120, null, null] },
  'no2-annual': { unit: 'µg/m³', guideline: 10, interimTargets: [40, 30, 20, null] },
  'no2-24h': { unit: 'µg/m³', guideline: 25, interimTargets: [120, 50, null, null] },
  'so2-24h': { unit: 'µg/m³', guideline: 40, interimTargets: [125, 50, null, null] },
  'co-24h': { unit: 'mg/m³', guideline: 4, interimTargets: [7, null, null, null] },
}

/** Whether a value lies above the guideline of its averaging time; null when it is missing. */
export function exceedsWho(level: WhoLevelKey, value: number | null): boolean | null {
  return value === null || !Number.isFinite(value) ? null : value > WHO_AIR_LEVELS[level].guideline
}
