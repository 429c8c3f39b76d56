/** What goes into a push: one value for one element, period, unit and pair of option combinations. */

export interface DataValueRow {
  /** UID. */
  readonly dataElement: string
  /** Any spelling that DHIS2 reads (`2024W05`, `2024-01`); it is sent in its canonical form. */
  readonly period: string
  /** UID. */
  readonly orgUnit: string
  /** UID; left out, it is the default combination where the element has no categories. */
  readonly categoryOptionCombo?: string | null | undefined
  /** UID; left out, it is the default combination where the data set has no attribute categories. */
  readonly attributeOptionCombo?: string | null | undefined
  /** Numbers and booleans are written as DHIS2 writes them. Null, or only blanks, is no value and is refused. */
  readonly value: string | number | boolean | null
  /** Left out, a comment that is stored already is not looked at. */
  readonly comment?: string | null | undefined
  /** Servers up to 2.42 do not store what is sent here. */
  readonly followUp?: boolean | null | undefined
  /** Where the row stood in the file, counted from 1; it is kept to the ledger. */
  readonly line?: number | undefined
}

/** The five parts that make a value one of its kind, all filled in and canonical. */
export interface DataValueKey {
  readonly dataElement: string
  readonly period: string
  readonly orgUnit: string
  readonly categoryOptionCombo: string
  readonly attributeOptionCombo: string
}
