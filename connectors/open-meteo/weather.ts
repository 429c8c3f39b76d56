/** Answers of the Open-Meteo weather APIs (forecast and archive), translated once into hourly rows with our names and units. */
import { z } from 'zod'

/** Variables asked for, by our name, with the unit that the answer has to be in. */
export const WEATHER_VARIABLES = {
  temperatureC: { name: 'temperature_2m', unit: '°C' },
  relativeHumidityPercent: { name: 'relative_humidity_2m', unit: '%' },
  dewPointC: { name: 'dew_point_2m', unit: '°C' },
  /** Of the hour before `at`, as the service counts it. */
  precipitationMm: { name: 'precipitation', unit: 'mm' },
  windSpeedMS: { name: 'wind_speed_10m', unit: 'm/s' },
  cloudCoverPercent: { name: 'cloud_cover', unit: '%' },
  pressureHpa: { name: 'pressure_msl', unit: 'hPa' },
} as const

export type WeatherVariable = keyof typeof WEATHER_VARIABLES

/**
 * One hour at one place; `at` is a moment, ISO 8601 in UTC. Precipitation is that of the hour before it, the others are
 * those of the moment. A value that is not there is null.
 */
export type WeatherHour = { readonly at: string } & { readonly [Variable in WeatherVariable]: number | null }

const VARIABLES = Object.entries(WEATHER_VARIABLES) as [
  WeatherVariable,
  { readonly name: string; readonly unit: string },
][]

const Hours = z.array(z.number().nullable())

/** The answer for one place: parallel lists, refused when they are not of one length or not in the unit we ask for. */
export const WeatherAnswer = z
  .object({
    latitude: z.number(),
    longitude: z.number(),
    elevation: z.number().nullish(),
    utc_offset_seconds: z.literal(0),
    hourly_units: z.record(z.string(), z.string()),
    hourly: z.object({ time: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)) }).catchall(Hours),
  })
  .superRefine(({ hourly, hourly_units: units }, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    for (const [, { name, unit }] of VARIABLES) {
      const values = hourly[name]
      if (values === undefined) complain(['hourly', name], 'is missing')
      else if (values.length !== hourly.time.length) complain(['hourly', name], 'has another number of hours than time')
      if (units[name] !== unit) complain(['hourly_units', name], `is ${units[name] ?? 'missing'}, not ${unit}`)
    }
  })
  .transform(({ latitude, longitude, elevation, hourly }) => ({
    /** Of the cell that answered, which is near the place asked for and not the place itself. */
    latitude,
    longitude,
    /** Metres above the sea that temperatures are for. */
    elevationM: elevation ?? null,
    hours: hourly.time.map((time, hour): WeatherHour => {
      const values = VARIABLES.map(([ours, { name }]) => [ours, hourly[name]?.[hour] ?? null] as const)
      return { at: `${time}:00Z`, ...(Object.fromEntries(values) as Record<WeatherVariable, number | null>) }
    }),
  }))

export type Weather = z.output<typeof WeatherAnswer>
