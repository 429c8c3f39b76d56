/** A group of steps that count together or not at all, as the store keeps it. */
import type { JsonObject } from '../base/json.ts'

/**
 * - `active`: its body is under way, or its process died in it
 * - `staged`: its body is done, and it waits for the transaction around it
 * - `interrupted`: its process let go in good order; its steps stand, and the body goes on behind them
 * - `committed`: its steps stand for good
 * - `rolled-back`: its steps were undone
 */
export type TransactionState = 'active' | 'staged' | 'interrupted' | 'committed' | 'rolled-back'

export interface TransactionRecord {
  readonly runId: string
  /** Its place among the steps of the run: the keys of the steps within it begin with this and a slash. */
  readonly key: string
  readonly state: TransactionState
  /** What the body has set. */
  readonly data: JsonObject
  readonly createdAt: string
  readonly endedAt: string | null
}
