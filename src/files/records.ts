/**
 * Records from files, one at a time, with the line each stands on. The suffix says what a file is.
 */
import { extname } from 'node:path'
import { DataError } from '../base/errors.ts'
import { checkFile, MAX_BYTES } from './check-file.ts'
import { readCsv } from './csv.ts'
import type { FileRecord, ReadOptions } from './file-record.ts'
import { readJsonRecords } from './json-records.ts'
import { readNdjson } from './ndjson.ts'
import { readParquet } from './parquet.ts'

const READERS = {
  '.csv': readCsv,
  '.json': readJsonRecords,
  '.ndjson': readNdjson,
  '.jsonl': readNdjson,
  '.parquet': readParquet,
} as const

/** Whether `readRecords` knows the kind of this file, by its suffix. */
export function isReadable(path: string): boolean {
  return Object.hasOwn(READERS, extname(path).toLowerCase())
}

/**
 * The records of a `.csv` file (all values are text), a `.json` file (a list, or a list in `member`), a `.ndjson` or
 * `.jsonl` file, or a `.parquet` file.
 *
 * @throws DataError `data/file` for a file that is missing, too large, of another kind, not UTF-8, without the columns
 *   asked for, or cut off; the message names the line
 */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<FileRecord> {
  const suffix = extname(path).toLowerCase()
  const read = READERS[suffix as keyof typeof READERS]
  if (read === undefined) {
    throw new DataError('data/file', `"${path}" has the unsupported suffix "${suffix}"`, {
      hint: `files ending in ${Object.keys(READERS).join(', ')} are read`,
      details: { path },
    })
  }
  await checkFile(path, options.maxBytes ?? MAX_BYTES)
  yield* read(path, options)
}
