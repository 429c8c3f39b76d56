/** Whether a header has the columns that are needed. */
import { DataError } from '../base/errors.ts'
import type { ReadOptions } from './file-record.ts'

/**
 * The header with known columns in the spelling that was asked for, whatever their case in the file.
 *
 * @throws DataError `data/file` naming what is missing and what was found instead
 */
export function checkColumns(
  path: string,
  header: readonly string[],
  { required = [], optional = [] }: ReadOptions,
): string[] {
  const known = new Map([...required, ...optional].map((column) => [column.toLowerCase(), column]))
  const found = header.map((column) => known.get(column.trim().toLowerCase()) ?? column.trim())
  const missing = required.filter((column) => !found.includes(column))
  if (missing.length > 0) {
    throw new DataError(
      'data/file',
      `the header of "${path}" lacks ${quoted(missing)}; it has ${found.length === 0 ? 'no columns' : quoted(found.slice(0, 12))}`,
      {
        hint: `the first line must name the columns ${[...required, ...optional.map((column) => `${column} (optional)`)].join(', ')}`,
        details: { path, missing, found },
      },
    )
  }
  const repeated = found.find((column, index) => found.indexOf(column) !== index)
  if (repeated !== undefined) {
    throw new DataError('data/file', `the header of "${path}" names "${repeated}" twice`, {
      hint: 'give each column a name of its own',
      details: { path },
    })
  }
  return found
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
