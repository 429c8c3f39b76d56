/**
 * Which countries have lower mortality than their spending predicts?
 *
 * Source: sample data, rows that are given, or two World Bank indicators named by the caller.
 * Mortality is fitted on the logarithm of spending. A country without one of the two figures, or with a spending that has
 * no logarithm, is left out with both figures and counted. Countries are ranked by actual less predicted mortality.
 */
import { collect, flow, task } from 'd2flow'
import {
  logLinearRegression,
  rankByResidual,
  regressionDiagnostics,
  roundTo,
  type DiagnosticWarning,
} from 'd2flow/analysis'
import { worldBank, type SourceNote } from 'd2flow/connectors/world-bank'
import { formatNumber, scatterChart } from 'd2flow/render'
import { z } from 'zod'
import { needCodesWhenLive } from '../country-code.ts'
import { publishReport, titled } from '../publish-report.ts'
import { KEEP_A_DAY, RETRY_READING } from '../reading-tasks.ts'

const Country = z.object({
  country: z.string(),
  spendingUsd: z.number().nullable().describe('health spending per head, US$'),
  mortality: z.number().nullable().describe('under-five deaths per 1,000 live births'),
})

type Country = z.output<typeof Country>

const Params = z
  .object({
    countries: z
      .array(z.string())
      .min(1)
      .default(['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta', 'Iota', 'Kappa'])
      .describe('names for sample data, ISO 3166-1 alpha-3 codes for live data'),
    top: z.int().min(1).default(3).describe('countries to name at either end'),
    data: z.enum(['sample', 'live']).default('sample').describe('sample data, or the World Bank'),
    year: z.int().min(1960).default(2021).describe('live data only: calendar year'),
    spendingIndicator: z.string().default('SH.XPD.CHEX.PC.CD').describe('live data only: code of the predictor'),
    mortalityIndicator: z.string().default('SH.DYN.MORT').describe('live data only: code of the outcome'),
    rows: z.array(Country).nullable().default(null).describe('rows in place of both'),
    connection: z.string().default('public').describe('name of a saved world-bank block'),
  })
  .superRefine(needCodesWhenLive)

interface Asked {
  readonly connection: string
  readonly countries: readonly string[]
  readonly year: number
  readonly spendingIndicator: string
  readonly mortalityIndicator: string
}

const fetchCountries = task({
  name: 'fetch-countries',
  retry: RETRY_READING,
  cache: KEEP_A_DAY,
  async run(asked: Asked, ctx): Promise<{ rows: Country[]; source: SourceNote }> {
    const { connection, countries, year, spendingIndicator, mortalityIndicator } = asked
    const client = await ctx.open(worldBank, connection)
    const spending = await collect(client.indicator({ indicator: spendingIndicator, countries, year }))
    const mortality = await collect(client.indicator({ indicator: mortalityIndicator, countries, year }))
    return {
      // by what was asked for, not by what came: a country that one of the answers leaves out is missing, not gone
      rows: countries.map((iso3) => {
        const [spent, died] = [spending, mortality].map((rows) => rows.find((row) => row.iso3 === iso3))
        return {
          country: spent?.country ?? died?.country ?? iso3,
          spendingUsd: spent?.value ?? null,
          mortality: died?.value ?? null,
        }
      }),
      source: client.source,
    }
  },
})

export const regressionAnalysis = flow({
  name: 'regression-analysis',
  params: Params,
  async run({ countries, top, data, rows, ...live }, ctx) {
    const found = rows === null && data === 'live' ? await fetchCountries({ countries, ...live }) : null
    const all = rows ?? found?.rows ?? countries.map(sampleCountry)
    const usable = all.filter(
      (row): row is Country & { spendingUsd: number; mortality: number } =>
        row.spendingUsd !== null && row.spendingUsd > 0 && row.mortality !== null,
    )
    const dropped = all.filter((row) => !usable.includes(row as never)).map(({ country }) => country)

    const spending = usable.map(({ spendingUsd }) => spendingUsd)
    const mortality = usable.map((row) => row.mortality)
    const fit = logLinearRegression(spending, mortality)
    const diagnostics = regressionDiagnostics(
      spending.map((x) => [Math.log(x)]),
      mortality,
    )
    const [intercept = 0, slope = 0] = fit.coefficients
    const places = rankByResidual(
      usable.map((row, at) => ({ ...row, at })),
      fit,
    ).map(({ at, residual, rank, ...row }) => ({
      rank,
      ...row,
      logSpending: roundTo(Math.log(row.spendingUsd), 6),
      predicted: roundTo(row.mortality - residual, 4),
      residual: roundTo(residual, 4),
      studentised: roundTo(diagnostics.rows[at]?.studentised ?? null, 3),
      leverage: roundTo(diagnostics.rows[at]?.leverage ?? null, 3),
    }))
    // with few countries the two ends would share some: they are shortened
    const named = Math.min(top, Math.floor(places.length / 2))
    const [better, worse] = [places.slice(0, named), places.slice(places.length - named)]

    const sample = rows === null && data === 'sample'
    const title = 'Child mortality and health spending'
    const names = (list: readonly { readonly country: string }[]) => list.map(({ country }) => country).join(', ')
    await publishReport(ctx, {
      key: 'regression-analysis',
      title,
      sample,
      rows: places,
      paragraphs: [
        `Lower mortality than spending predicts have **${names(better)}**; higher have ${names(worse)}.`,
        `The fit: mortality = ${formatNumber(intercept, 2)} ${slope < 0 ? '−' : '+'} ${formatNumber(Math.abs(slope), 2)} · ln(spending), R² = ${fit.r2 === null ? `none (${fit.reason ?? 'no variance'})` : formatNumber(fit.r2, 3)}, ${fit.n} countries.`,
        dropped.length === 0
          ? 'No country was left out.'
          : `${dropped.length} countries were left out for want of a figure, or of a spending above 0: ${dropped.join(', ')}.`,
        ...diagnostics.warnings.map((warning) => warningText(warning, usable)),
      ],
      chart: await scatterChart({
        title: titled(title, sample),
        subtitle: 'below the line: lower mortality than predicted',
        xName: 'health spending per head, US$ (logarithmic)',
        yName: 'under-five deaths per 1,000 live births',
        xScale: 'log',
        points: usable.map(({ country, spendingUsd, mortality: y }) => ({ x: spendingUsd, y, label: country })),
        fitted: [...spending].toSorted((a, b) => a - b).map((x) => ({ x, y: intercept + slope * Math.log(x) })),
      }),
      method:
        'ordinary least squares of the outcome on ln(x); residual = actual − predicted, ranked from the most negative; externally studentised residuals beside them, since raw ones favour points with high leverage',
      ...(found === null
        ? {}
        : { source: { ...found.source, what: `${live.spendingIndicator}, ${live.mortalityIndicator}, ${live.year}` } }),
    })
    if (dropped.length > 0) ctx.log.warn(`left out: ${dropped.join(', ')}`)
    return {
      intercept: roundTo(intercept, 6),
      slope: roundTo(slope, 6),
      r2: roundTo(fit.r2, 6),
      n: fit.n,
      dropped,
      ranked: places,
      top: better.map(({ country }) => country),
      bottom: worse.map(({ country }) => country),
    }
  },
})

/** Made up: mortality falls with the logarithm of spending, with a noise that is the same each time. */
function sampleCountry(country: string, i: number): Country {
  const spendingUsd = roundTo(100 + 200 * i + ((37 * i) % 150), 1)
  const noise = (Number((BigInt(i) * 2_654_435_761n) % 100n) / 100) * 20 - 10
  return {
    country,
    spendingUsd,
    mortality: roundTo(Math.max(5, 80 - 10 * Math.log(Math.max(1, spendingUsd)) + noise), 1),
  }
}

function warningText(warning: DiagnosticWarning, rows: readonly Country[]): string {
  const whom = 'rows' in warning ? ` (${warning.rows.map((at) => rows[at]?.country).join(', ')})` : ''
  return `Beware: ${warning.kind}${whom}, ${warning.text}.`
}
