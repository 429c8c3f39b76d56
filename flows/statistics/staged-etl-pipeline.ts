/**
 * What survives from raw text to a summary, and what was invalid?
 *
 * Source: rows given as parameters; with none given, ten made-up ones.
 * Three layers, each kept: staging (the text as it came, and when), production (the number that was read, and whether it is
 * valid; an invalid row stays) and a summary per category over the valid rows only. A category without a valid row is shown
 * with a count of 0 and no figures.
 */
import { flow, table } from 'd2flow'
import { describe, roundTo } from 'd2flow/analysis'
import { barChart } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const RawRow = z.object({ id: z.int(), category: z.string(), value: z.string() })

type RawRow = z.output<typeof RawRow>

const SAMPLE: RawRow[] = [
  { id: 1, category: 'A', value: '100.5' },
  { id: 2, category: 'A', value: '200.3' },
  { id: 3, category: 'B', value: 'bad_value' },
  { id: 4, category: 'B', value: '150.0' },
  { id: 5, category: 'A', value: '-50.0' },
  { id: 6, category: 'C', value: '300.0' },
  { id: 7, category: 'C', value: '250.7' },
  { id: 8, category: 'B', value: '9999.0' },
  { id: 9, category: 'A', value: '175.0' },
  { id: 10, category: 'C', value: '' },
]

interface StagingRow extends RawRow {
  readonly [column: string]: string | number
  /** The same for the whole batch. */
  readonly loadedAt: string
}

interface ProductionRow {
  readonly [column: string]: string | number | boolean | null
  readonly id: number
  readonly category: string
  /** Null when the text is no number. */
  readonly value: number | null
  readonly isValid: boolean
  readonly loadedAt: string
}

export const stagedEtlPipeline = flow({
  name: 'staged-etl-pipeline',
  params: z
    .object({
      rows: z.array(RawRow).nullable().default(null).describe('raw rows, their values as text; null is sample data'),
      min: z.number().default(0).describe('lowest value that is valid'),
      max: z.number().default(1_000).describe('highest value that is valid'),
    })
    .refine(({ min, max }) => min <= max, { path: ['max'], message: 'must not be below min' }),
  async run({ rows: given, min, max }, ctx) {
    const loadedAt = ctx.dueAt.toISOString()
    const staging = (given ?? SAMPLE).map((row): StagingRow => ({ ...row, loadedAt }))
    const production = staging.map((row) => toProduction(row, min, max))
    const summary = summarise(production)

    const sample = given === null
    const invalid = production.filter(({ isValid }) => !isValid)
    const unread = invalid.filter(({ value }) => value === null).length
    await publishReport(ctx, {
      key: 'staged-etl-pipeline',
      title: 'Valid values by category',
      sample,
      rows: summary,
      paragraphs: [
        `**${production.length - invalid.length} of ${production.length} rows** are valid and make up the summary.`,
        `${invalid.length} are invalid and stay in production: ${unread} are no numbers, ${invalid.length - unread} lie outside ${min}–${max}.`,
      ],
      chart: await barChart({
        title: titled('Average of the valid values', sample),
        bars: summary.map(({ category, average }) => ({ label: category, value: average })),
      }),
      method: `a value is valid from ${min} to ${max}; arithmetic mean over the valid rows of a category`,
    })
    await ctx.publish(table('staged-etl-pipeline-staging', staging, titled('Staging: the text as it came', sample)))
    await ctx.publish(
      table('staged-etl-pipeline-production', production, titled('Production: numbers, valid or not', sample)),
    )
    return { staging, production, summary, invalid: invalid.length }
  },
})

function toProduction({ id, category, value: text, loadedAt }: StagingRow, min: number, max: number): ProductionRow {
  const value = parseDecimal(text)
  return { id, category, value, isValid: value !== null && value >= min && value <= max, loadedAt }
}

/** Decimal or scientific, white space around it allowed; null for anything else, also for what is too large to be finite. */
function parseDecimal(text: string): number | null {
  const trimmed = text.trim()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return null
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : null
}

function summarise(rows: readonly ProductionRow[]) {
  return [...Map.groupBy(rows, ({ category }) => category)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, own]) => {
      const { n, mean, min, max } = describe(own.flatMap(({ value, isValid }) => (isValid ? [value] : [])))
      return { category, count: n, average: roundTo(mean, 2), min: roundTo(min, 2), max: roundTo(max, 2) }
    })
}
