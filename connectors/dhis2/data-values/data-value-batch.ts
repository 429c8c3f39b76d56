/** Rows of one data set that travel together. Plain JSON: it can be stored, and its id says what is in it. */
import { createHash } from 'node:crypto'
import type { DataValueKey } from './data-value-row.ts'

export interface BatchRow extends DataValueKey {
  /** In the input, counted from 0. */
  readonly position: number
  readonly value: string
  readonly comment?: string
  readonly followUp?: boolean
  /** A zero that means nothing: it is sent only where a value is stored already (rule of DHIS2 2.42). */
  readonly onlyOverExisting?: true
}

/** One read of stored values: of these units, or with `children` of all units below them too. */
export interface StoredValuesQuery {
  readonly dataSet: string
  readonly periods: readonly string[]
  readonly orgUnits: readonly string[]
  readonly children: boolean
}

export interface DataValueBatch {
  /** Made of the data set and the rows without their positions: the same content has the same id. */
  readonly id: string
  readonly dataSet: string
  readonly dataSetName: string
  readonly periodType: string
  readonly rows: readonly BatchRow[]
  /** DHIS2's name by element. */
  readonly valueTypes: Readonly<Record<string, string>>
  /** What to read to see everything the server holds of these rows. */
  readonly reads: readonly StoredValuesQuery[]
  /** Left out of a request: the server fills it in. Null when the server has several defaults. */
  readonly defaultOptionCombo: string | null
}

export function batchId(dataSet: string, rows: readonly BatchRow[]): string {
  const hash = createHash('sha256').update(dataSet)
  for (const row of rows) {
    const { dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo, value, comment, followUp } = row
    const parts = [dataElement, period, orgUnit, categoryOptionCombo, attributeOptionCombo, value, comment, followUp]
    hash.update(JSON.stringify(parts))
  }
  return hash.digest('hex')
}
