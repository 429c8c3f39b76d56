/**
 * The US EPA Air Quality Index of a concentration: truncate, find the row, interpolate, round half up.
 *
 * Source: 40 CFR 58, Appendix G; EPA-454/B-24-002.
 */
import { DataError } from '../base/errors.ts'
import { epaTable, POLLUTANTS, type Breakpoint, type EpaScheme, type Pollutant } from './epa-breakpoints.ts'
import { aqiCategory } from './epa-categories.ts'

export interface Aqi {
  readonly index: number
  readonly category: string
  /** The concentration as the regulation truncates it, in the unit of the table. */
  readonly concentration: number
}

/**
 * The index of one pollutant; the concentration in the unit of the table (ppm for O3 and CO, ppb for SO2 and NO2, µg/m³
 * for particulate matter) and over the averaging time of the pollutant.
 *
 * Above the table the last row's line goes on and the class stays Hazardous. 8-hour ozone above 0.200 ppm, 1-hour ozone
 * below 0.125 ppm, 1-hour SO2 above 304 ppb and 24-hour SO2 below 305 ppb have no index. Missing, negative or not
 * finite: null.
 *
 * @throws DataError `data/units` for a pollutant that is not in the table
 * @example aqi('pm25', 35.4) // { index: 100, category: 'Moderate', concentration: 35.4 }
 */
export function aqi(pollutant: Pollutant, concentration: number | null, scheme: EpaScheme = 'us-epa-2024'): Aqi | null {
  if (!POLLUTANTS.includes(pollutant)) {
    throw new DataError('data/units', `"${pollutant as string}" is not a pollutant of the index`, {
      hint: `use one of ${POLLUTANTS.join(', ')}`,
    })
  }
  if (concentration === null || !Number.isFinite(concentration) || concentration < 0) return null
  const { stepsPerUnit, rows, goesOn } = epaTable(pollutant, scheme)
  const step = truncate(concentration, stepsPerUnit)
  const row = rows.find(({ highStep }) => step <= highStep) ?? (goesOn ? rows.at(-1) : undefined)
  if (row === undefined || step < row.lowStep) return null
  const index = interpolate(row, step)
  return { index, category: aqiCategory(index)?.name ?? 'Hazardous', concentration: step / stepsPerUnit }
}

/**
 * The index over several pollutants: the highest of their indices, with every pollutant that reaches it. An SO2 1-hour
 * value of 305 ppb or more beside a 24-hour mean below 305 counts as exactly 200, as the regulation says.
 * Null when no pollutant has an index.
 */
export function combinedAqi(
  readings: Partial<Readonly<Record<Pollutant, number | null>>>,
  scheme: EpaScheme = 'us-epa-2024',
): { readonly index: number; readonly category: string; readonly critical: Pollutant[] } | null {
  const indices = POLLUTANTS.flatMap((pollutant) => {
    const index = aqi(pollutant, readings[pollutant] ?? null, scheme)?.index ?? fixedSo2(pollutant, readings)
    return index === null ? [] : [{ pollutant, index }]
  })
  if (indices.length === 0) return null
  const index = Math.max(...indices.map((each) => each.index))
  const critical = indices.filter((each) => each.index === index).map(({ pollutant }) => pollutant)
  return { index, category: aqiCategory(index)?.name ?? 'Hazardous', critical }
}

function fixedSo2(pollutant: Pollutant, readings: Partial<Readonly<Record<Pollutant, number | null>>>): number | null {
  const hour = readings['so2-1h'] ?? null
  const day = readings['so2-24h'] ?? null
  return pollutant === 'so2-1h' &&
    hour !== null &&
    Math.floor(hour) >= 305 &&
    day !== null &&
    day >= 0 &&
    Math.floor(day) < 305
    ? 200
    : null
}

/**
 * Whole steps, downwards. Decimal text first: 0.0709 · 1000 may lie just below 70.9, and a value written as 0.055 must
 * count as 55 steps and not 54.
 */
function truncate(concentration: number, stepsPerUnit: number): number {
  const product = concentration * stepsPerUnit
  const nearest = Math.round(product)
  // a decimal that stands on a step may have come out a rounding error below it
  return Math.abs(product - nearest) <= Number.EPSILON * 4 * Math.max(1, product) ? nearest : Math.floor(product)
}

/** In whole numbers until the division, so that a half is a half and goes up. */
function interpolate({ lowStep, highStep, lowIndex, highIndex }: Breakpoint, step: number): number {
  const span = highStep - lowStep
  const scaled = (highIndex - lowIndex) * (step - lowStep)
  return lowIndex + Math.floor((2 * scaled + span) / (2 * span))
}
