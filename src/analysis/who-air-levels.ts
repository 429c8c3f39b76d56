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

/** What a value of its averaging time attains: the guideline, the hardest interim target (from 1 to 4), or none of them. */
export type WhoTarget =
  | 'guideline'
  | 'interim target 4'
  | 'interim target 3'
  | 'interim target 2'
  | 'interim target 1'
  | 'none'

/**
 * The hardest level that a value keeps to; a value on a level keeps to it. `null` when it is missing or below 0.
 *
 * @example whoTargetAttained('pm25-annual', 12) // 'interim target 3'
 */
export function whoTargetAttained(level: WhoLevelKey, value: number | null): WhoTarget | null {
  if (value === null || !Number.isFinite(value) || value < 0) return null
  const { guideline, interimTargets } = WHO_AIR_LEVELS[level]
  if (value <= guideline) return 'guideline'
  const attained = interimTargets.findLastIndex((target) => target !== null && value <= target)
  return attained < 0 ? 'none' : (`interim target ${attained + 1}` as WhoTarget)
}

export interface ExceedanceDays {
  /** Days above the guideline. */
  readonly days: number
  /** Days with a value. */
  readonly measured: number
  readonly missing: number
  /** Whether no more than one measured day in a hundred is above, as a 99th percentile allows; `null` without any. */
  readonly withinGuideline: boolean | null
}

/**
 * Days above a 24-hour (or 8-hour) guideline. It is a 99th percentile: three or four days of a year may lie above it.
 *
 * @see WHO global air quality guidelines (2021), table 0.1, note on the 99th percentile
 */
export function whoExceedanceDays(
  level: Extract<WhoLevelKey, `${string}-24h` | `${string}-8h`>,
  dailyValues: readonly (number | null)[],
): ExceedanceDays {
  const present = dailyValues.filter((value) => value !== null && Number.isFinite(value))
  const days = present.filter((value) => exceedsWho(level, value) === true).length
  return {
    days,
    measured: present.length,
    missing: dailyValues.length - present.length,
    withinGuideline: present.length === 0 ? null : days <= present.length * 0.01,
  }
}
