/** What became of the rows of one batch, while it is being imported and when it is done. */
import { z } from 'zod'
import type { Outcome, Reason, RowCode } from './ledger.ts'

/** Plain JSON, so that whoever imports batch by batch can keep it. */
export type ImportedBatch = {
  /** The id of the batch. */
  readonly id: string
  /** One letter per row of the batch, in its order: `c` created, `u` updated, `n` not changed, `r` refused, `?` unknown. */
  readonly outcomes: string
  /** Why, for the rows that have a reason; `row` counts in the batch. */
  readonly reasons: readonly RowReason[]
  /** How many requests it took, reads included. */
  readonly requests: number
}

export type RowReason = Reason & { readonly row: number }

/** Reads back what was kept. */
export const ImportedBatch: z.ZodType<ImportedBatch> = z.object({
  id: z.string(),
  outcomes: z.string(),
  reasons: z.array(
    z.object({
      row: z.int(),
      code: z.custom<RowCode>((code) => typeof code === 'string' && code.startsWith('row/')),
      message: z.string(),
      serverCode: z.string().exactOptional(),
    }),
  ),
  requests: z.int(),
})

const LETTERS: Readonly<Record<Outcome, string>> = {
  created: 'c',
  updated: 'u',
  unchanged: 'n',
  refused: 'r',
  unknown: '?',
}

const OUTCOMES_BY_LETTER = new Map(Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome as Outcome]))

/** A letter that is none is a row nobody knows about. */
export function outcomeOf(letter: string | undefined): Outcome {
  return OUTCOMES_BY_LETTER.get(letter ?? '?') ?? 'unknown'
}

export interface BatchLedger {
  settle(row: number, outcome: Outcome, reason?: Reason): void
  finish(id: string, requests: number): ImportedBatch
}

/** Every row is unknown until something is known of it. */
export function createBatchLedger(rows: number): BatchLedger {
  const outcomes = Array.from({ length: rows }, () => LETTERS.unknown)
  const reasons = new Map<number, Reason>()
  return {
    settle(row, outcome, reason) {
      outcomes[row] = LETTERS[outcome]
      if (reason === undefined) reasons.delete(row)
      else reasons.set(row, reason)
    },
    finish: (id, requests) => ({
      id,
      outcomes: outcomes.join(''),
      reasons: [...reasons].map(([row, reason]) => ({ row, ...reason })).toSorted((a, b) => a.row - b.row),
      requests,
    }),
  }
}
