/**
 * Is poverty falling?
 *
 * Source: World Bank, share of people below the international poverty line (SI.POV.DDAY), in percent.
 * Surveys are years apart: each country's latest published value is compared with its earliest in the period. One value or
 * none says nothing about a trend, and a country without data comes last, unranked.
 */
import { collect, flow, task } from 'd2flow'
import { rankAscending, roundTo } from 'd2flow/analysis'
import { worldBank, type IndicatorRow, type SourceNote } from 'd2flow/connectors/world-bank'
import { barChart, formatCount, formatNumber } from 'd2flow/render'
import { z } from 'zod'
import { CountryCode } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'

const POVERTY = 'SI.POV.DDAY'
/** Percentage points: a smaller change is within what surveys can tell. */
const CHANGE = 1

const Params = z
  .object({
    countries: z
      .array(CountryCode)
      .min(1)
      .default(['ETH', 'KEN', 'TZA', 'NGA', 'IND', 'BGD', 'VNM'])
      .describe('ISO 3166-1 alpha-3 codes'),
    from: z.int().min(1960).default(2010).describe('first year'),
    to: z.int().min(1960).default(2023).describe('last year, included'),
    connection: z.string().default('public').describe('name of a saved world-bank block'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'lies before the first year' })

interface Asked {
  readonly connection: string
  readonly countries: readonly string[]
  readonly from: number
  readonly to: number
}

export type Trend = 'improving' | 'worsening' | 'stable' | 'unknown'

const fetchPoverty = task({
  name: 'fetch-poverty',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run({ connection, countries, from, to }: Asked, ctx): Promise<{ rows: IndicatorRow[]; source: SourceNote }> {
    const client = await ctx.open(worldBank, connection)
    return {
      rows: await collect(client.indicator({ indicator: POVERTY, countries, from, to })),
      source: client.source,
    }
  },
})

export const povertyAnalysis = flow({
  name: 'poverty-analysis',
  params: Params,
  async run({ countries, from, to, connection }, ctx) {
    const { rows, source } = await fetchPoverty({ connection, countries, from, to })

    const byCountry = Map.groupBy(rows, ({ iso3 }) => iso3)
    const states = countries.map((iso3) => stateOf(iso3, byCountry.get(iso3) ?? []))
    const { ranked, missing } = rankAscending(states, ({ povertyPercent }) => povertyPercent)
    const averagePercent =
      ranked.length === 0
        ? null
        : roundTo(ranked.reduce((sum, { povertyPercent }) => sum + (povertyPercent ?? 0), 0) / ranked.length, 2)
    const withTrend = (trend: Trend) => states.filter((state) => state.trend === trend)

    const title = `Poverty, ${from} to ${to}`
    await publishReport(ctx, {
      key: 'poverty-analysis',
      title,
      sample: false,
      rows: [...ranked, ...missing.map((row) => ({ ...row, rank: null }))].map(({ rank, ...row }) => ({
        rank,
        ...row,
      })),
      paragraphs: [
        answer(withTrend('improving'), withTrend('worsening'), withTrend('stable'), states.length),
        `With data: ${ranked.length}/${states.length}. ${averagePercent === null ? '' : `On average ${formatNumber(averagePercent, 1)} % of people in these countries live below the line (unweighted).`}`,
        withTrend('unknown').length === 0
          ? 'Every country has at least two published values.'
          : `For ${formatCount(withTrend('unknown').length, 'country', 'countries')} no trend can be told: one published value or none.`,
      ],
      chart: await barChart({
        title: titled(title, false),
        subtitle: 'people below the international poverty line, latest published value',
        unit: '% of people',
        decimals: 1,
        bars: [...ranked, ...missing].map(({ country, povertyPercent, trend }) => ({
          label: country,
          value: povertyPercent,
          colour: { improving: '#009e73', worsening: '#d55e00', stable: '#0072b2', unknown: '#9fb0a9' }[trend],
        })),
        note: `Green: improving, orange: worsening, blue: stable, grey: unknown. ${source.name}`,
      }),
      method: `latest − earliest published value below −${CHANGE} improving, above ${CHANGE} worsening, else stable`,
      source: { ...source, what: `${POVERTY}, ${from} to ${to}` },
    })
    return { ranked, missing: missing.map(({ iso3 }) => iso3), averagePercent, withData: ranked.length }
  },
})

function stateOf(iso3: string, rows: readonly IndicatorRow[]) {
  const published = rows.filter(({ value }) => value !== null).toSorted((a, b) => a.year - b.year)
  const [earliest, latest] = [published[0], published.at(-1)]
  const change =
    earliest === undefined || latest === undefined || earliest === latest
      ? null
      : (latest.value ?? 0) - (earliest.value ?? 0)
  return {
    iso3,
    country: rows[0]?.country ?? iso3,
    povertyPercent: latest?.value ?? null,
    year: latest?.year ?? null,
    since: earliest?.year ?? null,
    changePoints: roundTo(change, 2),
    trend: trendOf(change),
    published: published.length,
  }
}

function trendOf(change: number | null): Trend {
  if (change === null) return 'unknown'
  if (change < -CHANGE) return 'improving'
  return change > CHANGE ? 'worsening' : 'stable'
}

interface Named {
  readonly country: string
}

function answer(
  improving: readonly Named[],
  worsening: readonly Named[],
  stable: readonly Named[],
  total: number,
): string {
  const names = (states: readonly Named[]) => states.map(({ country }) => country).join(', ')
  const parts = [
    ...(improving.length === 0 ? [] : [`falling in ${names(improving)}`]),
    ...(worsening.length === 0 ? [] : [`rising in ${names(worsening)}`]),
    ...(stable.length === 0 ? [] : [`about the same in ${names(stable)}`]),
  ]
  return parts.length === 0
    ? `For none of the ${total} countries two values are published, so no trend can be told.`
    : `Poverty is **${parts.join('; ')}**.`
}
