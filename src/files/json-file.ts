/** One JSON document per file: read as a whole, checked by a schema, written whole or not at all. */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { DataError } from '../base/errors.ts'
import { writeAtomically } from './atomic-write.ts'

/**
 * What the file holds; `null` when there is no such file.
 *
 * @throws DataError `data/file` when it cannot be read, is not JSON, or does not fit the schema
 */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw damaged(path, `cannot be read (${code})`, cause)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, `is not JSON: ${(cause as Error).message}`, cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(path, `does not hold what it should: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, null)
}

/**
 * Writes a document with two spaces of indent and a last line end, so that people can read it and compare versions.
 *
 * @throws DataError `data/file` when it cannot be written; an older file stays as it was
 */
export async function writeJsonFile(path: string, value: unknown): Promise<string> {
  return await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`)
}

function damaged(path: string, what: string, cause: unknown): DataError {
  return new DataError('data/file', `"${path}" ${what}`, {
    hint: 'restore it from a copy, or move it away to start anew',
    details: { path },
    ...(cause === null ? {} : { cause }),
  })
}
