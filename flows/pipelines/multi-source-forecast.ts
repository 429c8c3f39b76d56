/**
 * What weather do several cities have?
 *
 * Source: sample data, one made-up station for each city; its figures depend on the place only and are not weather.
 * One task per city, all at the same time. A city whose station does not answer is listed without figures and does not
 * keep the others from being reported.
 */
import { flow, task } from 'd2flow'
import { roundTo } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const City = z.object({
  name: z.string(),
  latitude: z.number().min(-90).max(90).describe('degrees north'),
  longitude: z.number().min(-180).max(180).describe('degrees east'),
})

type City = z.output<typeof City>

const CITIES: readonly City[] = [
  { name: 'Nairobi', latitude: -1.29, longitude: 36.82 },
  { name: 'Oslo', latitude: 59.91, longitude: 10.75 },
  { name: 'Vientiane', latitude: 17.97, longitude: 102.6 },
  { name: 'Lima', latitude: -12.05, longitude: -77.04 },
]

const CONDITIONS = ['clear', 'cloudy', 'rain', 'storm'] as const

const fetchForecast = task({
  name: 'fetch-forecast',
  retry: { attempts: 3, delaysMs: [5_000, 15_000] },
  run: ({ city }: { city: City }) => sampleForecast(city),
})

export const multiSourceForecast = flow({
  name: 'multi-source-forecast',
  params: z.object({
    cities: z
      .array(City)
      .min(1)
      .default([...CITIES])
      .describe('where to look'),
  }),
  async run({ cities }, ctx) {
    const outcomes = await Promise.all(fetchForecast.map({ city: cities }).map((forecast) => forecast.settled()))

    const rows = outcomes.map(({ result }, index) => ({
      city: cities[index]?.name ?? '',
      temperatureC: result?.temperatureC ?? null,
      humidityPercent: result?.humidityPercent ?? null,
      condition: result?.condition ?? null,
    }))
    const reported = rows.filter(({ temperatureC }) => temperatureC !== null)
    const warmest = reported.toSorted((a, b) => (b.temperatureC ?? 0) - (a.temperatureC ?? 0))[0] ?? null
    await publishReport(ctx, {
      key: 'multi-source-forecast',
      title: 'Weather by city',
      sample: true,
      rows,
      paragraphs: [
        warmest === null
          ? '**No city** has figures.'
          : `**${warmest.city}** is the warmest of ${reported.length} cities, with ${warmest.temperatureC} °C.`,
        reported.length === rows.length
          ? 'No city is missing.'
          : `${rows.length - reported.length} cities are missing.`,
      ],
    })
    return { forecasts: rows, warmest: warmest?.city ?? null, missing: rows.length - reported.length }
  },
})

function sampleForecast({ latitude, longitude }: City) {
  return {
    temperatureC: roundTo(15 + modulo(0.3 * latitude, 20), 1),
    humidityPercent: roundTo(40 + modulo(0.5 * longitude, 40), 1),
    condition: CONDITIONS[Math.floor(Math.abs(latitude + longitude)) % CONDITIONS.length] ?? CONDITIONS[0],
  }
}

/** Never negative, also for a negative left side. */
function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
