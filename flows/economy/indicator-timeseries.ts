/**
 * How did this indicator change?
 *
 * Source: World Bank, one indicator of one country over years.
 * Growth is computed between neighbouring years that have values; over a gap it is given per year and marked. A year
 * without a value has none.
 */
import { collect, flow, task } from 'd2flow'
import { roundTo } from 'd2flow/analysis'
import { worldBank, type IndicatorRow, type SourceNote } from 'd2flow/connectors/world-bank'
import { formatNumber, lineChart } from 'd2flow/render'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'
import { formatFigure } from './format-figure.ts'
import { yearlyGrowth, type YearValue } from './yearly-growth.ts'

const FIRST_YEAR = 1960

const Params = z
  .object({
    iso3: CountryCode.default('ETH').describe('ISO 3166-1 alpha-3 code'),
    indicator: z.string().min(1).default('SP.POP.TOTL').describe('code of a World Bank indicator'),
    from: z.int().min(FIRST_YEAR).default(2000).describe('first year'),
    to: z.int().min(FIRST_YEAR).default(2023).describe('last year, included'),
    connection: z.string().default('public').describe('name of a saved world-bank block'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'lies before the first year' })

interface Asked {
  readonly connection: string
  readonly iso3: string
  readonly indicator: string
  readonly from: number
  readonly to: number
}

const fetchSeries = task({
  name: 'fetch-series',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run(asked: Asked, ctx): Promise<{ rows: IndicatorRow[]; source: SourceNote }> {
    const client = await ctx.open(worldBank, asked.connection)
    const { indicator, iso3, from, to } = asked
    return { rows: await collect(client.indicator({ indicator, countries: [iso3], from, to })), source: client.source }
  },
})

export const indicatorTimeseries = flow({
  name: 'indicator-timeseries',
  params: Params,
  async run({ iso3, indicator, from, to, connection }, ctx) {
    const { rows: answered, source } = await fetchSeries({ connection, iso3, indicator, from, to })

    const series = answered.map(({ year, value }) => ({ year, value })).toSorted((a, b) => a.year - b.year)
    const rows = yearlyGrowth(series)
    const present = series.filter((row): row is YearValue & { value: number } => row.value !== null)
    const growths = rows.map(({ growthPercent }) => growthPercent).filter((growth) => growth !== null)
    const averageGrowthPercent =
      growths.length === 0 ? null : roundTo(growths.reduce((sum, growth) => sum + growth, 0) / growths.length, 4)
    const peak = present.reduce<YearValue | null>(
      (best, row) => (row.value > (best?.value ?? -Infinity) ? row : best),
      null,
    )
    const trough = present.reduce<YearValue | null>(
      (best, row) => (row.value < (best?.value ?? Infinity) ? row : best),
      null,
    )

    const name = answered[0]?.indicatorName ?? indicator
    const country = answered[0]?.country ?? iso3
    const title = `${name}: ${country}, ${from} to ${to}`
    const [first, last] = [present[0], present.at(-1)]
    const missing = series.length - present.length
    await publishReport(ctx, {
      key: 'indicator-timeseries',
      title,
      sample: false,
      rows: rows.map((row) => ({ ...row })),
      paragraphs: [
        first === undefined || last === undefined || first === last
          ? `Fewer than two years have a value, so nothing can be said about change.`
          : `**${country}** went from ${formatFigure(indicator, first.value)} in ${first.year} to ${formatFigure(indicator, last.value)} in ${last.year}${averageGrowthPercent === null ? '' : `, ${formatNumber(averageGrowthPercent, 2)} % a year on average`}. The highest value was that of ${peak?.year}, the lowest that of ${trough?.year}.`,
        missing === 0
          ? `All ${series.length} years have a value.`
          : `${missing} of ${series.length} years have no value; growth over a gap is given per year and marked.`,
      ],
      chart: await lineChart({
        title: titled(`${country}, ${from} to ${to}`, false),
        subtitle: name,
        positions: series.map(({ year }) => String(year)),
        lines: [{ label: country, values: series.map(({ value }) => value) }],
        fromZero: false,
        note: source.name,
      }),
      method:
        'growth = (value − previous) / previous · 100; over a gap of n years the n-th root; the average is the mean of the growths',
      source: { ...source, what: `${indicator}, ${from} to ${to}` },
    })
    if (missing > 0) ctx.log.warn(`${missing} of ${series.length} years have no value`)
    return {
      iso3,
      indicator,
      series: rows,
      missing,
      averageGrowthPercent,
      peak,
      trough,
    }
  },
})
