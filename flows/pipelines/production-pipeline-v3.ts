/**
 * How does a full file pipeline look?
 *
 * Source: a CSV file with the columns id, name, value and category; with none given, 26 made-up rows, the last of which
 * repeats the first. Read, judge, remove duplicates, enrich, write, and say what came of it. The quality is that of the rows
 * as they came. A value that is no number is missing, stays in the result as such, and has no tier.
 */
import { collect, flow, table, task } from 'd2flow'
import { assessQuality, roundTo, type QualityRuleInput } from 'd2flow/analysis'
import { readRecords, writeCsv } from 'd2flow/files'
import { deduplicate } from 'd2flow/patterns'
import { formatCount } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'
import { numberOf } from './number-of.ts'

interface Row {
  readonly [column: string]: string | number | null
  readonly id: string
  readonly name: string
  readonly value: number | null
  readonly category: string
}

const RULES: readonly QualityRuleInput[] = [
  { name: 'id is there', ruleType: 'not_null', column: 'id' },
  { name: 'name is there', ruleType: 'not_null', column: 'name' },
  { name: 'value is plausible', ruleType: 'range', column: 'value', params: { min: 0, max: 1_000 } },
  { name: 'id is unique', ruleType: 'unique', column: 'id' },
]

const writeSample = task({
  name: 'write-sample',
  async run({ path }: { path: string }) {
    const rows = Array.from({ length: 25 }, (_, index) => {
      const i = index + 1
      return { id: i, name: `item ${i}`, value: 10 * i, category: ['A', 'B', 'C'][i % 3] }
    })
    return await writeCsv(path, [...rows, { ...rows[0] }])
  },
})

const readRows = task({
  name: 'read-rows',
  async run({ path }: { path: string }): Promise<Row[]> {
    const records = await collect(readRecords(path, { required: ['id', 'name', 'value', 'category'] }))
    return records.map(({ fields }) => ({
      id: String(fields['id']),
      name: String(fields['name']),
      value: numberOf(fields['value']),
      category: String(fields['category']),
    }))
  },
})

const writeRows = task({
  name: 'write-rows',
  run: ({ path, rows }: { path: string; rows: readonly Record<string, unknown>[] }) => writeCsv(path, rows),
})

export const productionPipelineV3 = flow({
  name: 'production-pipeline-v3',
  keepWorkDir: true,
  params: z.object({
    file: z.string().nullable().default(null).describe('path of a CSV file; null is sample data'),
    highFrom: z.number().default(150).describe('lowest value of the tier high'),
    outputDir: z.string().nullable().default(null).describe('folder of output.csv; null is the folder of the run'),
  }),
  async run({ file, highFrom, outputDir }, ctx) {
    const folder = outputDir ?? ctx.workDir
    const rows = await readRows({ path: file ?? (await writeSample({ path: join(folder, 'input.csv') })) })

    const quality = assessQuality(rows, RULES)
    const { unique, duplicates } = deduplicate(rows, ['id', 'name'])
    const enriched = unique.map((row) => ({ ...row, tier: tierOf(row.value, highFrom) }))
    const csvPath = await writeRows({ path: join(folder, 'output.csv'), rows: enriched })

    const missing = unique.filter(({ value }) => value === null).length
    const score = roundTo(quality.score, 4)
    await publishReport(ctx, {
      key: 'production-pipeline-v3',
      title: 'Rows by category',
      sample: file === null,
      rows: [...Map.groupBy(enriched, ({ category }) => category)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([category, own]) => ({
          category,
          rows: own.length,
          high: own.filter(({ tier }) => tier === 'high').length,
          'value missing': own.filter(({ value }) => value === null).length,
        })),
      paragraphs: [
        `**${enriched.length} of ${rows.length} rows** were written, ${duplicates.length} left out as duplicates.`,
        `The quality of the rows as they came is ${quality.grade}, with a score of ${score ?? 'none'}.`,
        missing === 0 ? 'No value was missing.' : `No value, and so no tier, in ${formatCount(missing, 'row')}.`,
      ],
    })
    await ctx.publish(
      table(
        'production-pipeline-v3-quality',
        quality.results.map(({ name, status, score: own, failed }) => ({
          rule: name,
          status,
          score: roundTo(own, 4),
          failed,
        })),
        titled('Quality, rule by rule', file === null),
      ),
    )
    if (quality.grade === 'red') ctx.warn('the quality of the rows is red')
    return {
      read: rows.length,
      written: enriched.length,
      duplicates: duplicates.length,
      missing,
      score,
      grade: quality.grade,
      csvPath,
    }
  },
})

function tierOf(value: number | null, highFrom: number): 'high' | 'standard' | null {
  if (value === null) return null
  return value >= highFrom ? 'high' : 'standard'
}
