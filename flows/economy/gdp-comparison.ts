/**
 * Which of these economies was largest?
 *
 * Source: World Bank, GDP in current US$ (NY.GDP.MKTP.CD), one value per country and year.
 * A country without a published value is listed as missing and unranked; it is never counted as zero.
 */
import { collect, flow, task, Year, yearOf } from 'd2flow'
import { rankDescending, roundTo } from 'd2flow/analysis'
import { worldBank, type IndicatorRow, type SourceNote } from 'd2flow/connectors/world-bank'
import { barChart, formatNumber } from 'd2flow/render'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'

const GDP = 'NY.GDP.MKTP.CD'

const Params = z.object({
  countries: z
    .array(CountryCode)
    .min(2)
    .default(['USA', 'CHN', 'JPN', 'DEU', 'IND', 'GBR', 'FRA'])
    .describe('ISO 3166-1 alpha-3 codes'),
  year: Year.default(2023).describe('calendar year, or one counted from when the run is due, such as LAST_YEAR'),
  connection: z.string().default('public').describe('name of a saved world-bank block'),
})

interface Asked {
  readonly connection: string
  readonly countries: readonly string[]
  readonly year: number
}

const fetchGdp = task({
  name: 'fetch-gdp',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run({ connection, countries, year }: Asked, ctx): Promise<{ rows: IndicatorRow[]; source: SourceNote }> {
    const client = await ctx.open(worldBank, connection)
    return { rows: await collect(client.indicator({ indicator: GDP, countries, year })), source: client.source }
  },
})

export const gdpComparison = flow({
  name: 'gdp-comparison',
  params: Params,
  async run({ countries, year: asked, connection }, ctx) {
    const year = yearOf(asked, ctx.dueAt)
    const { rows, source } = await fetchGdp({ connection, countries, year })

    const economies = rows.map(({ iso3, country, value }) => ({ iso3, country, gdpUsd: value }))
    const { ranked, missing } = rankDescending(economies, ({ gdpUsd }) => gdpUsd)
    const totalUsd = ranked.reduce((sum, { gdpUsd }) => sum + (gdpUsd ?? 0), 0)
    const [largest, smallest] = [ranked[0], ranked.at(-1)]

    const title = `Size of economies in ${year}`
    const named = missing.map(({ country }) => country).join(', ')
    await publishReport(ctx, {
      key: 'gdp-comparison',
      title,
      sample: false,
      rows: [...ranked, ...missing.map((row) => ({ ...row, rank: null }))].map(({ rank, ...row }) => ({
        rank,
        ...row,
      })),
      paragraphs: [
        largest === undefined
          ? `Nothing is published for ${year} for any of the ${countries.length} countries.`
          : `**${largest.country}** had the largest economy of these in ${year}: ${usd(largest.gdpUsd)} of ${usd(totalUsd)} in all. The smallest was ${smallest?.country}, with ${usd(smallest?.gdpUsd ?? null)}.`,
        missing.length === 0
          ? `All ${countries.length} countries have a value.`
          : `${missing.length} of ${countries.length} countries have no value and no rank: ${named}.`,
      ],
      chart: await barChart({
        title: titled(title, false),
        subtitle: 'gross domestic product, current US$',
        unit: 'billion US$',
        decimals: 0,
        bars: [...ranked, ...missing].map(({ country, gdpUsd }) => ({
          label: country,
          value: gdpUsd === null ? null : roundTo(gdpUsd / 1e9, 1),
        })),
        note: source.name,
      }),
      method: 'sorted by the published value; no conversion for prices or purchasing power',
      source: { ...source, what: `${GDP}, ${year}` },
    })
    if (missing.length > 0) ctx.log.warn(`no GDP is published for ${named} in ${year}`)
    return {
      year,
      ranked,
      missing: missing.map(({ iso3 }) => iso3),
      totalUsd: ranked.length === 0 ? null : totalUsd,
      largest: largest?.iso3 ?? null,
      smallest: smallest?.iso3 ?? null,
    }
  },
})

function usd(value: number | null): string {
  return value === null ? 'N/A' : `US$ ${formatNumber(value / 1e9, 0)} billion`
}
