/**
 * What is in these columns?
 *
 * Source: rows given as parameters; with none given, fifty made-up ones.
 * Per column: how many values are there and how many are missing, kinds, distinct values, and of numbers the mean, the
 * standard deviation of a sample, median and quartiles (R type 7), of texts the shortest and the longest.
 */
import { flow } from 'd2flow'
import { profile, roundTo } from 'd2flow/analysis'
import { formatNumber } from 'd2flow/render'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

/** Fifty rows, i = 1 … 50: every tenth name and every seventh value is missing. */
const SAMPLE = Array.from({ length: 50 }, (_, index) => {
  const i = index + 1
  return {
    id: i,
    name: i % 10 === 0 ? null : `unit ${i}`,
    value: i % 7 === 0 ? null : 2 * i,
    region: ['North', 'South', 'East', 'West'][i % 4] ?? 'North',
  }
})

export const dataProfiling = flow({
  name: 'data-profiling',
  params: z.object({
    rows: z.array(z.record(z.string(), z.json())).nullable().default(null).describe('the data; null is sample data'),
  }),
  async run({ rows: given }, ctx) {
    const { rows, columns, completeness } = profile(given ?? SAMPLE)

    const rounded = (value: number | null | undefined) => roundTo(value ?? null, 4)
    const missing = columns.reduce((sum, column) => sum + column.missing, 0)
    await publishReport(ctx, {
      key: 'data-profiling',
      title: 'What is in each column',
      sample: given === null,
      rows: columns.map(({ column, count, missingRate, distinct, numbers, lengths }) => ({
        column,
        values: count,
        'null rate': rounded(missingRate),
        distinct,
        mean: rounded(numbers?.mean),
        sd: rounded(numbers?.sd),
        median: rounded(numbers?.median),
        min: rounded(numbers?.min),
        max: rounded(numbers?.max),
        'shortest text': lengths?.shortest ?? null,
        'longest text': lengths?.longest ?? null,
      })),
      paragraphs: [
        completeness === null
          ? '**There are no cells**, so nothing can be said of them.'
          : `**${formatNumber(completeness * 100, 1)} %** of the cells of ${rows} rows and ${columns.length} columns hold a value.`,
        `${missing} cells are missing.`,
      ],
    })
    return { rows, columns, completeness: rounded(completeness), missing }
  },
})
