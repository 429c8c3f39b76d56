/**
 * Who may run what, as rows with an end. Each claim is one write transaction, so two workers never take the same run.
 */
import type { Clock } from '../../base/clock.ts'
import { newState } from '../../model/new-state.ts'
import type { FlowRun } from '../../model/run.ts'
import { runEvent } from '../events-of.ts'
import type { Lease, LeaseStore, WorkerIdentity } from '../store.ts'
import type { Connection, Database, SqlValue } from './database.ts'
import { addEvent } from './events.ts'
import { deploymentIsFull } from './deployments.ts'
import { grantLease } from './grant-lease.ts'
import { historyLine } from './history.ts'
import { fromMs } from './moment.ts'
import { NOT_HELD_BACK, readRun, waitingIn } from './runs.ts'
import { places } from './statement-text.ts'
import type { LeaseRow, RunRow } from './tables.ts'
import { freePlaces } from './work-pools.ts'

type ClaimOptions = Parameters<LeaseStore['claim']>[1]

export function sqlLeases(database: Database, clock: Clock): LeaseStore {
  const list = async (where: string) => {
    const rows = await database.all<LeaseRow & { readonly run_id: string }>(
      `select leases.*, runs.id as run_id from leases join runs on runs.pk = leases.run where ${where} order by expires_at, runs.id`,
      [clock.now().getTime()],
    )
    return rows.map(readLease)
  }

  return {
    async claim(worker, options) {
      if (options.limit <= 0) return []
      const due = dueRuns(options)
      // asked first without the write lock: most polls find nothing, and they leave the writers alone
      if ((await database.all(due.text, due.values(clock.now().getTime(), options.limit))).length === 0) return []

      return await database.transaction(async (connection) => {
        const now = clock.now()
        const { pool, limit } = options
        const free = typeof pool === 'string' ? await freePlaces(connection, pool, database.dialect.forUpdate) : limit
        if (free === 0) return []
        const rows = await connection.all<RunRow>(
          due.text + database.dialect.forUpdateSkipLocked,
          due.values(now.getTime(), Math.min(limit, free)),
        )
        const claimed: FlowRun[] = []
        for (const row of rows) {
          // asked of each, because the one before it may have taken the last place
          if (options.withinLimits === true && (await deploymentIsFull(connection, row, now))) continue
          claimed.push(await takeRun(connection, row, worker, now, options.leaseMs))
        }
        return claimed
      })
    },

    async beat(held, leaseMs) {
      if (held.length === 0) return []
      return await database.transaction(async (connection) => {
        const expiresAt = clock.now().getTime() + leaseMs
        const lost: string[] = []
        for (const { runId, epoch } of held) {
          const renewed = await connection.run(
            'update leases set expires_at = ? where epoch = ? and run = (select pk from runs where id = ? and epoch = ?)',
            [expiresAt, epoch, runId, epoch],
          )
          if (renewed === 0) lost.push(runId)
        }
        return lost
      })
    },

    expired: async () => await list('expires_at <= ?'),
    list: async () => await list('expires_at > ?'),

    async expire(runIds) {
      if (runIds.length === 0) return
      await database.transaction(
        async (connection) =>
          await connection.run(
            `update leases set expires_at = ? where run in (select pk from runs where id in (${places(runIds)}))`,
            [clock.now().getTime(), ...runIds],
          ),
      )
    },
  }
}

/** Due runs, oldest first. */
function dueRuns({ runIds, flowNames, pool }: ClaimOptions): {
  readonly text: string
  readonly values: (nowMs: number, limit: number) => readonly SqlValue[]
} {
  const among = (column: string, names: readonly string[] | undefined) =>
    names === undefined ? '' : `and ${column} in (${places(names)})`
  const waiting = waitingIn(pool)
  return {
    text: `select * from runs
      where scheduled_for <= ? and state_type = 'scheduled' ${among('id', runIds)} ${among('flow_name', flowNames)}
      and ${NOT_HELD_BACK} ${waiting.text}
      order by scheduled_for, pk limit ?`,
    values: (nowMs, limit) => [nowMs, ...(runIds ?? []), ...(flowNames ?? []), ...waiting.values, limit],
  }
}

async function takeRun(
  connection: Connection,
  row: RunRow,
  worker: WorkerIdentity,
  now: Date,
  leaseMs: number,
): Promise<FlowRun> {
  const state = newState('pending', now)
  const epoch = row.epoch + 1
  await connection.run(
    'update runs set state_type = ?, scheduled_for = null, history = history || ?, epoch = ? where pk = ?',
    [state.type, historyLine(state), epoch, row.pk],
  )
  const run = readRun(row)
  await addEvent(connection, runEvent(run, state, run.state))
  await grantLease(connection, { runPk: row.pk, epoch, worker, expiresAtMs: now.getTime() + leaseMs })
  return { ...run, state, epoch }
}

function readLease(row: LeaseRow & { readonly run_id: string }): Lease {
  return {
    runId: row.run_id,
    epoch: row.epoch,
    worker: { workerId: row.worker_id, pid: row.pid, bootId: row.boot_id, hostName: row.host_name },
    expiresAt: fromMs(row.expires_at),
  }
}
