/**
 * The European Air Quality Index: six bands per pollutant, hourly, and the worst pollutant decides.
 *
 * Bands of the 2024 revision, µg/m³, upper edges included. Source: EEA and ETC HE 2024/17, as Open-Meteo implements them;
 * the name of the sixth band was not confirmed from a primary page.
 */
import { DataError } from '../base/errors.ts'

export type EuropeanPollutant = 'pm25' | 'pm10' | 'no2' | 'o3' | 'so2'

export interface EuropeanBand {
  readonly band: 1 | 2 | 3 | 4 | 5 | 6
  readonly name: string
}

const NAMES = ['Good', 'Fair', 'Moderate', 'Poor', 'Very poor', 'Extremely poor'] as const

const UPPER_EDGES_UG_M3: Readonly<Record<EuropeanPollutant, readonly number[]>> = {
  pm25: [5, 15, 50, 90, 140],
  pm10: [15, 45, 120, 195, 270],
  no2: [10, 25, 60, 100, 150],
  o3: [60, 100, 120, 160, 180],
  so2: [20, 40, 125, 190, 275],
}

/**
 * The band of an hourly concentration in µg/m³; missing, negative or not finite: null.
 *
 * @throws DataError `data/units` for a pollutant that has no bands
 */
export function europeanAqiBand(pollutant: EuropeanPollutant, concentrationUgM3: number | null): EuropeanBand | null {
  const edges = UPPER_EDGES_UG_M3[pollutant]
  if (edges === undefined) {
    throw new DataError('data/units', `"${pollutant as string}" has no European bands`, {
      hint: `use one of ${Object.keys(UPPER_EDGES_UG_M3).join(', ')}`,
    })
  }
  if (concentrationUgM3 === null || !Number.isFinite(concentrationUgM3) || concentrationUgM3 < 0) return null
  const at = edges.findIndex((edge) => concentrationUgM3 <= edge)
  const band = ((at === -1 ? edges.length : at) + 1) as EuropeanBand['band']
  return { band, name: NAMES[band - 1] ?? 'Extremely poor' }
}
