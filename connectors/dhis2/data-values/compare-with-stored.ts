/**
 * What the server holds of a batch, one letter per row.
 *
 * This is what makes `unchanged` known where the server cannot say so (quirks.md D2-109). It is small and plain, so that
 * whoever keeps it before the import can go on after a crash and end with the ledger of a push that was not broken.
 */
import { isToolkitError } from '../../../src/base/errors.ts'
import type { BatchRow, DataValueBatch, StoredValuesQuery } from './data-value-batch.ts'
import { createRowFinder } from './row-finder.ts'
import type { ReadStoredValues, StoredValue } from './stored-value.ts'
import { isSameValue } from './value-form.ts'

/**
 * - `a` absent, or deleted
 * - `s` the same, after both were written in one form
 * - `d` different
 * - `x` the account may not read it: nothing about such a row could be proved, so that it is not sent
 */
export type StoredLetter = 'a' | 's' | 'd' | 'x'

/** One letter per row of the batch, in its order. */
export type ComparedRows = string

export interface CompareContext {
  readonly readStored: ReadStoredValues
  /** Whether the server stores the follow-up mark of an import: those up to 2.42 do not. */
  readonly storesFollowUp: boolean
}

/** @throws HttpError */
export async function compareWithStored(batch: DataValueBatch, context: CompareContext): Promise<ComparedRows> {
  return await compareRows(batch.rows, batch, batch.reads, context)
}

/** As `compareWithStored`, for some rows of a batch. */
export async function compareRows(
  rows: readonly BatchRow[],
  batch: Pick<DataValueBatch, 'valueTypes'>,
  reads: readonly StoredValuesQuery[],
  context: CompareContext,
): Promise<ComparedRows> {
  const find = createRowFinder(rows)
  const letters: StoredLetter[] = rows.map(() => 'a')
  for (const query of reads) {
    try {
      for await (const stored of context.readStored(query)) {
        const number = find(stored)
        const row = rows[number]
        if (row === undefined || stored.deleted === true) continue
        letters[number] = holds(stored, row, batch.valueTypes[row.dataElement] ?? 'TEXT', context) ? 's' : 'd'
      }
    } catch (error) {
      // one data set that is closed to the account must not hold up the others
      if (!isToolkitError(error) || error.code !== 'dhis2/no-access') throw error
      for (const [number, row] of rows.entries()) if (isAskedFor(row, query)) letters[number] = 'x'
    }
  }
  return letters.join('')
}

/** With `children` it is not known which units were meant, and so all of them were. */
function isAskedFor({ period, orgUnit }: BatchRow, { periods, orgUnits, children }: StoredValuesQuery): boolean {
  return periods.includes(period) && (children || orgUnits.includes(orgUnit))
}

/** A row that says nothing of a comment or a mark is content with whatever is there. */
function holds(stored: StoredValue, row: BatchRow, valueType: string, { storesFollowUp }: CompareContext): boolean {
  return (
    stored.value !== null &&
    isSameValue(stored.value, row.value, valueType) &&
    (row.comment === undefined || (stored.comment ?? '').trim() === row.comment.trim()) &&
    (row.followUp === undefined || !storesFollowUp || (stored.followUp ?? false) === row.followUp)
  )
}
