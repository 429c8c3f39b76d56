/**
 * How do files of several kinds become one set of records?
 *
 * Sources: CSV, JSON, NDJSON and Parquet files of one folder, told apart by their suffix; with none given, three made-up
 * ones. Columns get one name each (user_id → id, user_name → name, amount → value), ids and names are text and values
 * numbers, whatever the kind of file. A record that is there twice is kept once: the first, by the hash of its key fields.
 * A file of another kind is listed, a value that is no number is missing and counted.
 */
import { collect, flow, task } from 'd2flow'
import { isReadable, readRecords, writeCsv, writeJsonFile, writeNdjson } from 'd2flow/files'
import { deduplicate } from 'd2flow/patterns'
import { formatCount } from 'd2flow/render'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { numberOf } from './number-of.ts'

const COLUMN_NAMES: Readonly<Record<string, string>> = { user_id: 'id', user_name: 'name', amount: 'value' }

export interface BatchRecord {
  readonly [column: string]: string | number | null
  readonly id: string | null
  readonly name: string | null
  readonly value: number | null
}

interface FileOutcome {
  readonly file: string
  readonly records: BatchRecord[]
  readonly problem: string | null
}

const writeSample = task({
  name: 'write-sample',
  async run({ folder }: { folder: string }) {
    await writeCsv(join(folder, 'a-clinics.csv'), [
      { user_id: 1, user_name: 'Ada', amount: 10.5 },
      { user_id: 2, user_name: 'Bo', amount: 20 },
      { user_id: 3, user_name: 'Chidi', amount: 'unknown' },
    ])
    await writeJsonFile(join(folder, 'b-hospital.json'), [
      { id: 2, name: 'Bo', value: 20 },
      { id: 4, name: 'Dina', value: 0 },
    ])
    await writeNdjson(join(folder, 'c-outreach.NDJSON'), [
      { id: '4', name: 'Dina', value: 0 },
      { id: '5', name: 'Eshe', value: null },
    ])
    await writeJsonFile(join(folder, 'd-notes.xml'), {})
  },
})

const findFiles = task({
  name: 'find-files',
  run: async ({ folder }: { folder: string }) =>
    (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .toSorted(),
})

const readFile = task({
  name: 'read-file',
  async run({ folder, file }: { folder: string; file: string }): Promise<FileOutcome> {
    const path = join(folder, file)
    if (!isReadable(path)) return { file, records: [], problem: 'a kind of file that is not read' }
    const records = await collect(readRecords(path))
    return { file, records: records.map(({ fields }) => harmonise(fields)), problem: null }
  },
})

export const multiFileBatch = flow({
  name: 'multi-file-batch',
  params: z.object({
    folder: z.string().nullable().default(null).describe('folder of the files; null is sample data'),
    keyFields: z.array(z.string()).min(1).default(['id', 'name']).describe('fields that make two records the same'),
  }),
  async run({ folder: given, keyFields }, ctx) {
    const folder = given ?? ctx.workDir
    if (given === null) await writeSample({ folder })
    const files = await findFiles({ folder })
    const outcomes = await Promise.all(readFile.map({ folder, file: files }, { atOnce: 4 }))

    const records = outcomes.flatMap((outcome) => outcome.records)
    const { unique, duplicates } = deduplicate(records, keyFields)
    const missing = unique.filter(({ value }) => value === null).length
    const skipped = outcomes.filter(({ problem }) => problem !== null)
    await publishReport(ctx, {
      key: 'multi-file-batch',
      title: 'Files of the batch',
      sample: given === null,
      rows: outcomes.map(({ file, records: own, problem }) => ({ file, records: own.length, problem })),
      paragraphs: [
        `**${unique.length} records** from ${files.length - skipped.length} files; ${duplicates.length} more were there already.`,
        missing === 0 ? 'No value was missing.' : `No value in ${formatCount(missing, 'record')}.`,
      ],
      method: `duplicates by the SHA-256 of ${keyFields.join(' and ')} as canonical JSON (RFC 8785)`,
    })
    if (skipped.length > 0) ctx.warn(`not read: ${skipped.map(({ file }) => file).join(', ')}`)
    return { files: files.length, records: unique, duplicates: duplicates.length, missing, skipped: skipped.length }
  },
})

function harmonise(fields: Readonly<Record<string, unknown>>): BatchRecord {
  const named = Object.fromEntries(Object.entries(fields).map(([name, value]) => [COLUMN_NAMES[name] ?? name, value]))
  return { id: textOf(named['id']), name: textOf(named['name']), value: numberOf(named['value']) }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === ''
    ? null
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
}
