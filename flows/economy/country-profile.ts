/**
 * How does this country look in six figures?
 *
 * Source: World Bank, one indicator each: population, GDP, GDP per head, life expectancy, literacy, under-five mortality.
 * An indicator without a value for the year is shown as N/A and counted; no other year is put in its place.
 */
import { collect, flow, task, Year, yearOf } from 'd2flow'
import { worldBank, type SourceNote } from 'd2flow/connectors/world-bank'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'
import { formatFigure } from './format-figure.ts'

const Params = z.object({
  iso3: CountryCode.default('ETH').describe('ISO 3166-1 alpha-3 code'),
  year: Year.default(2023).describe('calendar year, or one counted from when the run is due, such as LAST_YEAR'),
  indicators: z
    .array(z.string().min(1))
    .min(1)
    .default(['SP.POP.TOTL', 'NY.GDP.MKTP.CD', 'NY.GDP.PCAP.CD', 'SP.DYN.LE00.IN', 'SE.ADT.LITR.ZS', 'SH.DYN.MORT'])
    .describe('codes of World Bank indicators'),
  connection: z.string().default('public').describe('name of a saved world-bank block'),
})

interface Asked {
  readonly connection: string
  readonly iso3: string
  readonly indicator: string
  readonly year: number
}

interface Figure {
  readonly indicator: string
  readonly name: string
  readonly country: string | null
  readonly value: number | null
  readonly source: SourceNote
}

const fetchFigure = task({
  name: 'fetch-figure',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run({ connection, iso3, indicator, year }: Asked, ctx): Promise<Figure> {
    const client = await ctx.open(worldBank, connection)
    const [row] = await collect(client.indicator({ indicator, countries: [iso3], year }))
    return {
      indicator,
      name: row?.indicatorName ?? indicator,
      country: row?.country ?? null,
      value: row?.value ?? null,
      source: client.source,
    }
  },
})

export const countryProfile = flow({
  name: 'country-profile',
  params: Params,
  async run({ iso3, year: asked, indicators, connection }, ctx) {
    const year = yearOf(asked, ctx.dueAt)
    const figures = await Promise.all(
      fetchFigure.map({ connection, iso3, indicator: indicators, year }, { key: ({ indicator }) => indicator }),
    )

    const country = figures.find((figure) => figure.country !== null)?.country ?? iso3
    const withData = figures.filter(({ value }) => value !== null).length
    const rows = figures.map(({ indicator, name, value }) => ({
      indicator,
      name,
      value,
      shown: formatFigure(indicator, value),
    }))
    const source = figures[0]?.source
    await publishReport(ctx, {
      key: 'country-profile',
      title: `${country} in ${year}`,
      sample: false,
      rows: rows.map(({ indicator, name, value, shown }) => ({
        name,
        figure: shown,
        'as published': value,
        indicator,
      })),
      paragraphs: [
        withData === 0
          ? `Nothing is published about ${country} for ${year}.`
          : `**${country}** in ${year}. ${rows
              .filter(({ value }) => value !== null)
              .map(({ name, shown }) => `${shortName(name)}: ${shown}`)
              .join('; ')}.`,
        `Indicators with data: ${withData}/${figures.length}.`,
      ],
      method: 'each figure as published; formatted by its unit',
      ...(source === undefined ? {} : { source: { ...source, what: `${indicators.join(', ')}, ${year}` } }),
    })
    if (withData < figures.length)
      ctx.log.warn(`${figures.length - withData} of ${figures.length} indicators have no value`)
    return { iso3, year, figures: rows, withData, total: figures.length }
  },
})

/** "GDP (current US$)" as it reads within a sentence. */
function shortName(name: string): string {
  return name.replace(/\s*\(.*$/, '').replace(/^(?![A-Z]{2})./, (first) => first.toLowerCase())
}
