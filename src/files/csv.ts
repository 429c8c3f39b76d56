/** CSV: read record by record with the header as names, and written so that a spreadsheet runs nothing in it. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { DataError } from '../base/errors.ts'
import { checkColumns } from './columns.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import type { FileRecord, ReadOptions } from './file-record.ts'
import { writeAtomically } from './atomic-write.ts'

/** All records of a piece are objects at the same time: small enough that they die young, and the heap stays small. */
const BYTES_AT_ONCE = 16 * 1_024

/**
 * The records of a CSV file: UTF-8 with or without a byte order mark, comma separated, quotes doubled inside quotes,
 * any line ends. Empty lines are passed over; a line with another number of fields than the header is refused.
 */
export async function* readCsv(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const { parse } = await import('csv-parse')
  let hasHeader = false
  const parser = parse({
    bom: true,
    columns(header: string[]) {
      hasHeader = true
      return checkColumns(path, header, options)
    },
    skip_empty_lines: true,
    info: true,
  })
  const source = createReadStream(path, { highWaterMark: BYTES_AT_ONCE })
  const records = pipeline(
    source,
    (chunks) => decodeUtf8(chunks, path),
    parser,
    () => {
      // whoever reads the records is told of the error; this only keeps it from being nobody's
    },
  )
  try {
    for await (const { record, info } of records as AsyncIterable<ParsedRecord>) {
      yield { line: info.lines, fields: record }
    }
    // an empty file has no line to be the header
    if (!hasHeader) checkColumns(path, [], options)
  } catch (error) {
    throw refusal(path, error)
  }
}

interface ParsedRecord {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number }
}

interface CsvProblem extends Error {
  readonly code: string
  readonly lines?: number
  readonly record?: readonly string[]
  readonly column?: unknown
}

function refusal(path: string, error: unknown): unknown {
  const { code, lines, record } = error as CsvProblem
  if (code === 'CSV_RECORD_INCONSISTENT_COLUMNS' || code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    return new DataError(
      'data/file',
      `line ${lines} of "${path}" has ${record?.length ?? 'another number of'} fields, unlike the header`,
      {
        hint: 'is the file cut off, or is there a comma without quotes in a text? nothing was sent',
        details: { path, line: lines },
      },
    )
  }
  if (typeof code === 'string' && code.startsWith('CSV_')) {
    return new DataError('data/file', `line ${lines ?? '?'} of "${path}" is not CSV: ${(error as Error).message}`, {
      hint: 'save the file as comma separated values, with quotes around texts that hold commas',
      details: { path, line: lines },
    })
  }
  return error
}

/** Records turned into text at a time: 1,000 take no less time and 45 MB more for 188,701 rows. */
const RECORDS_AT_ONCE = 100

export interface WriteCsvOptions {
  /**
   * The header. Without it, the members of all records, which are then all held; with it the records may come from a
   * generator.
   */
  readonly columns?: readonly string[]
  /**
   * A text that a spreadsheet would run as a formula gets an apostrophe before it. Default true; false gives back to
   * `readCsv` exactly what was written.
   */
  readonly escapeFormulas?: boolean
}

/**
 * Writes records as CSV. Nested values are written as JSON, null as nothing. Gives the path.
 *
 * @throws DataError `data/file` when it cannot be written; nothing half-written stays
 */
export async function writeCsv(
  path: string,
  records: Iterable<Readonly<Record<string, unknown>>>,
  { columns, escapeFormulas = true }: WriteCsvOptions = {},
): Promise<string> {
  if (columns !== undefined) return await writeAtomically(path, csvTexts(records, columns, escapeFormulas))
  const all = [...records]
  const members = [...new Set(all.flatMap((record) => Object.keys(record)))]
  return await writeAtomically(path, csvTexts(all, members, escapeFormulas))
}

async function* csvTexts(
  records: Iterable<Readonly<Record<string, unknown>>>,
  columns: readonly string[],
  escapeFormulas: boolean,
): AsyncGenerator<string> {
  if (columns.length === 0) return
  const { stringify } = await import('csv-stringify/sync')
  const safe = (value: string | number | null) =>
    escapeFormulas && typeof value === 'string' && FORMULA.test(value) ? `'${value}` : value
  yield stringify([columns.map(safe)])
  let waiting: unknown[][] = []
  for (const record of records) {
    waiting.push(columns.map((column) => safe(cell(record[column]))))
    if (waiting.length < RECORDS_AT_ONCE) continue
    yield stringify(waiting)
    waiting = []
  }
  if (waiting.length > 0) yield stringify(waiting)
}

/** What a spreadsheet takes for a formula; a number with a sign is none. */
const FORMULA = /^[=@\t\r]|^[+-](?!(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$)/i

function cell(value: unknown): string | number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'string') return value
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}
