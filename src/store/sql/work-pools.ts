/** Work pools, by name; and how many more runs of one may begin. */
import type { Clock } from '../../base/clock.ts'
import type { WorkPool, WorkPoolType } from '../../model/work-pool.ts'
import { workPoolEvent } from '../events-of.ts'
import { nameTaken } from '../refusals.ts'
import type { WorkPoolStore } from '../store.ts'
import type { Connection, Database } from './database.ts'
import { addEvent } from './events.ts'
import { fromMs, toMs } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { WorkPoolRow } from './tables.ts'

const COLUMNS = ['name', 'type', 'paused', 'concurrency_limit', 'created_at'] as const
const CREATE = insertText('work_pools', COLUMNS, 'on conflict do nothing')
/** The moment of creation of an earlier one stays. */
const REPLACE = insertText(
  'work_pools',
  COLUMNS,
  `on conflict (name) do update set type = excluded.type, paused = excluded.paused,
    concurrency_limit = excluded.concurrency_limit`,
)
const UNDER_WAY = `select count(*) as runs from leases join runs on runs.pk = leases.run
  join deployments on deployments.id = runs.deployment_id where deployments.pool = ?`

export function sqlWorkPools(database: Database, clock: Clock): WorkPoolStore {
  return {
    get: async (name) => await find(database, name),
    async list() {
      return (await database.all<WorkPoolRow>('select * from work_pools order by name')).map(readWorkPool)
    },
    save: async (pool, { overwrite = false } = {}) =>
      await database.transaction(async (connection) => {
        const values = [pool.name, pool.type, pool.paused ? 1 : 0, pool.concurrencyLimit, toMs(pool.createdAt)]
        const saved = await connection.run(overwrite ? REPLACE : CREATE, values)
        if (saved === 0) throw nameTaken('work pool', pool.name)
        await addEvent(connection, workPoolEvent('saved', pool.name, clock.now()))
      }),
    delete: async (name) =>
      await database.transaction(async (connection) => {
        const deleted = await connection.run('delete from work_pools where name = ?', [name])
        if (deleted > 0) await addEvent(connection, workPoolEvent('deleted', name, clock.now()))
        return deleted > 0
      }),
    underWay: async (name) => await countUnderWay(database, name),
  }
}

/** How many runs of a pool may begin now: none while it is paused or gone. Within the transaction that lets them begin. */
export async function freePlaces(connection: Connection, name: string, lock: string): Promise<number> {
  const pool = await find(connection, name, lock)
  if (pool === null || pool.paused) return 0
  if (pool.concurrencyLimit === null) return Number.POSITIVE_INFINITY
  return Math.max(0, pool.concurrencyLimit - (await countUnderWay(connection, name)))
}

async function find(connection: Connection, name: string, lock = ''): Promise<WorkPool | null> {
  const [row] = await connection.all<WorkPoolRow>(`select * from work_pools where name = ?${lock}`, [name])
  return row === undefined ? null : readWorkPool(row)
}

async function countUnderWay(connection: Connection, name: string): Promise<number> {
  return (await connection.all<{ readonly runs: number }>(UNDER_WAY, [name]))[0]?.runs ?? 0
}

function readWorkPool(row: WorkPoolRow): WorkPool {
  return {
    name: row.name,
    type: row.type as WorkPoolType,
    paused: row.paused === 1,
    concurrencyLimit: row.concurrency_limit,
    createdAt: fromMs(row.created_at),
  }
}
