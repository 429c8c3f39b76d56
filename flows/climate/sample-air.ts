/** Hourly air for cities that do not exist: the generator of the flow's sample data. Not measurements. */
import { roundTo, type AirSeries } from 'd2flow/analysis'
import type { AirHour } from 'd2flow/connectors/open-meteo'

/** PM2.5, PM10, NO2 and O3, in this order; the sample has no others. */
export const SAMPLE_SERIES = ['pm25UgM3', 'pm10UgM3', 'no2UgM3', 'o3UgM3'] as const satisfies readonly AirSeries[]

/** 24 hours of the city at position `city` (from 0): base 10 + 15·city + 8·pollutant, and a daily wave on top, in µg/m³. */
export function sampleAir(city: number): AirHour[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const value = (pollutant: number) =>
      roundTo(10 + 15 * city + 8 * pollutant + ((1.5 * hour + 3 * city + 2 * pollutant) % 20), 1)
    return {
      at: `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`,
      pm25UgM3: value(0),
      pm10UgM3: value(1),
      no2UgM3: value(2),
      o3UgM3: value(3),
      so2UgM3: null,
      coUgM3: null,
    }
  })
}
