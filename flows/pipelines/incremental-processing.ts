/**
 * Which files are new?
 *
 * Source: the CSV files of a folder; with none given, three made-up ones of five rows.
 * A manifest beside them remembers what was processed. A file enters it after its success, so one that fails is tried again
 * next time; running twice processes nothing the second time.
 */
import { collect, flow, task } from 'd2flow'
import { readRecords, writeCsv } from 'd2flow/files'
import { processNewFiles } from 'd2flow/patterns'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

const writeSample = task({
  name: 'write-sample',
  async run({ folder }: { folder: string }) {
    for (const week of [1, 2, 3]) {
      const rows = Array.from({ length: 5 }, (_, i) => ({ id: 5 * (week - 1) + i, value: 10 * i }))
      await writeCsv(join(folder, `week-${week}.csv`), rows)
    }
  },
})

const findFiles = task({
  name: 'find-files',
  run: async ({ folder }: { folder: string }) =>
    (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.csv')).toSorted(),
})

const countRows = task({
  name: 'count-rows',
  run: async ({ path }: { path: string }) => (await collect(readRecords(path))).length,
})

export const incrementalProcessing = flow({
  name: 'incremental-processing',
  params: z.object({
    folder: z.string().nullable().default(null).describe('folder of CSV files and their manifest; null is sample data'),
    manifest: z.string().default('manifest.json').describe('name of the manifest within the folder'),
  }),
  async run({ folder: given, manifest: manifestName }, ctx) {
    const folder = given ?? ctx.workDir
    if (given === null) await writeSample({ folder })
    const names = await findFiles({ folder })

    const { processed, skipped, failed, manifest } = await processNewFiles(
      names,
      (name) => countRows({ path: join(folder, name) }),
      { manifestPath: join(folder, manifestName), clock: ctx.clock, signal: ctx.signal },
    )

    const records = processed.reduce((sum, { result }) => sum + result, 0)
    await publishReport(ctx, {
      key: 'incremental-processing',
      title: 'Files that are new',
      sample: given === null,
      rows: [
        ...processed.map(({ name, result }) => ({ file: name, outcome: 'processed', rows: result, reason: null })),
        ...failed.map(({ name, failure }) => ({ file: name, outcome: 'failed', rows: null, reason: failure.message })),
        ...skipped.map((name) => ({ file: name, outcome: 'known already', rows: null, reason: null })),
      ],
      paragraphs: [
        `**${processed.length} new files** with ${records} rows; ${skipped.length} were known already.`,
        failed.length === 0 ? 'None failed.' : `${failed.length} failed and will be tried again next time.`,
        `The manifest now lists ${manifest.totalProcessed} files.`,
      ],
    })
    return {
      new: processed.length,
      skipped: skipped.length,
      failed: failed.map(({ name }) => name),
      records,
      totalProcessed: manifest.totalProcessed,
    }
  },
})
