/**
 * Which city has the worst air, and where are limits exceeded?
 *
 * Sources: sample data (the default), or Open-Meteo's hourly air quality (CAMS), in µg/m³.
 * Live readings are converted and averaged as the US EPA prescribes (scheme us-epa-2024) before they meet the index:
 * a day's index from the day before the run is due, in each city's standard time, and an hourly index of the 24 hours
 * before. Sample data is classified by raw value unless `classifyBy` says otherwise, and says so.
 * A missing hour is never counted as clean air; a pollutant with too few hours has no index and is counted as missing.
 */
import { flow, table, task } from 'd2flow'
import {
  advisory,
  aqiCategory,
  dailyMean,
  epaDay,
  epaHour,
  exceedsWho,
  roundTo,
  severity,
  worstFirst,
  type AirSeries,
  type EpaReading,
  type HourlyAir,
  type WhoLevelKey,
} from 'd2flow/analysis'
import { openMeteo, type AirHour, type SourceNote } from 'd2flow/connectors/open-meteo'
import { barChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'
import { sampleAir, SAMPLE_SERIES } from './sample-air.ts'

const HOUR_MS = 3_600_000

const Place = z.object({
  name: z.string(),
  latitude: z.number().min(-90).max(90).describe('degrees north'),
  longitude: z.number().min(-180).max(180).describe('degrees east'),
  utcOffsetHours: z.number().min(-12).max(14).default(0).describe('standard time of the place, hours ahead of UTC'),
})

type Place = z.output<typeof Place>

const KNOWN_PLACES: readonly Place[] = [
  { name: 'Oslo', latitude: 59.91, longitude: 10.75, utcOffsetHours: 1 },
  { name: 'Bergen', latitude: 60.39, longitude: 5.32, utcOffsetHours: 1 },
  { name: 'Trondheim', latitude: 63.43, longitude: 10.4, utcOffsetHours: 1 },
  { name: 'Stavanger', latitude: 58.97, longitude: 5.73, utcOffsetHours: 1 },
]

const Params = z
  .object({
    cities: z
      .array(z.union([z.string(), Place]))
      .min(1)
      .default(KNOWN_PLACES.map(({ name }) => name))
      .describe('names of known cities, or places with name, latitude, longitude and utcOffsetHours'),
    data: z.enum(['sample', 'live']).default('sample').describe('sample data, or Open-Meteo'),
    classifyBy: z
      .enum(['value', 'sub-index'])
      .optional()
      .describe('sample data only: by raw value (default) or by index; live data is always classified by index'),
    connection: z.string().default('public').describe('name of a saved open-meteo block'),
  })
  .superRefine(({ cities, data, classifyBy }, context) => {
    if (data === 'live' && classifyBy === 'value') {
      context.addIssue({
        code: 'custom',
        path: ['classifyBy'],
        message: 'live readings are concentrations: only "sub-index" makes sense',
      })
    }
    for (const [at, city] of cities.entries()) {
      if (data === 'live' && typeof city === 'string' && !KNOWN_PLACES.some(({ name }) => name === city)) {
        context.addIssue({
          code: 'custom',
          path: ['cities', at],
          message: `where is "${city}"? give it as { name, latitude, longitude, utcOffsetHours }`,
        })
      }
    }
  })

interface CityHours {
  readonly city: string
  readonly utcOffsetHours: number
  readonly hours: readonly AirHour[]
}

export interface AirReading {
  readonly city: string
  readonly pollutant: string
  readonly averaging: string
  /** Of the 24 hours, in µg/m³, one decimal; null when too few hours were there. */
  readonly mean: number | null
  /** What met the index, and its unit; null when raw values were classified. */
  readonly concentration: number | null
  readonly unit: string
  readonly index: number | null
  readonly category: string | null
  readonly color: string | null
  readonly advisory: string
  readonly exceedsWho: boolean | null
  readonly reason: string | null
}

const fetchAir = task({
  name: 'fetch-air',
  retry: RETRY_READING,
  async run(
    { connection, places }: { connection: string; places: readonly Place[] },
    ctx,
  ): Promise<{ cities: CityHours[]; source: SourceNote }> {
    const client = await ctx.open(openMeteo, connection)
    const answers = await client.airQuality({ places, pastDays: 2, forecastDays: 1 })
    return {
      cities: places.map(({ name, utcOffsetHours }, at) => ({
        city: name,
        utcOffsetHours,
        hours: answers[at]?.hours ?? [],
      })),
      source: client.source,
    }
  },
})

export const airQualityIndex = flow({
  name: 'air-quality-index',
  params: Params,
  async run({ cities, data, connection, classifyBy }, ctx) {
    const places = cities.map((city) => (typeof city === 'string' ? placeNamed(city) : city))
    const byIndex = data === 'live' || classifyBy === 'sub-index'
    const dueAt = ctx.dueAt
    const fetched = data === 'live' ? await fetchAir({ connection, places }) : null
    const found = fetched?.cities ?? places.map((place, at) => sampleCity(place.name, at))
    const source = fetched?.source ?? null

    const days = found.map((city) => ({
      city: city.city,
      day: data === 'live' ? dayBefore(dueAt, city) : toHourly(city.hours),
    }))
    const readings = days.flatMap(({ city, day }) =>
      byIndex ? readingsByIndex(city, day, data) : readingsByValue(city, day),
    )
    const hourly = byIndex ? found.flatMap((city) => hourlyIndex(city, dueAt, data)) : []
    const ranked = rankCities(readings)
    const missing = readings.filter(({ category }) => category === null).length
    const exceedanceCount = readings.filter((reading) => reading.exceedsWho === true).length

    const sample = data === 'sample'
    const title = `Air quality by city, ${byIndex ? 'US EPA index of 2024' : 'bounds applied to raw values'}`
    await publishReport(ctx, {
      key: 'air-quality-index',
      title,
      sample,
      rows: readings.map(shown),
      paragraphs: paragraphs({ ranked, readings, exceedanceCount, missing, byIndex }),
      chart: await barChart({
        title: titled(title, sample),
        subtitle: byIndex ? 'highest index of any pollutant' : 'highest 24-hour mean of any pollutant, µg/m³',
        decimals: 1,
        bars: ranked.map(({ city, category, highest }) => ({
          label: `${city}: ${category}`,
          value: roundTo(highest, 1),
          colour: CLASS_COLOURS[severity(category)],
        })),
        levels: [50, 100, 150].map((bound) => ({ label: String(bound), value: bound })),
      }),
      method: byIndex
        ? 'US EPA index, 40 CFR 58 Appendix G as revised in 2024; gases converted at 25 °C and one atmosphere'
        : 'the bounds 50, 100, 150, 200, 300 applied to the raw 24-hour means, for demonstration only',
      ...(source === null ? {} : { source: { ...source, what: 'hourly air quality (CAMS)' } }),
    })
    if (hourly.length > 0)
      await ctx.publish(table('air-quality-index-by-hour', hourly, titled(`${title}, by hour`, sample)))
    if (missing > 0)
      ctx.log.warn(`${missing} of ${readings.length} readings have no index: see the reason in the table`)
    return { readings, worstCity: ranked[0]?.city ?? null, exceedanceCount, totalReadings: readings.length, missing }
  },
})

/** A name that is not known can only stand for a city of the sample, which lies nowhere. */
function placeNamed(name: string): Place {
  return KNOWN_PLACES.find((place) => place.name === name) ?? { name, latitude: 0, longitude: 0, utcOffsetHours: 0 }
}

function sampleCity(city: string, at: number): CityHours {
  return { city, utcOffsetHours: 0, hours: sampleAir(at) }
}

function toHourly(hours: readonly AirHour[]): HourlyAir {
  const series = (name: AirSeries) => hours.map((hour) => hour[name])
  return {
    pm25UgM3: series('pm25UgM3'),
    pm10UgM3: series('pm10UgM3'),
    o3UgM3: series('o3UgM3'),
    no2UgM3: series('no2UgM3'),
    so2UgM3: series('so2UgM3'),
    coUgM3: series('coUgM3'),
  }
}

/** The whole day before the run is due, midnight to midnight in the city's standard time; hours that are not there are null. */
function dayBefore(dueAt: Date, { hours, utcOffsetHours }: CityHours): HourlyAir {
  const localMidnightMs = Math.floor((dueAt.getTime() + utcOffsetHours * HOUR_MS) / (24 * HOUR_MS)) * 24 * HOUR_MS
  return toHourly(hoursFrom(hours, localMidnightMs - 24 * HOUR_MS - utcOffsetHours * HOUR_MS, 24))
}

function hoursFrom(hours: readonly AirHour[], startMs: number, count: number): AirHour[] {
  const byMoment = new Map(hours.map((hour) => [Date.parse(hour.at), hour]))
  return Array.from({ length: count }, (_, hour) => {
    const atMs = startMs + hour * HOUR_MS
    return (
      byMoment.get(atMs) ?? {
        at: new Date(atMs).toISOString(),
        pm25UgM3: null,
        pm10UgM3: null,
        o3UgM3: null,
        no2UgM3: null,
        so2UgM3: null,
        coUgM3: null,
      }
    )
  })
}

const WHO_LEVELS: Partial<Record<AirSeries, WhoLevelKey>> = {
  pm25UgM3: 'pm25-24h',
  pm10UgM3: 'pm10-24h',
  no2UgM3: 'no2-24h',
  o3UgM3: 'o3-8h',
}

const POLLUTANT_NAMES: Readonly<Record<AirSeries, string>> = {
  pm25UgM3: 'PM2.5',
  pm10UgM3: 'PM10',
  o3UgM3: 'O3',
  no2UgM3: 'NO2',
  so2UgM3: 'SO2',
  coUgM3: 'CO',
}

function readingsByIndex(city: string, day: HourlyAir, data: 'sample' | 'live'): AirReading[] {
  const series = data === 'sample' ? SAMPLE_SERIES : (Object.keys(POLLUTANT_NAMES) as AirSeries[])
  const best = (readings: readonly EpaReading[]) => readings.toSorted((a, b) => (b.index ?? -1) - (a.index ?? -1))[0]
  const all = epaDay(day)
  return series.flatMap((name) => {
    // of two averaging times the larger index counts
    const reading = best(all.filter((each) => each.series === name))
    if (reading === undefined) return []
    const { value } = dailyMean(day[name])
    const category = aqiCategory(reading.index)
    return [
      {
        city,
        pollutant: POLLUTANT_NAMES[name],
        averaging: reading.averaging,
        mean: roundTo(value, 1),
        concentration: reading.concentration,
        unit: reading.unit,
        index: reading.index,
        category: reading.category,
        color: category?.colour ?? null,
        advisory: advisory(reading.category ?? ''),
        exceedsWho: whoExceedance(name, value),
        reason: reading.reason,
      },
    ]
  })
}

function readingsByValue(city: string, day: HourlyAir): AirReading[] {
  return SAMPLE_SERIES.map((name) => {
    const { value, reason } = dailyMean(day[name])
    const category = aqiCategory(value)
    return {
      city,
      pollutant: POLLUTANT_NAMES[name],
      averaging: '24-hour mean',
      mean: roundTo(value, 1),
      concentration: null,
      unit: 'µg/m³',
      index: null,
      category: category?.name ?? null,
      color: category?.colour ?? null,
      advisory: advisory(category?.name ?? ''),
      exceedsWho: whoExceedance(name, value),
      reason,
    }
  })
}

/** The guideline for ozone is meant for 8 hours and is compared with the day's mean here: the summary says so. */
function whoExceedance(series: AirSeries, meanUgM3: number | null): boolean | null {
  const level = WHO_LEVELS[series]
  return level === undefined ? null : exceedsWho(level, meanUgM3)
}

/** The index of each of the 24 hours up to the run, by the worst pollutant. */
function hourlyIndex({ city, hours }: CityHours, dueAt: Date, data: 'sample' | 'live') {
  const lastHourMs =
    data === 'live' ? Math.floor(dueAt.getTime() / HOUR_MS) * HOUR_MS : Date.parse(hours.at(-1)?.at ?? '')
  return Array.from({ length: 24 }, (_, back) => {
    const endMs = lastHourMs - (23 - back) * HOUR_MS
    const readings = epaHour(toHourly(hoursFrom(hours, endMs - 11 * HOUR_MS, 12))).filter(({ index }) => index !== null)
    const worst = readings.toSorted((a, b) => (b.index ?? 0) - (a.index ?? 0))[0]
    return {
      city,
      hour: new Date(endMs).toISOString().slice(0, 16).concat('Z'),
      index: worst?.index ?? null,
      category: worst?.category ?? null,
      pollutant: worst === undefined ? null : POLLUTANT_NAMES[worst.series],
    }
  })
}

interface RankedCity {
  readonly city: string
  readonly category: string
  readonly highest: number
}

/** By the most severe class any pollutant reaches, then by the higher index or mean, then by name. */
function rankCities(readings: readonly AirReading[]): RankedCity[] {
  const worst = worstFirst(
    readings.filter(({ category }) => category !== null),
    { place: ({ city }) => city, severity: ({ category }) => severity(category ?? ''), value: magnitude },
  )
  return worst.map((reading) => ({ city: reading.city, category: reading.category ?? '', highest: magnitude(reading) }))
}

function magnitude({ index, mean }: AirReading): number {
  return index ?? mean ?? 0
}

/** The columns that fit on a page; the result holds all of them. */
function shown({
  city,
  pollutant,
  averaging,
  mean,
  concentration,
  unit,
  index,
  category,
  exceedsWho,
  reason,
}: AirReading) {
  return {
    city,
    pollutant,
    averaging,
    concentration: concentration === null ? mean : roundTo(concentration, 3),
    unit,
    index,
    category,
    'above WHO': exceedsWho,
    reason,
  }
}

/** Of the classes from Good to Hazardous, deep enough to be seen on white. */
const CLASS_COLOURS = ['#2e9e4f', '#c9a800', '#e67e22', '#d33f3f', '#8f3f97', '#7e0023']

interface SummaryFacts {
  readonly ranked: readonly RankedCity[]
  readonly readings: readonly AirReading[]
  readonly exceedanceCount: number
  readonly missing: number
  readonly byIndex: boolean
}

function paragraphs({ ranked, readings, exceedanceCount, missing, byIndex }: SummaryFacts): string[] {
  const [worst] = ranked
  return [
    worst === undefined
      ? 'No city has enough hours for an index.'
      : `**${worst.city}** has the worst air: ${worst.category} (${byIndex ? 'index' : 'mean'} ${roundTo(worst.highest, 1)}). ${advisory(worst.category)}`,
    `${exceedanceCount} of ${readings.length} means lie above the WHO guideline of 2021 (PM2.5 15, PM10 45, NO2 25, O3 100 µg/m³; the one for O3 is meant for 8 hours).`,
    missing === 0 ? 'Nothing was missing.' : `${missing} readings have no class, because too many hours were missing.`,
  ]
}
