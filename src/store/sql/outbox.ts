/** Messages that wait for delivery, in the store since the state they tell of. */
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { OutboxMessage } from '../../model/outbox-message.ts'
import type { OutboxStore } from '../store.ts'
import { select, type Connection, type Database, type SqlValue } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { OutboxRow } from './tables.ts'

const INSERT = insertText(
  'outbox',
  [
    'id',
    'key',
    'run_id',
    'through',
    'named',
    'subject',
    'body',
    'facts',
    'created_at',
    'status',
    'tries',
    'next_try_at',
    'last_error',
    'delivered_at',
  ] satisfies (keyof OutboxRow)[],
  'on conflict (key) do nothing',
)
const DUE = "select * from outbox where status = 'waiting' and next_try_at <= ? order by next_try_at, pk limit ?"

export function sqlOutbox(database: Database, clock: Clock): OutboxStore {
  const change = async (text: string, parameters: readonly SqlValue[]) => {
    await database.transaction(async (connection) => await connection.run(text, parameters))
  }
  return {
    async takeDue(limit, holdMs) {
      // asked first without the write lock: most of the time nothing waits
      if ((await database.all(DUE, [clock.now().getTime(), limit])).length === 0) return []
      return await database.transaction(async (connection) => {
        const nowMs = clock.now().getTime()
        const rows = await connection.all<OutboxRow>(DUE + database.dialect.forUpdateSkipLocked, [nowMs, limit])
        for (const row of rows) {
          await connection.run('update outbox set next_try_at = ? where pk = ?', [nowMs + holdMs, row.pk])
        }
        return rows.map((row) => readMessage({ ...row, next_try_at: nowMs + holdMs }))
      })
    },
    delivered: async (id) =>
      await change(
        "update outbox set status = 'delivered', tries = tries + 1, last_error = null, delivered_at = ? where id = ?",
        [clock.now().getTime(), id],
      ),
    failed: async (id, error, nextTryAt) =>
      await change(
        nextTryAt === null
          ? "update outbox set status = 'given-up', tries = tries + 1, last_error = ? where id = ?"
          : 'update outbox set tries = tries + 1, last_error = ?, next_try_at = ? where id = ?',
        nextTryAt === null ? [error, id] : [error, toMs(nextTryAt), id],
      ),
    async list({ runId, status } = {}) {
      let query = (await database.dialect.queryBuilder()).selectFrom('outbox').selectAll().orderBy('pk')
      if (runId !== undefined) query = query.where('run_id', '=', runId)
      if (status !== undefined) query = query.where('status', '=', status)
      return (await select<OutboxRow>(database, query)).map(readMessage)
    },
  }
}

export async function addMessage(connection: Connection, message: OutboxMessage): Promise<void> {
  await connection.run(INSERT, [
    message.id,
    message.key,
    message.runId,
    message.through,
    message.named,
    message.subject,
    message.body,
    toJson(message.facts),
    toMs(message.createdAt),
    message.status,
    message.tries,
    toMs(message.nextTryAt),
    message.lastError,
    toMsOrNull(message.deliveredAt),
  ])
}

function readMessage(row: OutboxRow): OutboxMessage {
  return {
    id: row.id,
    key: row.key,
    runId: row.run_id,
    through: row.through,
    named: row.named,
    subject: row.subject,
    body: row.body,
    facts: fromJson(row.facts) as JsonObject,
    createdAt: fromMs(row.created_at),
    status: row.status as OutboxMessage['status'],
    tries: row.tries,
    nextTryAt: fromMs(row.next_try_at),
    lastError: row.last_error,
    deliveredAt: fromMsOrNull(row.delivered_at),
  }
}
