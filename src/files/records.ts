/**
 * Records from files, one at a time, with the line each stands on. The suffix says what a file is.
 */
import { extname } from 'node:path'
import { DataError } from '../base/errors.ts'
import { checkFile, MAX_BYTES } from './check-file.ts'
import { readCsv } from './csv.ts'
import { readJsonRecords } from './json-records.ts'

/** One record of a file. `line` is, in CSV, the line it ends on, the header being line 1; in JSON its number, from 1. */
export interface FileRecord {
  readonly line: number
  readonly fields: Readonly<Record<string, unknown>>
}

export interface ReadOptions {
  /** Columns that must be there. */
  readonly required?: readonly string[]
  /** Columns that may be there; with `required` they make the list that a refusal shows. */
  readonly optional?: readonly string[]
  /** A larger file is refused before it is read. Default 256 MB. */
  readonly maxBytes?: number
  /** The member of a JSON object that holds the records, when the file is not a bare list. */
  readonly member?: string
}

const READERS = {
  '.csv': readCsv,
  '.json': readJsonRecords,
} as const

/**
 * The records of a `.csv` file (all values are text) or a `.json` file (a list, or a list in `member`).
 *
 * @throws DataError `data/file` for a file that is missing, too large, of another kind, not UTF-8, without the columns
 *   asked for, or cut off; the message names the line
 */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const suffix = extname(path).toLowerCase()
  const read = READERS[suffix as keyof typeof READERS]
  if (read === undefined) {
    throw new DataError('data/file', `"${path}" has the unsupported suffix "${suffix}"`, {
      hint: `files ending in ${Object.keys(READERS).join(' or ')} are read`,
      details: { path },
    })
  }
  await checkFile(path, options.maxBytes ?? MAX_BYTES)
  yield* read(path, options)
}
