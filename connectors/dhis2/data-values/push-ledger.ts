/** The ledger of a whole push, in little memory: a letter per row, and a reason for the few that have one. */
import { outcomeOf, type ImportedBatch } from './batch-ledger.ts'
import type { DataValueBatch } from './data-value-batch.ts'
import { OUTCOMES, type LedgerCounts, type LedgerEntry, type Outcome, type Reason } from './ledger.ts'
import type { RowTable } from './row-table.ts'

export interface PushLedger {
  add(batch: DataValueBatch, imported: ImportedBatch): void
  counts(): LedgerCounts
  /** Every row once, in the order in which they came; made while they are read. */
  entries(): Generator<LedgerEntry>
  /** In the same order. */
  entriesOf(outcome: Outcome): LedgerEntry[]
}

/** @param refused what the plan refused; every other row is unknown until its batch is added */
export function createPushLedger(table: RowTable, refused: ReadonlyMap<number, Reason>): PushLedger {
  const codes = new Uint8Array(table.length).fill(OUTCOMES.indexOf('unknown'))
  const reasons = new Map(refused)
  for (const position of refused.keys()) codes[position] = OUTCOMES.indexOf('refused')

  const outcomeAt = (position: number): Outcome => OUTCOMES[codes[position] ?? -1] ?? 'unknown'
  const entryAt = (position: number): LedgerEntry => ({
    position,
    outcome: outcomeAt(position),
    reason: reasons.get(position) ?? null,
    row: table.rowAt(position),
  })
  function* entries(): Generator<LedgerEntry> {
    for (let position = 0; position < table.length; position += 1) yield entryAt(position)
  }

  return {
    add(batch, { outcomes, reasons: why }) {
      for (const [row, { position }] of batch.rows.entries()) {
        codes[position] = OUTCOMES.indexOf(outcomeOf(outcomes[row]))
      }
      for (const { row, ...reason } of why) {
        const position = batch.rows[row]?.position
        if (position !== undefined) reasons.set(position, reason)
      }
    },
    counts() {
      const counts = { created: 0, updated: 0, unchanged: 0, refused: 0, unknown: 0 }
      for (const code of codes) counts[OUTCOMES[code] ?? 'unknown'] += 1
      return counts
    },
    entries,
    entriesOf(outcome) {
      const code = OUTCOMES.indexOf(outcome)
      const entries: LedgerEntry[] = []
      for (const [position, one] of codes.entries()) if (one === code) entries.push(entryAt(position))
      return entries
    },
  }
}
