/** Transactions of steps: one row each. */
import type { JsonObject } from '../../base/json.ts'
import type { TransactionState } from '../../model/transaction.ts'
import type { Change, TransactionStore } from '../store.ts'
import type { Database } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { TransactionRow } from './tables.ts'
import { findHeldRun, type Writing } from './writing.ts'

const REPLACE = insertText(
  'transactions',
  ['run', 'key', 'state', 'data', 'created_at', 'ended_at'],
  'on conflict (run, key) do update set state = excluded.state, data = excluded.data, ended_at = excluded.ended_at',
)

export function sqlTransactions(database: Database): TransactionStore {
  return {
    async list(runId) {
      const rows = await database.all<TransactionRow>(
        'select transactions.* from transactions join runs on runs.pk = run where runs.id = ? order by transactions.created_at, transactions.key',
        [runId],
      )
      return rows.map((row) => ({
        runId,
        key: row.key,
        state: row.state as TransactionState,
        data: fromJson(row.data) as JsonObject,
        createdAt: fromMs(row.created_at),
        endedAt: fromMsOrNull(row.ended_at),
      }))
    },
  }
}

export async function keepTransaction(
  writing: Writing,
  { epoch, transaction }: Extract<Change, { readonly kind: 'transaction' }>,
): Promise<void> {
  const run = await findHeldRun(writing, transaction.runId, epoch)
  const { key, state, data, createdAt, endedAt } = transaction
  await writing.connection.run(REPLACE, [run, key, state, toJson(data), toMs(createdAt), toMsOrNull(endedAt)])
}
