/**
 * Air quality (CAMS), weather forecasts and the weather archive of Open-Meteo, by the hour, for one place or many.
 *
 * The service answers for the cell nearest to a place, in UTC, with null for hours it does not have.
 */
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { ConfigError, HttpError } from '../../src/base/errors.ts'
import type { Io } from '../../src/base/io.ts'
import { createHttpClient, type HttpClient } from '../../src/http/client.ts'
import { HttpAddress } from '../../src/http/http-address.ts'
import type { SourceNote } from '../../src/http/source-note.ts'
import { AIR_VARIABLES, AirQualityAnswer, type AirQuality } from './air-quality.ts'
import { withLimit } from './limits.ts'
import { sourceNote } from './source.ts'
import { WEATHER_VARIABLES, WeatherAnswer, type Weather } from './weather.ts'

export const OpenMeteoConnection = z.object({
  airQualityUrl: HttpAddress.default('https://air-quality-api.open-meteo.com').describe(
    'address of the air quality service',
  ),
  forecastUrl: HttpAddress.default('https://api.open-meteo.com').describe('address of the forecast service'),
  archiveUrl: HttpAddress.default('https://archive-api.open-meteo.com').describe('address of the archive'),
})

export type OpenMeteoSettings = z.output<typeof OpenMeteoConnection>

export interface Place {
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
  /** Metres above the sea that temperatures are brought to. Default: what the service thinks the place lies at. */
  readonly elevationM?: number
}

interface Days {
  /** Days before today, 0–92. */
  readonly pastDays?: number
  /** Days from today on. */
  readonly forecastDays?: number
}

export interface AirQualityQuery extends Days {
  readonly places: readonly Place[]
}

export interface ForecastQuery extends Days {
  readonly places: readonly Place[]
}

export interface ArchiveQuery {
  readonly places: readonly Place[]
  /** ISO days, both included; from 1940-01-01 until a few days ago. */
  readonly from: string
  readonly to: string
  /**
   * Which reanalysis. The service's own mixture changes with the years and is not fit for trends: one model is. Default
   * `era5`.
   */
  readonly model?: 'era5' | 'era5_land' | 'ecmwf_ifs' | 'best_match'
}

export interface OpenMeteoClient {
  /** What has to stand beside the figures. */
  readonly source: SourceNote
  /**
   * One answer for each place, in their order. Default: yesterday and today; at most 7 days ahead.
   *
   * @throws ConfigError `config/params`; HttpError `http/status` with the service's reason (for a limit that is reached
   *   with `retryAfterMs`), `http/shape`
   */
  airQuality(query: AirQualityQuery): Promise<AirQuality[]>
  /** The same for weather; default: seven days from today, at most 16. */
  forecast(query: ForecastQuery): Promise<Weather[]>
  /** The same for weather that was. */
  archive(query: ArchiveQuery): Promise<Weather[]>
  close(): Promise<void>
}

/** The service takes up to 1,000 places; fewer keep the address short enough for proxies. */
const PLACES_AT_ONCE = 50
const MOST_PAST_DAYS = 92

export function createOpenMeteoClient(settings: OpenMeteoSettings, io: Io = {}): OpenMeteoClient {
  const clock = io.clock ?? systemClock
  // free use is counted in weighted calls: one request at a time is what the service asks for
  const open = (baseUrl: string) => createHttpClient({ baseUrl, timeoutMs: 30_000, atOnce: 1 }, io)
  const air = open(settings.airQualityUrl)
  const forecast = open(settings.forecastUrl)
  const archive = open(settings.archiveUrl)

  const ask = async <Answer>(
    http: HttpClient,
    path: string,
    places: readonly Place[],
    query: Readonly<Record<string, string | number>>,
    schema: z.ZodType<Answer>,
  ): Promise<Answer[]> => {
    for (const place of places) checkPlace(place)
    const answers: Answer[] = []
    for (let start = 0; start < places.length; start += PLACES_AT_ONCE) {
      const some = places.slice(start, start + PLACES_AT_ONCE)
      try {
        answers.push(...(await askSome(http, path, some, query, schema)))
      } catch (error) {
        throw withLimit(error, clock.now())
      }
    }
    return answers
  }

  return {
    source: sourceNote(settings.airQualityUrl),
    async airQuality({ places, pastDays = 1, forecastDays = 1 }) {
      checkDays(pastDays, forecastDays, 7)
      const hourly = Object.values(AIR_VARIABLES).join(',')
      const query = { hourly, past_days: pastDays, forecast_days: forecastDays }
      return await ask(air, '/v1/air-quality', places, query, AirQualityAnswer)
    },
    async forecast({ places, pastDays = 0, forecastDays = 7 }) {
      checkDays(pastDays, forecastDays, 16)
      const query = { ...WEATHER, past_days: pastDays, forecast_days: forecastDays }
      return await ask(forecast, '/v1/forecast', places, query, WeatherAnswer)
    },
    async archive({ places, from, to, model = 'era5' }) {
      checkDay(from)
      checkDay(to)
      if (from > to) {
        throw new ConfigError('config/params', `the days ${from} to ${to} cannot be asked for`, {
          hint: 'the first day comes first',
        })
      }
      const query = { ...WEATHER, start_date: from, end_date: to, models: model }
      return await ask(archive, '/v1/archive', places, query, WeatherAnswer)
    },
    async close() {
      await Promise.all([air.close(), forecast.close(), archive.close()])
    },
  }
}

const WEATHER = {
  hourly: Object.values(WEATHER_VARIABLES)
    .map(({ name }) => name)
    .join(','),
  // the service's own unit is km/h
  wind_speed_unit: 'ms',
}

async function askSome<Answer>(
  http: HttpClient,
  path: string,
  places: readonly Place[],
  query: Readonly<Record<string, string | number>>,
  schema: z.ZodType<Answer>,
): Promise<Answer[]> {
  const elevations = places.map(({ elevationM }) => elevationM)
  const { body: answers } = await http.send({
    path,
    query: {
      latitude: places.map(({ latitude }) => latitude).join(','),
      longitude: places.map(({ longitude }) => longitude).join(','),
      // all or none: the service takes as many as there are places, and "nan" for the cell's own
      ...(elevations.every((each) => each === undefined)
        ? {}
        : { elevation: elevations.map((each) => each ?? 'nan').join(',') }),
      ...query,
      timezone: 'UTC',
    },
    // one place gives an object, several give a list
    schema: z.preprocess((answer) => (Array.isArray(answer) ? answer : [answer]), z.array(schema)),
  })
  if (answers.length === places.length) return answers
  throw new HttpError(
    'http/shape',
    `Open-Meteo was asked for ${places.length} places and answered for ${answers.length}`,
    { hint: 'try again; if it stays so, the service has changed' },
  )
}

function checkPlace({ latitude, longitude }: Place): void {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return
  throw new ConfigError('config/params', `${latitude}, ${longitude} is not a place on Earth`, {
    hint: 'latitude is -90 to 90 degrees north, longitude -180 to 180 degrees east',
  })
}

function checkDays(pastDays: number, forecastDays: number, mostAhead: number): void {
  const isDays = (days: number, most: number) => Number.isInteger(days) && days >= 0 && days <= most
  if (isDays(pastDays, MOST_PAST_DAYS) && isDays(forecastDays, mostAhead)) return
  throw new ConfigError('config/params', `${pastDays} days back and ${forecastDays} days ahead cannot be asked for`, {
    hint: `up to ${MOST_PAST_DAYS} days back and up to ${mostAhead} ahead`,
  })
}

function checkDay(day: string): void {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN
  // 31 February is read as 3 March
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)) return
  throw new ConfigError('config/params', `"${day}" is no day`, { hint: 'write it as 2024-01-31' })
}
