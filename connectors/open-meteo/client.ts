/**
 * Air quality by the hour from Open-Meteo (CAMS), for one place or many.
 *
 * The service answers for the cell nearest to a place, in µg/m³, in UTC, with null for hours it does not have.
 */
import type { Io } from '../../src/base/io.ts'
import { ConfigError, HttpError } from '../../src/base/errors.ts'
import { createHttpClient } from '../../src/http/client.ts'
import { z } from 'zod'
import { AIR_VARIABLES, AirQualityAnswer, type AirQuality } from './schemas.ts'

export const OpenMeteoConnection = z.object({
  airQualityUrl: z
    .string()
    .regex(/^https?:\/\//, 'an address that begins with http:// or https://')
    .default('https://air-quality-api.open-meteo.com')
    .describe('address of the air quality service'),
})

export type OpenMeteoSettings = z.output<typeof OpenMeteoConnection>

export interface Place {
  /** Degrees north. */
  readonly latitude: number
  /** Degrees east. */
  readonly longitude: number
}

export interface AirQualityQuery {
  readonly places: readonly Place[]
  /** Days before today, 0–92. Default 1: yesterday is the last whole day. */
  readonly pastDays?: number
  /** Days from today on, 0–7. Default 1. */
  readonly forecastDays?: number
}

export interface OpenMeteoClient {
  /** One answer for each place, in their order. @throws HttpError `http/status` with the service's reason, `http/shape` */
  airQuality(query: AirQualityQuery): Promise<AirQuality[]>
  close(): Promise<void>
}

/** The service takes up to 1,000 places; fewer keep the address short enough for proxies. */
const PLACES_AT_ONCE = 50

export function createOpenMeteoClient(settings: OpenMeteoSettings, io: Io = {}): OpenMeteoClient {
  // free use is counted in weighted calls: one request at a time is what the service asks for
  const http = createHttpClient({ baseUrl: settings.airQualityUrl, timeoutMs: 30_000, atOnce: 1 }, io)

  const fetchSome = async (places: readonly Place[], { pastDays = 1, forecastDays = 1 }: AirQualityQuery) => {
    const answer = await http.send({
      path: '/v1/air-quality',
      query: {
        latitude: places.map(({ latitude }) => latitude).join(','),
        longitude: places.map(({ longitude }) => longitude).join(','),
        hourly: Object.values(AIR_VARIABLES).join(','),
        past_days: pastDays,
        forecast_days: forecastDays,
        timezone: 'UTC',
      },
      // one place gives an object, several give a list
      schema: z.union([AirQualityAnswer, z.array(AirQualityAnswer)]),
    })
    const answers = Array.isArray(answer.body) ? answer.body : [answer.body]
    if (answers.length !== places.length) {
      throw new HttpError(
        'http/shape',
        `Open-Meteo was asked for ${places.length} places and answered for ${answers.length}`,
        {
          hint: 'try again; if it stays so, the service has changed',
        },
      )
    }
    return answers
  }

  return {
    async airQuality(query) {
      for (const { latitude, longitude } of query.places) {
        if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
          throw new ConfigError('config/params', `${latitude}, ${longitude} is not a place on Earth`, {
            hint: 'latitude is -90 to 90 degrees north, longitude -180 to 180 degrees east',
          })
        }
      }
      const answers: AirQuality[] = []
      for (let start = 0; start < query.places.length; start += PLACES_AT_ONCE) {
        answers.push(...(await fetchSome(query.places.slice(start, start + PLACES_AT_ONCE), query)))
      }
      return answers
    },
    close: () => http.close(),
  }
}
