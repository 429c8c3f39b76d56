/**
 * Do these indicators move together across countries and years?
 *
 * Source: sample data, rows that are given, or World Bank indicators named by the caller.
 * Indicators are joined on country and year. A gap is filled with the country's last value before it when `fillForward`
 * asks for it; filled values are marked and counted, and a gap at the beginning stays one. Each pair is compared where both
 * have a value, and says how many that are.
 */
import { collect, flow, task, unmapped } from 'd2flow'
import { correlationMatrix, roundTo } from 'd2flow/analysis'
import { worldBank, type SourceNote } from 'd2flow/connectors/world-bank'
import { formatCount, formatNumber, matrixChart } from 'd2flow/render'
import { z } from 'zod'
import { needCodesWhenLive } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'

const SAMPLE_COUNTRIES = ['Norway', 'Sweden', 'Finland']
const GAP = { country: 0, year: 2 }
/** Indicators whose growth is told beside the correlations. */
const GROWING = ['GDP', 'CO2']
/** Fewer pairs say nothing. */
const PAIRS_NEEDED = 3

const Row = z.object({
  country: z.string(),
  year: z.int(),
  values: z.record(z.string(), z.number().nullable()).describe('by indicator'),
})

type Row = z.output<typeof Row>

const Params = z
  .object({
    countries: z
      .array(z.string())
      .min(1)
      .default(SAMPLE_COUNTRIES)
      .describe('names for sample data, ISO 3166-1 alpha-3 codes for live data'),
    years: z
      .array(z.int())
      .min(1)
      .default(Array.from({ length: 11 }, (_, at) => 2010 + at))
      .describe('years to compare'),
    fillForward: z.boolean().default(true).describe("fill a gap with the country's last value before it"),
    data: z.enum(['sample', 'live']).default('sample').describe('sample data, or the World Bank'),
    indicators: z
      .record(z.string(), z.string())
      .default({ GDP: 'NY.GDP.PCAP.CD', CO2: 'EN.GHG.CO2.PC.CE.AR5', Renewable: 'EG.FEC.RNEW.ZS' })
      .describe('live data only: codes of World Bank indicators, by the name to show'),
    rows: z.array(Row).nullable().default(null).describe('rows in place of both'),
    connection: z.string().default('public').describe('name of a saved world-bank block'),
  })
  .superRefine(needCodesWhenLive)

const fetchIndicator = task({
  name: 'fetch-indicator',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run(
    asked: {
      readonly connection: string
      readonly code: string
      readonly countries: readonly string[]
      readonly from: number
      readonly to: number
    },
    ctx,
  ) {
    const { connection, code, countries, from, to } = asked
    const client = await ctx.open(worldBank, connection)
    const found = await collect(client.indicator({ indicator: code, countries, from, to }))
    return { values: found.map(({ iso3, year, value }) => ({ iso3, year, value })), source: client.source }
  },
})

export const multiIndicatorCorrelation = flow({
  name: 'multi-indicator-correlation',
  params: Params,
  async run(params, ctx) {
    const { countries, years, fillForward, data, rows } = params
    const found = rows === null && data === 'live' ? await fetchRows(params) : null
    const joined = (rows ?? found?.rows ?? countries.flatMap((country, ci) => sampleRows(country, ci, years)))
      .map((row) => ({ ...row, filled: [] as string[] }))
      .toSorted((a, b) => a.country.localeCompare(b.country) || a.year - b.year)
    const names = [...new Set(joined.flatMap(({ values }) => Object.keys(values)))]
    const complete = fillForward ? filledForward(joined, names) : joined
    const filledCount = complete.reduce((sum, { filled }) => sum + filled.length, 0)

    const columns = Object.fromEntries(names.map((name) => [name, complete.map(({ values }) => values[name] ?? null)]))
    const { pairs } = correlationMatrix(columns)
    const correlations = pairs.map(({ a, b, r, n, p, q, reason }) => ({
      a,
      b,
      r: roundTo(r, 4),
      n,
      p,
      q,
      reason: n < PAIRS_NEEDED ? 'skipped: fewer than 3 pairs' : (reason ?? null),
    }))
    const growthRates = [...new Set(complete.map(({ country }) => country))].map((country) => ({
      country,
      ...Object.fromEntries(
        GROWING.filter((name) => names.includes(name)).map((name) => [
          name,
          meanGrowth(complete.filter((row) => row.country === country).map(({ values }) => values[name] ?? null)),
        ]),
      ),
    }))

    const sample = rows === null && data === 'sample'
    const title = `How ${names.join(', ')} go together`
    const strongest = correlations
      .filter(({ r }) => r !== null)
      .toSorted((x, y) => Math.abs(y.r ?? 0) - Math.abs(x.r ?? 0))[0]
    const without = correlations.filter(({ r }) => r === null)
    await publishReport(ctx, {
      key: 'multi-indicator-correlation',
      title,
      sample,
      rows: correlations,
      paragraphs: [
        strongest === undefined
          ? 'No pair of indicators has a correlation.'
          : `The closest pair is **${strongest.a} and ${strongest.b}**: r = ${formatNumber(strongest.r, 2)} over ${strongest.n} country-years.`,
        'A correlation over countries and years says that two figures go together, not that one makes the other.',
        `${complete.length} country-years; ${formatCount(filledCount, 'missing value was', 'missing values were')} filled with the last one before, ${formatCount(missingIn(complete, names), 'is', 'are')} still missing.`,
        ...(without.length === 0
          ? []
          : [`Without a correlation: ${without.map(({ a, b, reason }) => `${a} and ${b} (${reason})`).join('; ')}.`]),
      ],
      chart: await matrixChart({
        title: titled(title, sample),
        subtitle: "Pearson's r",
        rows: names,
        columns: names,
        values: names.map((a) => names.map((b) => (a === b ? 1 : rOf(correlations, a, b)))),
        colours: 'diverging',
        bounds: { min: -1, max: 1 },
        note: 'pairs without a correlation are left white',
      }),
      method: "Pearson's r over pairs with both values, two-sided p, q by Benjamini and Hochberg over the tested pairs",
      ...(found === null
        ? {}
        : {
            source: {
              ...found.source,
              what: `${Object.values(params.indicators).join(', ')}, ${years[0]} to ${years.at(-1)}`,
            },
          }),
    })
    return { joinedCount: complete.length, filledCount, correlations, growthRates, rows: complete }
  },
})

/** Made up: three straight lines over the years, with one gap. */
function sampleRows(country: string, ci: number, years: readonly number[]): Row[] {
  return years.map((year, yi) => ({
    country,
    year,
    values: {
      GDP: ci === GAP.country && yi === GAP.year ? null : 1_000 + 500 * ci + 50 * yi,
      CO2: roundTo(5 + 2 * ci + 0.3 * yi, 1),
      Renewable: roundTo(10 + 5 * ci + 1.5 * yi, 1),
    },
  }))
}

async function fetchRows({
  connection,
  indicators,
  countries,
  years,
}: z.output<typeof Params>): Promise<{ rows: Row[]; source: SourceNote }> {
  const [from, to] = [Math.min(...years), Math.max(...years)]
  const names = Object.keys(indicators)
  const answers = await Promise.all(
    fetchIndicator.map({ connection, code: Object.values(indicators), countries: unmapped(countries), from, to }),
  )
  const byPlace = new Map<string, Row>()
  for (const country of countries) {
    for (const year of years) {
      byPlace.set(`${country} ${year}`, {
        country,
        year,
        values: Object.fromEntries(names.map((name) => [name, null])),
      })
    }
  }
  for (const [at, { values }] of answers.entries()) {
    for (const { iso3, year, value } of values) {
      const row = byPlace.get(`${iso3} ${year}`)
      if (row !== undefined) row.values[names[at] ?? ''] = value
    }
  }
  return { rows: [...byPlace.values()], source: answers[0]?.source ?? { name: 'World Bank', licence: 'CC BY 4.0' } }
}

type JoinedRow = Row & { readonly filled: readonly string[] }

/** @param rows by country and year */
function filledForward(rows: readonly JoinedRow[], names: readonly string[]): JoinedRow[] {
  let before: JoinedRow | null = null
  return rows.map((row) => {
    const last: JoinedRow | null = before?.country === row.country ? before : null
    const fillable = names.filter(
      (name) => (row.values[name] ?? null) === null && (last?.values[name] ?? null) !== null,
    )
    const values = { ...row.values, ...Object.fromEntries(fillable.map((name) => [name, last?.values[name] ?? null])) }
    before = { ...row, values, filled: fillable }
    return before
  })
}

/** Of consecutive values that are there, where the earlier is above 0; null without any. */
function meanGrowth(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null)
  const growths = present.slice(1).flatMap((value, at) => {
    const previous = present[at] ?? 0
    return previous > 0 ? [(value - previous) / previous] : []
  })
  if (growths.length === 0) return null
  return roundTo(growths.reduce((sum, growth) => sum + growth, 0) / growths.length, 4)
}

function missingIn(rows: readonly Row[], names: readonly string[]): number {
  return rows.reduce((sum, { values }) => sum + names.filter((name) => (values[name] ?? null) === null).length, 0)
}

function rOf(
  correlations: readonly { readonly a: string; readonly b: string; readonly r: number | null }[],
  a: string,
  b: string,
): number | null {
  return correlations.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a))?.r ?? null
}
