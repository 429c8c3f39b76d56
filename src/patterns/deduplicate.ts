/** The same record twice: known by the hash of its key fields, the first one kept. */
import { DataError } from '../base/errors.ts'
import { canonicalJson, sha256Hex } from '../base/hash.ts'

export interface Deduplicated<Row> {
  /** The first of each, in the order they came. */
  readonly unique: Row[]
  /** The others, with the place of the one that was kept. */
  readonly duplicates: { readonly record: Row; readonly sameAs: number }[]
}

/**
 * 16 hex digits from the values of some fields, which stand with their names: the order of the fields makes no
 * difference, 1 and "1" do. A field that is not there counts as null.
 *
 * @throws DataError `data/value` for no fields, `data/json` for a value JSON cannot hold
 */
export function recordKey(record: Readonly<Record<string, unknown>>, fields: readonly string[]): string {
  if (fields.length === 0) {
    throw new DataError('data/value', 'a record without key fields is like any other', {
      hint: 'name at least one field',
    })
  }
  return sha256Hex(canonicalJson(Object.fromEntries(fields.map((field) => [field, record[field] ?? null])))).slice(
    0,
    16,
  )
}

/** @throws as `recordKey` */
export function deduplicate<Row extends Readonly<Record<string, unknown>>>(
  records: readonly Row[],
  fields: readonly string[],
): Deduplicated<Row> {
  const places = new Map<string, number>()
  const unique: Row[] = []
  const duplicates: { record: Row; sameAs: number }[] = []
  for (const record of records) {
    const key = recordKey(record, fields)
    const sameAs = places.get(key)
    if (sameAs === undefined) {
      places.set(key, unique.length)
      unique.push(record)
    } else duplicates.push({ record, sameAs })
  }
  return { unique, duplicates }
}
