/** Processes that serve, by their beats. */
import type { Clock } from '../../base/clock.ts'
import type { ServerStore } from '../store.ts'
import type { Database } from './database.ts'
import { fromMs, fromMsOrNull } from './moment.ts'
import { insertText } from './statement-text.ts'
import type { ServerRow } from './tables.ts'

const COLUMNS = [
  'worker_id',
  'pid',
  'boot_id',
  'host_name',
  'at_once',
  'started_at',
  'seen_at',
  'stopped_at',
  'pool',
  'name',
] as const
const BEAT = insertText(
  'servers',
  COLUMNS,
  `on conflict (worker_id) do update set seen_at = excluded.seen_at, stopped_at = excluded.stopped_at,
    at_once = excluded.at_once, pool = excluded.pool, name = excluded.name`,
)

export function sqlServers(database: Database, clock: Clock): ServerStore {
  return {
    async beat({ workerId, pid, bootId, hostName }, { atOnce, stopping = false, pool = null, name = null }) {
      const nowMs = clock.now().getTime()
      const values = [workerId, pid, bootId, hostName, atOnce, nowMs, nowMs, stopping ? nowMs : null, pool, name]
      await database.transaction(async (connection) => await connection.run(BEAT, values))
    },
    async list() {
      const rows = await database.all<ServerRow>('select * from servers order by seen_at desc, worker_id')
      return rows.map((row) => ({
        workerId: row.worker_id,
        pid: row.pid,
        bootId: row.boot_id,
        hostName: row.host_name,
        atOnce: row.at_once,
        startedAt: fromMs(row.started_at),
        seenAt: fromMs(row.seen_at),
        stoppedAt: fromMsOrNull(row.stopped_at),
        pool: row.pool,
        name: row.name,
      }))
    },
  }
}
