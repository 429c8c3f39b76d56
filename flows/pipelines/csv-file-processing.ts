/**
 * How is a CSV file read, changed and written again?
 *
 * Source: a CSV file with the columns id, name and score; with none given, five made-up rows.
 * Names go to upper case, scores up by a tenth (one decimal). A blank score is missing and stays blank; a score that is no
 * number sends its row to rejected.csv with the reason, and never into the result.
 */
import { DataError, collect, flow, task } from 'd2flow'
import { roundTo } from 'd2flow/analysis'
import { readRecords, writeCsv } from 'd2flow/files'
import { quarantine } from 'd2flow/patterns'
import { formatCount } from 'd2flow/render'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const SAMPLE = [
  { id: 1, name: 'ada', score: 80 },
  { id: 2, name: 'bo, the second', score: 91.5 },
  { id: 3, name: 'chidi', score: null },
  { id: 4, name: 'dina', score: 'n/a' },
  { id: 5, name: 'eshe', score: 64 },
]

const readRows = task({
  name: 'read-rows',
  async run({ path }: { path: string }) {
    const records = await collect(readRecords(path, { required: ['id', 'name', 'score'] }))
    return records.map(({ fields }) => ({
      id: String(fields['id']),
      name: String(fields['name']),
      score: String(fields['score']),
    }))
  },
})

const writeRows = task({
  name: 'write-rows',
  run: ({ path, rows }: { path: string; rows: readonly Record<string, unknown>[] }) => writeCsv(path, rows),
})

type Row = Awaited<ReturnType<typeof readRows>>[number]

export const csvFileProcessing = flow({
  name: 'csv-file-processing',
  keepWorkDir: true,
  params: z.object({
    file: z.string().nullable().default(null).describe('path of a CSV file; null is sample data'),
    outputDir: z.string().nullable().default(null).describe('folder of processed.csv; null is the folder of the run'),
  }),
  async run({ file, outputDir }, ctx) {
    const folder = outputDir ?? ctx.workDir
    const path = file ?? (await writeRows({ path: join(folder, 'input.csv'), rows: SAMPLE }))
    const rows = await readRows({ path })

    const { goodRecords, badRecords, errors } = quarantine(rows, raiseScore)
    const rejected = badRecords.map((row, index) => ({ ...row, reason: errors[index] ?? '' }))
    const csvPath = await writeRows({ path: join(folder, 'processed.csv'), rows: goodRecords })
    if (rejected.length > 0) await writeRows({ path: join(folder, 'rejected.csv'), rows: rejected })

    const missing = goodRecords.filter(({ score }) => score === null).length
    await publishReport(ctx, {
      key: 'csv-file-processing',
      title: 'Rows of the CSV file',
      sample: file === null,
      rows: goodRecords,
      paragraphs: [
        `**${goodRecords.length} of ${rows.length} rows** were written, ${rejected.length} rejected.`,
        missing === 0 ? 'No score was missing.' : `No score in ${formatCount(missing, 'row')}: it stays blank.`,
        ...errors,
      ],
    })
    if (rejected.length > 0)
      ctx.warn(`${formatCount(rejected.length, 'row')} of ${rows.length} rejected: see rejected.csv`)
    return { rows: rows.length, processed: goodRecords, missing, errors, csvPath }
  },
})

function raiseScore({ id, name, score }: Row) {
  const text = score.trim()
  const value = text === '' ? null : Number(text)
  if (value !== null && !Number.isFinite(value)) throw new DataError('data/value', `score "${score}" is no number`)
  return { id, name: name.toUpperCase(), score: value === null ? null : roundTo(value * 1.1, 1) }
}
