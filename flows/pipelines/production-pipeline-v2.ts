/**
 * How do groups of steps, retries and a transaction fit together in one pipeline?
 *
 * Three group flows, each a run of its own: one reads, one validates, one classifies and writes. Validation is a
 * transaction: the list of accepted records is written first and checked then, and when a value does not fit, the list is
 * removed again and nothing is written at all. A value of 200 and more is high. Source: ten made-up records, or those that
 * are given.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, flow, task, type TransactionHook } from 'd2flow'
import { writeCsv } from 'd2flow/files'
import { barChart, formatCount } from 'd2flow/render'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

const HIGH_FROM = 200

const Entry = z.object({ id: z.int(), value: z.number() })

type Entry = z.output<typeof Entry>

const Folder = z.object({ folder: z.string(), rows: z.array(Entry) })

const readEntry = task({
  name: 'read-entry',
  retry: { attempts: 3, delaysMs: [2_000, 5_000] },
  run: (entry: Entry) => entry,
})

/** By its name alone: it may run in another process than the one that wrote. */
const removeAccepted: TransactionHook<string> = async ({ result }) => {
  await rm(result, { force: true })
}

const writeAccepted = task({
  name: 'write-accepted',
  onRollback: [removeAccepted],
  async run({ folder, ids }: { folder: string; ids: readonly number[] }) {
    const path = join(folder, 'accepted.json')
    await writeFile(path, JSON.stringify(ids))
    return path
  },
})

const checkValues = task({
  name: 'check-values',
  run({ rows }: { rows: readonly Entry[] }) {
    const wrong = rows.filter(({ value }) => value < 0)
    if (wrong.length === 0) return rows.length
    throw new DataError('data/value', `records ${wrong.map(({ id }) => id).join(', ')} have a value below 0`, {
      hint: 'correct them where they come from; nothing was written',
    })
  },
})

const writeRows = task({
  name: 'write-rows',
  run: ({ path, rows }: { path: string; rows: readonly Record<string, unknown>[] }) => writeCsv(path, rows),
})

const readGroup = flow({
  name: 'v2-read-group',
  params: z.object({ rows: z.array(Entry) }),
  run: ({ rows }) => readEntry.map(rows),
})

const validateGroup = flow({
  name: 'v2-validate-group',
  params: Folder,
  run: ({ folder, rows }, ctx) =>
    ctx.transaction(async () => {
      await writeAccepted({ folder, ids: rows.map(({ id }) => id) })
      return await checkValues({ rows })
    }),
})

const loadGroup = flow({
  name: 'v2-load-group',
  params: Folder,
  async run({ folder, rows }) {
    const classified = rows.map(({ id, value }) => ({ id, value, class: value >= HIGH_FROM ? 'high' : 'normal' }))
    await writeRows({ path: join(folder, 'classified.csv'), rows: classified })
    return classified
  },
})

export const productionPipelineV2 = flow({
  name: 'production-pipeline-v2',
  keepWorkDir: true,
  params: z.object({
    records: z.int().min(1).max(1_000).default(10).describe('records of sample data'),
    rows: z.array(Entry).min(1).nullable().default(null).describe('records in place of the sample'),
  }),
  async run({ records, rows: given }, ctx) {
    const folder = ctx.workDir
    const rows = await readGroup({ rows: given ?? sampleRows(records) })
    const validated = await validateGroup({ folder, rows: [...rows] })
    const classified = await loadGroup({ folder, rows: [...rows] })

    const high = classified.filter((row) => row.class === 'high').length
    const sample = given === null
    const title = 'Records by class'
    await publishReport(ctx, {
      key: 'production-pipeline-v2',
      title,
      sample,
      rows: classified,
      paragraphs: [
        `**${formatCount(high, 'record is', 'records are')} high**, ${classified.length - high} normal; all ${validated} were validated before anything was written.`,
        'Nothing was missing.',
      ],
      chart: await barChart({
        title: titled(title, sample),
        unit: 'records',
        decimals: 0,
        bars: [
          { label: 'high', value: high },
          { label: 'normal', value: classified.length - high },
        ],
      }),
      method: `high from ${HIGH_FROM} up; a value below 0 fails the validation as a whole`,
    })
    return { records: classified.length, validated, high }
  },
})

/** Made up: 40, 80, 120 … */
function sampleRows(records: number): Entry[] {
  return Array.from({ length: records }, (_, at) => ({ id: at + 1, value: 40 * (at + 1) }))
}
