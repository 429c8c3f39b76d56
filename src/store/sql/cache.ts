/** Values kept under a cache key. */
import type { Clock } from '../../base/clock.ts'
import type { CacheRecord, CacheStore } from '../store.ts'
import type { Connection, Database } from './database.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { packOrNull, unpackOrNull } from './packed.ts'
import { readResult, RESULT_COLUMNS, resultValues } from './result-columns.ts'
import { insertText } from './statement-text.ts'
import type { CacheRow } from './tables.ts'

const KEPT = [...RESULT_COLUMNS, 'task_run_id', 'created_at', 'expires_at'] as const
const REPLACE = insertText(
  'cache',
  ['key', ...KEPT],
  `on conflict (key) do update set ${KEPT.map((column) => `${column} = excluded.${column}`).join(', ')}`,
)

export function sqlCache(database: Database, clock: Clock): CacheStore {
  return {
    async get(key) {
      const [row] = await database.all<CacheRow>(
        'select * from cache where key = ? and (expires_at is null or expires_at > ?)',
        [key, clock.now().getTime()],
      )
      return row === undefined ? null : readRecord(row)
    },
  }
}

export async function keepInCache(connection: Connection, record: CacheRecord): Promise<void> {
  await connection.run(REPLACE, [
    record.key,
    ...resultValues(record.result),
    packOrNull(record.taskRunId),
    toMs(record.createdAt),
    toMsOrNull(record.expiresAt),
  ])
}

function readRecord(row: CacheRow): CacheRecord | null {
  const result = readResult(row)
  if (result === null) return null
  return {
    key: row.key,
    result,
    taskRunId: unpackOrNull(row.task_run_id),
    createdAt: fromMs(row.created_at),
    expiresAt: fromMsOrNull(row.expires_at),
  }
}
