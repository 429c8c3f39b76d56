/**
 * Records from files, one at a time, with the line each stands on. The suffix says what a file is.
 */
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { DataError } from '../base/errors.ts'
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

/** A run keeps a few dozen bytes for each row, so a file of this size fits in about as much memory. */
export const MAX_BYTES = 256 * 1024 * 1024

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
  await checkSize(path, options.maxBytes ?? MAX_BYTES)
  yield* read(path, options)
}

async function checkSize(path: string, maxBytes: number): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'is not there' : `cannot be read (${cause.code})`
    throw new DataError('data/file', `the file "${path}" ${what}`, {
      hint: 'check the path; it is relative to the folder you are in',
      details: { path },
      cause,
    })
  })
  if (!found.isFile())
    throw new DataError('data/file', `"${path}" is not a file`, { hint: 'name a file', details: { path } })
  if (found.size > maxBytes) {
    throw new DataError(
      'data/file',
      `"${path}" is ${megabytes(found.size)} MB, more than the ${megabytes(maxBytes)} MB read in one run`,
      {
        hint: 'split it by period or by district, and push the parts one after the other',
        details: { path, bytes: found.size },
      },
    )
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)
}
