/** Values kept under a cache key. */
import type { Clock } from '../../base/clock.ts'
import { unknownRun } from '../refusals.ts'
import type { CacheClaimant, CacheRecord, CacheStore } from '../store.ts'
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

const CLAIM =
  'insert into cache_claims (key, run, epoch) select ?, pk, ? from runs where id = ? on conflict (key) do nothing'
const VOID_CLAIMS = `delete from cache_claims where not exists (select 1 from leases
  where leases.run = cache_claims.run and leases.epoch = cache_claims.epoch and leases.expires_at > ?)`
const CLAIMANT = `select runs.id, runs.name, cache_claims.epoch from cache_claims join runs on runs.pk = cache_claims.run
  where cache_claims.key = ?`
const END_CLAIM = 'delete from cache_claims where key = ? and epoch = ? and run = (select pk from runs where id = ?)'

export function sqlCache(database: Database, clock: Clock): CacheStore {
  return {
    get: async (key) => await live(database, key, clock),

    claim: async (key, { runId, epoch }, { anew = false } = {}) =>
      await database.transaction(async (connection) => {
        const record = anew ? null : await live(connection, key, clock)
        if (record !== null) return { kind: 'kept', record }
        await connection.run(VOID_CLAIMS, [clock.now().getTime()])
        await connection.run(CLAIM, [key, epoch, runId])
        const [holder] = await connection.all<Claimant>(CLAIMANT, [key])
        if (holder === undefined) throw unknownRun(runId)
        return holder.id === runId && holder.epoch === epoch
          ? { kind: 'granted' }
          : { kind: 'held', runName: holder.name }
      }),

    async release(key, claimant) {
      await database.transaction(async (connection) => await endClaim(connection, key, claimant))
    },
  }
}

interface Claimant {
  readonly id: string
  readonly name: string
  readonly epoch: number
}

async function live(connection: Connection, key: string, clock: Clock): Promise<CacheRecord | null> {
  const [row] = await connection.all<CacheRow>(
    'select * from cache where key = ? and (expires_at is null or expires_at > ?)',
    [key, clock.now().getTime()],
  )
  return row === undefined ? null : readRecord(row)
}

async function endClaim(connection: Connection, key: string, { runId, epoch }: CacheClaimant): Promise<void> {
  await connection.run(END_CLAIM, [key, epoch, runId])
}

export async function keepInCache(
  connection: Connection,
  record: CacheRecord,
  claimedBy: CacheClaimant | undefined,
): Promise<void> {
  if (claimedBy !== undefined) await endClaim(connection, record.key, claimedBy)
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
