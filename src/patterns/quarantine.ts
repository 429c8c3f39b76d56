/** Good records go on, bad ones are set aside with the reason: a few bad records do not fail a pipeline. */
import { z } from 'zod'
import { DataError } from '../base/errors.ts'

export interface Quarantined<Row, Good> {
  /** What the check made of the good records, in the order they came. */
  readonly goodRecords: Good[]
  /** The bad records as they came, in the order they came. */
  readonly badRecords: Row[]
  /** Why, one for each of `badRecords` and in their order, beginning with "Record" and its id. */
  readonly errors: string[]
}

export interface QuarantineOptions<Row> {
  /** What a record is called in its reason. Default: its `id`, else its number, from 1. */
  readonly idOf?: (row: Row, index: number) => string | number
}

/**
 * Checks each record. A check says that a record is bad by throwing a DataError (other than `data/file`) or what a zod
 * schema throws; what it returns is the good record. Anything else that is thrown is a mistake in the program or an
 * outage, says nothing about the record, and is thrown on.
 *
 * @throws TypeError when the check returns a promise: its refusal would come too late to be seen
 * @example quarantine(rows, (row) => Reading.parse(row))
 */
export function quarantine<Row, Good>(
  rows: readonly Row[],
  check: (row: Row, index: number) => Good,
  options: QuarantineOptions<Row> = {},
): Quarantined<Row, Good> {
  const idOf = options.idOf ?? idOrNumber
  const goodRecords: Good[] = []
  const badRecords: Row[] = []
  const errors: string[] = []
  for (const [index, row] of rows.entries()) {
    try {
      const good = check(row, index)
      if (good instanceof Promise) throw new TypeError('a check must answer at once, and this one returned a promise')
      goodRecords.push(good)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === null) throw error
      badRecords.push(row)
      errors.push(`Record ${idOf(row, index)}: ${reason}`)
    }
  }
  return { goodRecords, badRecords, errors }
}

function idOrNumber(row: unknown, index: number): string | number {
  const id: unknown = row !== null && typeof row === 'object' && 'id' in row ? row.id : null
  return typeof id === 'string' || typeof id === 'number' ? id : `number ${index + 1}`
}

/** What is wrong with the record, or null when the error is not about the record. */
function reasonOf(error: unknown): string | null {
  if (error instanceof DataError) return error.code === 'data/file' ? null : error.message
  if (!(error instanceof z.core.$ZodError)) return null
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
}
