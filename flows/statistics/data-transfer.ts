/**
 * Did every row arrive unchanged?
 *
 * Source: sample data of eight cities. The rows are given a size class, written to the target (a CSV file), and read back from
 * it: the counts must be equal, and so must the hashes over city and population, sorted by city. Any difference fails the run.
 */
import { DataError, collect, flow, task } from 'd2flow'
import { readRecords, writeCsv } from 'd2flow/files'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const City = z.object({ city: z.string(), population: z.int().min(0) })

type City = z.output<typeof City>

const CITIES: City[] = [
  { city: 'Oslo', population: 700_000 },
  { city: 'Bergen', population: 285_000 },
  { city: 'Stockholm', population: 975_000 },
  { city: 'Gothenburg', population: 580_000 },
  { city: 'Helsinki', population: 655_000 },
  { city: 'Copenhagen', population: 800_000 },
  { city: 'Reykjavik', population: 130_000 },
  { city: 'Tromso', population: 77_000 },
]

const writeTarget = task({
  name: 'write-target',
  run: ({ path, rows }: { path: string; rows: readonly City[] }) => writeCsv(path, rows, { escapeFormulas: false }),
})

const readTarget = task({
  name: 'read-target',
  async run({ path }: { path: string }): Promise<City[]> {
    const records = await collect(readRecords(path, { required: ['city', 'population'] }))
    return records.map(({ fields }) => ({ city: String(fields['city']), population: Number(fields['population']) }))
  },
})

export const dataTransfer = flow({
  name: 'data-transfer',
  keepWorkDir: true,
  params: z.object({
    cities: z.array(City).nullable().default(null).describe('what is transferred; null is sample data'),
    target: z.string().nullable().default(null).describe('path of the CSV file; null is one in the folder of the run'),
  }),
  async run({ cities: given, target }, ctx) {
    const rows = (given ?? CITIES).map((city) => ({ ...city, size: sizeOf(city.population) }))
    const path = await writeTarget({ path: target ?? join(ctx.workDir, 'cities.csv'), rows })
    const arrived = await readTarget({ path })

    const [sent, received] = [transferHash(rows), transferHash(arrived)]
    const isSame = rows.length === arrived.length && sent === received
    await publishReport(ctx, {
      key: 'data-transfer',
      title: 'Cities that were transferred',
      sample: given === null,
      rows,
      paragraphs: [
        isSame
          ? `**Every row arrived unchanged**: ${rows.length} of ${rows.length}.`
          : `**The target differs**: ${rows.length} rows were sent and ${arrived.length} are there.`,
        `Hash sent ${sent}, hash read back ${received}.`,
      ],
    })
    if (!isSame) {
      throw new DataError('data/value', `the target "${path}" does not hold what was sent`, {
        hint: 'does something else write to it? Transfer again',
        details: { sent, received, rowsSent: rows.length, rowsReceived: arrived.length },
      })
    }
    return { rows: rows.length, sizes: countSizes(rows), hash: sent, verified: isSame, path }
  },
})

function sizeOf(population: number): 'large' | 'medium' | 'small' | 'town' {
  if (population >= 500_000) return 'large'
  if (population >= 200_000) return 'medium'
  return population >= 100_000 ? 'small' : 'town'
}

/** The first 16 hex digits of the SHA-256 of "city:population", joined by a vertical bar, sorted by city. */
function transferHash(rows: readonly City[]): string {
  const text = rows
    .toSorted((a, b) => (a.city < b.city ? -1 : 1))
    .map(({ city, population }) => `${city}:${population}`)
    .join('|')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function countSizes(rows: readonly { readonly size: string }[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(rows, ({ size }) => size)].map(([size, own]) => [size, own.length]))
}
