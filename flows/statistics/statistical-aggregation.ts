/**
 * How do stations and days compare?
 *
 * Source: sample data: temperature and humidity at four stations over seven days; or readings that are given.
 * A group counts the values that are there; one without any has a count of 0 and no statistics.
 */
import { flow } from 'd2flow'
import { describe, roundTo } from 'd2flow/analysis'
import { matrixChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const Reading = z.object({
  station: z.string(),
  day: z.int(),
  temperatureC: z.number().nullable(),
  humidityPercent: z.number().nullable(),
})

type Reading = z.output<typeof Reading>

const Params = z.object({
  stations: z.array(z.string()).min(1).default(['North', 'South', 'East', 'West']).describe('names of the stations'),
  days: z.int().min(1).max(366).default(7).describe('days of sample data'),
  rows: z.array(Reading).nullable().default(null).describe('readings in place of the sample data'),
})

export const statisticalAggregation = flow({
  name: 'statistical-aggregation',
  params: Params,
  async run({ stations, days, rows }, ctx) {
    const readings = rows ?? stations.flatMap((station, si) => sampleReadings(station, si, days))
    const byStation = groups(readings, ({ station }) => station)
    const byDay = groups(readings, ({ day }) => String(day))
    const dayNames = byDay.map(({ group }) => group)
    const crossTable = byStation.map(({ group }) => ({
      station: group,
      ...Object.fromEntries(dayNames.map((day) => [`day ${day}`, meanAt(readings, group, Number(day))])),
    }))
    const missing = readings.filter(
      ({ temperatureC, humidityPercent }) => temperatureC === null || humidityPercent === null,
    )

    const warmest = byStation.reduce((best, row) =>
      (row.temperature.mean ?? -Infinity) > (best.temperature.mean ?? -Infinity) ? row : best,
    )
    const sample = rows === null
    const title = 'Stations and days'
    await publishReport(ctx, {
      key: 'statistical-aggregation',
      title,
      sample,
      rows: byStation.map(({ group, temperature, humidity }) => ({
        station: group,
        'temperature mean': temperature.mean,
        min: temperature.min,
        max: temperature.max,
        count: temperature.count,
        'humidity mean': humidity.mean,
      })),
      paragraphs: [
        warmest.temperature.mean === null
          ? 'No station has a temperature.'
          : `**${warmest.group}** is the warmest station, with ${warmest.temperature.mean} °C on average.`,
        missing.length === 0 ? 'No value was missing.' : `${missing.length} readings lack a value.`,
      ],
      chart: await matrixChart({
        title: titled('Temperature by station and day', sample),
        subtitle: 'mean, °C',
        rows: byStation.map(({ group }) => group),
        columns: dayNames.map((day) => `day ${day}`),
        values: byStation.map(({ group }) => dayNames.map((day) => meanAt(readings, group, Number(day)))),
        decimals: 1,
      }),
      method: 'arithmetic means of the values that are there, two decimals',
    })
    return { byStation, byDay, crossTable, readings: readings.length, missing: missing.length }
  },
})

function groups(readings: readonly Reading[], of: (reading: Reading) => string) {
  return [...Map.groupBy(readings, of)]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([group, members]) => ({
      group,
      temperature: statistics(members.map(({ temperatureC }) => temperatureC)),
      humidity: statistics(members.map(({ humidityPercent }) => humidityPercent)),
    }))
}

function statistics(values: readonly (number | null)[]) {
  const { n, mean, min, max } = describe(values)
  return { count: n, mean: roundTo(mean, 2), min, max }
}

function meanAt(readings: readonly Reading[], station: string, day: number): number | null {
  const values = readings
    .filter((each) => each.station === station && each.day === day)
    .map(({ temperatureC }) => temperatureC)
  return statistics(values).mean
}

/** Made up: warmer from station to station, with a weekly wave. */
function sampleReadings(station: string, si: number, days: number): Reading[] {
  return Array.from({ length: days }, (_, at) => {
    const day = at + 1
    return {
      station,
      day,
      temperatureC: roundTo(15 + 3 * si + ((1.7 * day) % 10), 1),
      humidityPercent: roundTo(40 + ((7 * si + 3 * day) % 40), 1),
    }
  })
}
