/** Answers of the Open-Meteo air quality API, translated once into hourly rows with our names and units. */
import { z } from 'zod'

const Hours = z.array(z.number().nullable())

/** Variables asked for, by our name. Gases come in µg/m³, carbon monoxide too. */
export const AIR_VARIABLES = {
  pm25UgM3: 'pm2_5',
  pm10UgM3: 'pm10',
  o3UgM3: 'ozone',
  no2UgM3: 'nitrogen_dioxide',
  so2UgM3: 'sulphur_dioxide',
  coUgM3: 'carbon_monoxide',
} as const

export type AirVariable = keyof typeof AIR_VARIABLES

/** One hour at one place; `at` is the beginning of the hour, ISO 8601 in UTC. A value that is not there is null. */
export type AirHour = { readonly at: string } & { readonly [Variable in AirVariable]: number | null }

const Hourly = z.object({
  time: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)),
  pm2_5: Hours,
  pm10: Hours,
  ozone: Hours,
  nitrogen_dioxide: Hours,
  sulphur_dioxide: Hours,
  carbon_monoxide: Hours,
})

/** The answer for one place: parallel lists, refused when they are not of one length or not in the unit we ask for. */
export const AirQualityAnswer = z
  .object({
    latitude: z.number(),
    longitude: z.number(),
    utc_offset_seconds: z.literal(0),
    hourly_units: z.record(z.string(), z.string()),
    hourly: Hourly,
  })
  .superRefine(({ hourly, hourly_units: units }, context) => {
    for (const variable of Object.values(AIR_VARIABLES)) {
      if (hourly[variable].length !== hourly.time.length) {
        context.addIssue({
          code: 'custom',
          path: ['hourly', variable],
          message: 'has another number of hours than time',
        })
      }
      if (units[variable] !== 'μg/m³' && units[variable] !== 'µg/m³') {
        context.addIssue({
          code: 'custom',
          path: ['hourly_units', variable],
          message: `is ${units[variable] ?? 'missing'}, not µg/m³`,
        })
      }
    }
  })
  .transform(({ latitude, longitude, hourly }) => ({
    /** Of the cell that answered, which is near the place asked for and not the place itself. */
    latitude,
    longitude,
    hours: hourly.time.map((time, hour): AirHour => {
      const value = (variable: AirVariable) => hourly[AIR_VARIABLES[variable]][hour] ?? null
      return {
        at: `${time}:00Z`,
        pm25UgM3: value('pm25UgM3'),
        pm10UgM3: value('pm10UgM3'),
        o3UgM3: value('o3UgM3'),
        no2UgM3: value('no2UgM3'),
        so2UgM3: value('so2UgM3'),
        coUgM3: value('coUgM3'),
      }
    }),
  }))

export type AirQuality = z.output<typeof AirQualityAnswer>
