/**
 * From hourly concentrations in µg/m³ to the US EPA index of a day and of an hour: the official averaging, the
 * conversion of gases at the reference conditions, then the tables.
 *
 * Source: 40 CFR 58, Appendix G; EPA-454/B-24-002. The regulation counts days in local standard time and converts gases at
 * 25 °C and one atmosphere; the caller cuts the days and may choose other conditions.
 */
import { dailyMaximum, dailyMaximumEightHour, dailyMean, type Daily, type DayOfHours } from './air-day.ts'
import { ppbFromUgM3, ppmFromUgM3, type ReferenceConditions } from './air-units.ts'
import { aqi } from './aqi.ts'
import { epaTable, type EpaScheme, type Pollutant } from './epa-breakpoints.ts'
import { nowCast } from './now-cast.ts'

/** Hourly concentrations of one place in µg/m³, by pollutant; all lists of one length, missing hours null. */
export interface HourlyAir {
  readonly pm25UgM3: readonly (number | null)[]
  readonly pm10UgM3: readonly (number | null)[]
  readonly o3UgM3: readonly (number | null)[]
  readonly no2UgM3: readonly (number | null)[]
  readonly so2UgM3: readonly (number | null)[]
  readonly coUgM3: readonly (number | null)[]
}

export type AirSeries = keyof HourlyAir

export interface EpaReading {
  readonly series: AirSeries
  readonly pollutant: Pollutant
  /** "24-hour mean", "highest 8-hour mean" … */
  readonly averaging: string
  /** In `unit`, untruncated; null when too many hours are missing. */
  readonly concentration: number | null
  readonly unit: string
  readonly hoursPresent: number
  readonly index: number | null
  readonly category: string | null
  /** Why there is no index. */
  readonly reason: string | null
}

interface Measure {
  readonly pollutant: Pollutant
  readonly averaging: string
  readonly average: (day: DayOfHours, nextDay: DayOfHours) => Daily
  readonly convert: (concentrationUgM3: number, conditions?: ReferenceConditions) => number
}

const same = (concentrationUgM3: number) => concentrationUgM3

const MEASURES: Readonly<Record<AirSeries, readonly Measure[]>> = {
  pm25UgM3: [{ pollutant: 'pm25', averaging: '24-hour mean', average: (day) => dailyMean(day), convert: same }],
  pm10UgM3: [{ pollutant: 'pm10', averaging: '24-hour mean', average: (day) => dailyMean(day), convert: same }],
  o3UgM3: [
    {
      pollutant: 'o3-8h',
      averaging: 'highest 8-hour mean',
      average: (day, next) => dailyMaximumEightHour(day, next),
      convert: ppm('o3'),
    },
    { pollutant: 'o3-1h', averaging: 'highest hour', average: (day) => dailyMaximum(day), convert: ppm('o3') },
  ],
  no2UgM3: [{ pollutant: 'no2', averaging: 'highest hour', average: (day) => dailyMaximum(day), convert: ppb('no2') }],
  so2UgM3: [
    { pollutant: 'so2-1h', averaging: 'highest hour', average: (day) => dailyMaximum(day), convert: ppb('so2') },
    { pollutant: 'so2-24h', averaging: '24-hour mean', average: (day) => dailyMean(day), convert: ppb('so2') },
  ],
  coUgM3: [
    {
      pollutant: 'co',
      averaging: 'highest 8-hour mean',
      average: (day, next) => dailyMaximumEightHour(day, next, { from: 0, to: 23 }),
      convert: ppm('co'),
    },
  ],
}

export interface EpaOptions {
  readonly scheme?: EpaScheme
  readonly conditions?: ReferenceConditions
}

/**
 * The index of each pollutant for one day of 24 hours. 8-hour windows that begin late in the day reach into `nextDay`;
 * without it they are shorter and need six hours like any other.
 *
 * A pollutant with two averaging times gives a reading for each; the one without an index says why.
 */
export function epaDay(
  day: HourlyAir,
  nextDay: HourlyAir | null = null,
  { scheme, conditions }: EpaOptions = {},
): EpaReading[] {
  return (Object.keys(MEASURES) as AirSeries[]).flatMap((series) =>
    MEASURES[series].map((measure) => {
      const { value, hours, reason } = measure.average(day[series], nextDay?.[series] ?? [])
      const concentration = value === null ? null : measure.convert(value, conditions)
      return reading(series, measure, concentration, hours, reason, scheme)
    }),
  )
}

/**
 * The index of the newest hour, from the hours up to it (oldest first): NowCast for particulate matter, the last hour for
 * NO2 and SO2, the last eight hours for CO and ozone (EPA's own ozone NowCast is a fitted model and is not offered).
 */
export function epaHour(hours: HourlyAir, { scheme, conditions }: EpaOptions = {}): EpaReading[] {
  return NEWEST.map(({ series, measure, averaging, average }) => {
    const { value, hours: present, reason } = average(hours[series])
    const concentration = value === null ? null : measure.convert(value, conditions)
    return reading(series, { pollutant: measure.pollutant, averaging }, concentration, present, reason, scheme)
  })
}

interface NewestMeasure {
  readonly series: AirSeries
  readonly measure: Pick<Measure, 'pollutant' | 'convert'>
  readonly averaging: string
  readonly average: (hours: readonly (number | null)[]) => Daily
}

const NEWEST: readonly NewestMeasure[] = [
  { series: 'pm25UgM3', measure: { pollutant: 'pm25', convert: same }, averaging: 'NowCast', average: castNow },
  { series: 'pm10UgM3', measure: { pollutant: 'pm10', convert: same }, averaging: 'NowCast', average: castNow },
  {
    series: 'o3UgM3',
    measure: { pollutant: 'o3-8h', convert: ppm('o3') },
    averaging: 'last 8 hours',
    average: lastEight,
  },
  { series: 'no2UgM3', measure: { pollutant: 'no2', convert: ppb('no2') }, averaging: 'hour', average: lastHour },
  { series: 'so2UgM3', measure: { pollutant: 'so2-1h', convert: ppb('so2') }, averaging: 'hour', average: lastHour },
  { series: 'coUgM3', measure: { pollutant: 'co', convert: ppm('co') }, averaging: 'last 8 hours', average: lastEight },
]

function castNow(hours: readonly (number | null)[]): Daily {
  const newestFirst = hours.slice(-12).toReversed()
  const value = nowCast(newestFirst)
  const present = newestFirst.filter((each) => each !== null).length
  return { value, hours: present, reason: value === null ? 'two of the newest three hours are needed' : null }
}

function lastHour(hours: readonly (number | null)[]): Daily {
  const value = hours.at(-1) ?? null
  return { value, hours: value === null ? 0 : 1, reason: value === null ? 'the newest hour is missing' : null }
}

function lastEight(hours: readonly (number | null)[]): Daily {
  return dailyMaximumEightHour(hours.slice(-8), [], { from: 0, to: 0 })
}

function reading(
  series: AirSeries,
  { pollutant, averaging }: Pick<Measure, 'pollutant' | 'averaging'>,
  concentration: number | null,
  hoursPresent: number,
  reason: string | null,
  scheme: EpaScheme = 'us-epa-2024',
): EpaReading {
  const found = aqi(pollutant, concentration, scheme)
  return {
    series,
    pollutant,
    averaging,
    concentration,
    unit: epaTable(pollutant, scheme).unit,
    hoursPresent,
    index: found?.index ?? null,
    category: found?.category ?? null,
    reason: found !== null ? null : (reason ?? 'outside the table of this averaging time'),
  }
}

function ppm(gas: 'o3' | 'co') {
  return (concentrationUgM3: number, conditions?: ReferenceConditions) =>
    ppmFromUgM3(gas, concentrationUgM3, conditions)
}

function ppb(gas: 'no2' | 'so2') {
  return (concentrationUgM3: number, conditions?: ReferenceConditions) =>
    ppbFromUgM3(gas, concentrationUgM3, conditions)
}
