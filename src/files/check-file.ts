/** Whether a file is there, is a file, and is not too large to be read in one run. */
import { stat } from 'node:fs/promises'
import { DataError } from '../base/errors.ts'

/** A run keeps a few dozen bytes for each row, so a file of this size fits in about as much memory. */
export const MAX_BYTES = 256 * 1024 * 1024

/** @throws DataError `data/file` */
export async function checkFile(path: string, maxBytes: number = MAX_BYTES): Promise<void> {
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
