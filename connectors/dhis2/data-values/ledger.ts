/** What became of every row: one entry per row, by its position in the input, and nothing that is only believed. */
import type { DataValueRow } from './data-value-row.ts'

/**
 * `created`, `updated`: the server holds the value now, and did not before. `unchanged`: it held it already.
 * `refused`: it does not hold it, and why is known. `unknown`: nobody could find out.
 */
export type Outcome = 'created' | 'updated' | 'unchanged' | 'refused' | 'unknown'

export const OUTCOMES: readonly Outcome[] = ['created', 'updated', 'unchanged', 'refused', 'unknown']

/** One code per thing that is wrong with a row, whichever side found it and whatever the version calls it. */
export type RowCode =
  | 'row/unknown-element'
  | 'row/no-data-set'
  | 'row/element-not-in-set'
  | 'row/unknown-unit'
  | 'row/unassigned-unit'
  | 'row/foreign-unit'
  | 'row/closed-unit'
  | 'row/period'
  | 'row/period-type'
  | 'row/future-period'
  | 'row/closed-period'
  | 'row/input-period'
  | 'row/option-combo'
  | 'row/attribute-combo'
  | 'row/attribute-unit'
  | 'row/attribute-period'
  | 'row/no-data-access'
  | 'row/approved'
  | 'row/value'
  | 'row/option'
  | 'row/comment'
  | 'row/duplicate'
  /** The server failed on this row and on no other. */
  | 'row/server-error'
  /** The server said nothing against the row, and does not hold it. */
  | 'row/not-stored'
  /** The server refused it with a code that is not known here. */
  | 'row/refused'
  /** Not refused but left out: a zero that means nothing, where nothing is stored. */
  | 'row/zero-not-significant'
  /** Nobody could find out. */
  | 'row/unproven'

/** Why a row ended as it did. A type and not an interface, so that it counts as JSON. */
export type Reason = {
  readonly code: RowCode
  readonly message: string
  /** What the server calls it (`E7619`, `E8122`), where the server found it. */
  readonly serverCode?: string
}

export interface LedgerEntry {
  /** Counted from 0, in the order in which the rows came. */
  readonly position: number
  readonly outcome: Outcome
  readonly reason: Reason | null
  /** As it was planned: the period in its canonical form, combinations filled in where the row was sent. */
  readonly row: DataValueRow
}

export type LedgerCounts = Readonly<Record<Outcome, number>>
