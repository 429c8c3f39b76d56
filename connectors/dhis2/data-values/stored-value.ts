/** What a server holds under a key, read in one dialect, whatever the version writes. */
import type { StoredValuesQuery } from './data-value-batch.ts'
import type { DataValueKey } from './data-value-row.ts'

export interface StoredValue extends DataValueKey {
  readonly value: string | null
  readonly comment?: string | null | undefined
  readonly followUp?: boolean | null | undefined
  readonly deleted?: boolean | null | undefined
}

/** Reads what is stored. Deleted rows may be among them; they count as absent. @throws HttpError */
export type ReadStoredValues = (query: StoredValuesQuery) => AsyncIterable<StoredValue>
