/**
 * Does everything work together?
 *
 * Source: a CSV file of 31 made-up rows, one of them a duplicate, written and read back.
 * Rules judge the rows, duplicates go, a tier is added, a line is fitted, dimensions are counted; each stage works on what
 * the one before it left, and its digest is made from the data.
 */
import { collect, flow, task } from 'd2flow'
import {
  assessQuality,
  lineageEntry,
  linearRegression,
  lineageSummary,
  roundTo,
  shortHash,
  type LineageEntry,
} from 'd2flow/analysis'
import { readRecords, writeCsv, type FileRecord } from 'd2flow/files'
import { formatNumber, scatterChart } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const CATEGORIES = ['A', 'B', 'C']

interface Row {
  readonly id: number
  readonly value: number
  readonly score: number
  readonly spending: number
  readonly category: string
}

const writeSample = task({
  name: 'write-sample',
  async run({ path, rows }: { path: string; rows: number }) {
    const made = Array.from({ length: rows }, (_, at) => sampleRow(at + 1))
    await writeCsv(path, [...made, ...made.slice(0, 1)] as unknown as Record<string, number | string>[])
    return path
  },
})

const readSample = task({
  name: 'read-sample',
  run: async ({ path }: { path: string }): Promise<Row[]> => (await collect(readRecords(path))).map(toRow),
})

export const grandCapstone = flow({
  name: 'grand-capstone',
  params: z.object({
    rows: z.int().min(3).default(30).describe('rows of sample data, beside the duplicate of the first'),
    highFrom: z.number().default(100).describe('values above this are of the high tier'),
  }),
  async run({ rows: count, highFrom }, ctx) {
    const entries: LineageEntry[] = []
    const stage = <Output extends object>(name: string, input: readonly object[], output: readonly Output[]) => {
      entries.push(
        lineageEntry({ stage: name, operation: name, input, output, timestamp: ctx.clock.now().toISOString() }),
      )
      return output
    }

    const path = await writeSample({ path: join(ctx.workDir, 'capstone.csv'), rows: count })
    const raw = await readSample({ path })
    const ingested = stage('ingest', raw, raw)
    const quality = assessQuality(
      ingested.map((row) => ({ ...row })),
      [
        { name: 'ids present', ruleType: 'not_null', column: 'id' },
        { name: 'value in range', ruleType: 'range', column: 'value', params: { min: 0, max: 10_000 } },
        { name: 'ids unique', ruleType: 'unique', column: 'id' },
      ],
    )
    const passed = quality.results.filter((rule) => rule.passed).length
    const unique = stage(
      'deduplicate',
      ingested,
      ingested.filter(({ id }, at) => ingested.findIndex((row) => row.id === id) === at),
    )
    const tiered = stage(
      'enrich',
      unique,
      unique.map((row) => ({ ...row, tier: row.value > highFrom ? 'high' : 'standard' })),
    )

    const fit = linearRegression(
      tiered.map(({ value }) => value),
      tiered.map(({ score }) => score),
    )
    const [intercept = 0, slope = 0] = fit.coefficients
    const dimensionCount =
      new Set(tiered.map(({ category }) => category)).size + new Set(tiered.map(({ tier }) => tier)).size
    const lineage = lineageSummary(entries)

    const title = 'Everything together'
    await publishReport(ctx, {
      key: 'grand-capstone',
      title,
      sample: true,
      rows: entries.map((entry) => ({
        stage: entry.stage,
        'records in': entry.recordsIn,
        'records out': entry.recordCount,
        input: shortHash(entry.inputHash),
        output: shortHash(entry.outputHash),
      })),
      paragraphs: [
        `**It does**: ${raw.length} rows were read, ${passed} of ${quality.results.length} rules passed, ${tiered.length} rows are left.`,
        ...quality.results
          .filter((rule) => !rule.passed)
          .map(({ name, failed, reason }) => `Rule "${name}": ${failed} failed (${reason}).`),
        `score = ${formatNumber(intercept, 2)} + ${formatNumber(slope, 4)} · value, R² ${formatNumber(fit.r2, 3)}; ${dimensionCount} members of dimensions.`,
        `Stages that changed the data: ${lineage.modified.join(', ')}.`,
      ],
      chart: await scatterChart({
        title: titled('Score against value', true),
        xName: 'value',
        yName: 'score',
        points: tiered.map(({ value, score }) => ({ x: value, y: score })),
        fitted: tiered.map(({ value }) => ({ x: value, y: intercept + slope * value })),
      }),
      method: 'least squares of score on value; digests of the canonical JSON of every stage',
    })
    return {
      rowsRead: raw.length,
      rowsLeft: tiered.length,
      qualityScore: passed / quality.results.length,
      rules: quality.results.map(({ name, passed: ok, score }) => ({ name, passed: ok, score })),
      slope: roundTo(slope, 6),
      intercept: roundTo(intercept, 6),
      r2: fit.r2 === null ? null : roundTo(fit.r2, 6),
      dimensionCount,
      lineage: entries.map(({ stage: name, outputHash }) => ({ stage: name, hash: shortHash(outputHash) })),
    }
  },
})

function sampleRow(i: number): Row {
  return {
    id: i,
    value: 10 + 7.5 * i,
    score: roundTo(50 + ((3.14 * i) % 50), 2),
    spending: roundTo(100 + 50 * i + 20 * Math.sin(i), 1),
    category: CATEGORIES[i % 3] ?? '',
  }
}

const CsvRow = z.object({
  id: z.coerce.number(),
  value: z.coerce.number(),
  score: z.coerce.number(),
  spending: z.coerce.number(),
  category: z.string(),
})

function toRow({ fields }: FileRecord): Row {
  return CsvRow.parse(fields)
}
