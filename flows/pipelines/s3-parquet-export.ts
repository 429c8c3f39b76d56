/**
 * Can readings be kept as Parquet in object storage?
 *
 * Source: sample data: made-up readings from a seed, the same for the same seed. Target: a bucket, named by a saved
 * object-store block. Readings outside −50…60 °C or 0…100 % are left out and counted. The stored object is read back and
 * compared with what was sent, byte by byte. A failed upload fails the run, unless `localCopy` asks on purpose for the file to
 * stay in the folder of the run instead.
 */
import { collect, flow, task } from 'd2flow'
import { roundTo, seededRandom } from 'd2flow/analysis'
import { readRecords, writeParquet } from 'd2flow/files'
import { barChart, formatBytes } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'
import { keepFile } from '../upload-file.ts'

interface Reading {
  readonly [column: string]: string | number
  readonly id: number
  readonly station: string
  readonly temperatureC: number
  readonly humidityPercent: number
}

const COLUMNS = {
  id: 'integer',
  station: 'text',
  temperatureC: 'number',
  humidityPercent: 'number',
  heatIndexC: 'number',
  class: 'text',
} as const

const writeReadings = task({
  name: 'write-readings',
  async run({ path, rows }: { path: string; rows: readonly ReturnType<typeof toExportRow>[] }) {
    await writeParquet(path, rows, { columns: COLUMNS })
    return (await collect(readRecords(path))).length
  },
})

export const s3ParquetExport = flow({
  name: 's3-parquet-export',
  keepWorkDir: true,
  params: z.object({
    rows: z.int().min(0).default(500).describe('how many readings to make up'),
    seed: z.int().default(42).describe('of the readings'),
    store: z.string().default('exports').describe('name of a saved object-store block'),
    key: z.string().default('readings.parquet').describe('key of the object'),
    localCopy: z
      .boolean()
      .default(false)
      .describe('when the upload fails, leave the file in the folder of the run, and say so'),
  }),
  async run({ rows: count, seed, store, key, localCopy }, ctx) {
    const readings = sampleReadings(count, seed)
    const rows = readings.filter(isPlausible).map(toExportRow)
    const left = readings.length - rows.length

    const path = join(ctx.workDir, 'readings.parquet')
    const written = await writeReadings({ path, rows })
    const { backend, bytes } = await keepFile(ctx, { path, store, key }, localCopy)

    const classes = ['cold', 'mild', 'warm', 'hot'].map((name) => {
      const own = rows.filter((row) => row.class === name)
      return {
        class: name,
        readings: own.length,
        'highest heat index': own.length === 0 ? null : Math.max(...own.map(({ heatIndexC }) => heatIndexC)),
      }
    })
    await publishReport(ctx, {
      key: 's3-parquet-export',
      title: 'Readings that were kept, by class',
      sample: true,
      rows: classes,
      paragraphs: [
        `**${written} readings** (${formatBytes(bytes)}) are kept as ${key} at ${backend}, and were read back.`,
        left === 0 ? 'No reading was left out.' : `${left} of ${count} readings were not plausible and were left out.`,
      ],
      chart: await barChart({
        title: titled('Readings by class of heat index', true),
        bars: classes.map(({ class: label, readings: value }) => ({ label, value })),
        decimals: 0,
      }),
      method: 'heat index = temperature + 0.05 · humidity; up to 0 cold, to 15 mild, to 30 warm, above hot',
    })
    return { rows: written, leftOut: left, classes, key, backend, bytes }
  },
})

/** Mostly mild air; one reading in fifty comes from a broken sensor. */
function sampleReadings(count: number, seed: number): Reading[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    station: `station ${(i % 5) + 1}`,
    temperatureC: i % 50 === 49 ? 999 : roundTo(-10 + 50 * random(), 1),
    humidityPercent: roundTo(100 * random(), 1),
  }))
}

function isPlausible({ temperatureC, humidityPercent }: Reading): boolean {
  return temperatureC >= -50 && temperatureC <= 60 && humidityPercent >= 0 && humidityPercent <= 100
}

function toExportRow({ id, station, temperatureC, humidityPercent }: Reading) {
  const heatIndexC = roundTo(temperatureC + 0.05 * humidityPercent, 1)
  return { id, station, temperatureC, humidityPercent, heatIndexC, class: classOf(heatIndexC) }
}

function classOf(heatIndexC: number): 'cold' | 'mild' | 'warm' | 'hot' {
  if (heatIndexC <= 0) return 'cold'
  if (heatIndexC <= 15) return 'mild'
  return heatIndexC <= 30 ? 'warm' : 'hot'
}
