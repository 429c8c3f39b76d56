/**
 * Which of these countries has data for this year?
 *
 * Source: WorldPop's catalogue, one look-up for each country, at most four at once.
 */
import { flow, task } from 'd2flow'
import { worldPop, type SourceNote } from 'd2flow/connectors/worldpop'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z.object({
  countries: z
    .array(CountryCode)
    .min(1)
    .default(['ETH', 'KEN', 'TZA', 'UGA', 'RWA'])
    .describe('ISO 3166-1 alpha-3 codes'),
  year: z.int().default(2020).describe('calendar year'),
  connection: z.string().default('public').describe('name of a saved worldpop block'),
})

interface Found {
  readonly iso3: string
  readonly dataAvailable: boolean
  readonly title: string | null
  readonly years: number
  readonly source: SourceNote
}

const lookUp = task({
  name: 'look-up',
  retry: RETRY_READING,
  async run({ connection, iso3, year }: { connection: string; iso3: string; year: number }, ctx): Promise<Found> {
    const client = await ctx.open(worldPop, connection)
    const records = await client.catalogue({ dataset: 'pop', subdataset: 'wpgp', iso3 })
    const record = records.find((entry) => entry.year === year)
    return {
      iso3,
      dataAvailable: record !== undefined,
      title: record?.title ?? null,
      years: new Set(records.map((entry) => entry.year).filter((each) => each !== null)).size,
      source: client.source,
    }
  },
})

export const worldpopCountryComparison = flow({
  name: 'worldpop-country-comparison',
  params: Params,
  async run({ countries, year, connection }, ctx) {
    const found = await Promise.all(lookUp.map({ connection, iso3: countries, year }, { atOnce: 4 }))

    const rows = found
      .map(({ iso3, dataAvailable, title, years }) => ({ iso3, dataAvailable, title, years }))
      .toSorted((a, b) => a.iso3.localeCompare(b.iso3))
    const without = rows.filter(({ dataAvailable }) => !dataAvailable).map(({ iso3 }) => iso3)
    const source = found[0]?.source
    await publishReport(ctx, {
      key: 'worldpop-country-comparison',
      title: `Population data for ${year}`,
      sample: false,
      rows,
      paragraphs: [
        `**${rows.length - without.length} of ${rows.length} countries** have data for ${year}.`,
        without.length === 0 ? 'None is without.' : `Without: ${without.join(', ')}.`,
      ],
      ...(source === undefined ? {} : { source: { ...source, what: `catalogue pop/wpgp, ${year}` } }),
    })
    return { countries: rows, year, available: rows.length - without.length, without }
  },
})
