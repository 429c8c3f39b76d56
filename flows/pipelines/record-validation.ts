/**
 * Which readings are plausible?
 *
 * Source: readings given as parameters; with none given, five made-up ones.
 * A schema says what a reading is: a station, a temperature from −100 to 60 °C and a humidity from 0 to 100 %. Each reading is
 * checked alone, and one that does not fit is listed with every field that is wrong.
 */
import { flow } from 'd2flow'
import { quarantine } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const Reading = z.object({
  id: z.int(),
  station: z.string().min(1, 'is blank'),
  temperatureC: z.number('is no number').min(-100, 'is below −100 °C').max(60, 'is above 60 °C'),
  humidityPercent: z.number('is no number').min(0, 'is below 0 %').max(100, 'is above 100 %'),
})

const SAMPLE = [
  { id: 1, station: 'North', temperatureC: 21.5, humidityPercent: 45 },
  { id: 2, station: 'South', temperatureC: 75, humidityPercent: 50 },
  { id: 3, station: 'East', temperatureC: -100, humidityPercent: 0 },
  { id: 4, station: 'West', temperatureC: 18, humidityPercent: 130 },
  { id: 5, station: '', temperatureC: null, humidityPercent: 60 },
]

export const recordValidation = flow({
  name: 'record-validation',
  params: z.object({
    readings: z.array(z.record(z.string(), z.json())).nullable().default(null).describe('null is sample data'),
  }),
  async run({ readings: given }, ctx) {
    const readings: readonly Record<string, z.core.util.JSONType>[] = given ?? SAMPLE
    const { goodRecords, badRecords, errors } = quarantine(readings, (reading) => Reading.parse(reading))

    await publishReport(ctx, {
      key: 'record-validation',
      title: 'Readings that are not plausible',
      sample: given === null,
      rows: badRecords.map((reading, index) => ({
        station: reading['station'] ?? null,
        temperatureC: reading['temperatureC'] ?? null,
        humidityPercent: reading['humidityPercent'] ?? null,
        reason: errors[index] ?? '',
      })),
      paragraphs: [`**${goodRecords.length} of ${readings.length} readings** are plausible.`, ...errors],
      method: 'limits of −100 to 60 °C and 0 to 100 %, both included',
    })
    if (errors.length > 0) ctx.warn(`${errors.length} of ${readings.length} readings are not plausible`)
    return { valid: goodRecords, invalid: badRecords.length, errors }
  },
})
