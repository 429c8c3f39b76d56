/** Deployments, by flow name and name. */
import type { Clock } from '../../base/clock.ts'
import type { DeploymentRecord } from '../../model/deployment-record.ts'
import { deploymentDeleted, deploymentEvents } from '../events-of.ts'
import type { DeploymentStore } from '../store.ts'
import type { Connection, Database, SqlValue } from './database.ts'
import { addEvent } from './events.ts'
import { fromJson, toJson } from './json-text.ts'
import { fromMs, toMs } from './moment.ts'
import { dropUnstartedRuns } from './runs.ts'
import { insertText } from './statement-text.ts'
import type { DeploymentRow, RunRow } from './tables.ts'

/** What stands in columns of its own, because a query asks for it. */
type Members = Omit<DeploymentRecord, 'id' | 'flowName' | 'name' | 'paused' | 'pool' | 'createdAt'>

/** What records of the first stores do not say. */
const ADDED_LATER = { parameterSchema: null, enforceParameterSchema: true, importance: 'normal' } as const

/** The id and the moment of creation of an earlier record stay. */
const SAVE = insertText(
  'deployments',
  ['id', 'flow_name', 'name', 'paused', 'pool', 'record', 'created_at'],
  'on conflict (flow_name, name) do update set paused = excluded.paused, pool = excluded.pool, record = excluded.record',
)

const OTHERS_UNDER_WAY = `select count(*) as runs from runs where deployment_id = ? and pk <> ? and (
  state_type in ('pending', 'running', 'paused', 'cancelling')
  or (state_type = 'scheduled' and started_at is not null and scheduled_for > ?))`

/**
 * Whether as many other runs of its deployment are under way as may be at once; one that sleeps, or waits for its retry,
 * is.
 */
export async function deploymentIsFull(
  connection: Connection,
  { pk, deployment_id: id }: Pick<RunRow, 'pk' | 'deployment_id'>,
  now: Date,
): Promise<boolean> {
  if (id === null) return false
  const [row] = await connection.all<DeploymentRow>('select * from deployments where id = ?', [id])
  const limit = row === undefined ? undefined : readDeployment(row).concurrencyLimit?.limit
  if (limit === undefined) return false
  const [others] = await connection.all<{ readonly runs: number }>(OTHERS_UNDER_WAY, [id, pk, now.getTime()])
  return (others?.runs ?? 0) >= limit
}

export function sqlDeployments(database: Database, clock: Clock): DeploymentStore {
  const find = async (connection: Connection, where: string, parameters: readonly SqlValue[]) => {
    const [row] = await connection.all<DeploymentRow>(`select * from deployments where ${where}`, parameters)
    return row === undefined ? null : readDeployment(row)
  }
  const byName = async (connection: Connection, flowName: string, name: string) =>
    await find(connection, 'flow_name = ? and name = ?', [flowName, name])

  return {
    get: async (flowName, name) => await byName(database, flowName, name),
    getById: async (id) => await find(database, 'id = ?', [id]),
    async list() {
      const rows = await database.all<DeploymentRow>('select * from deployments order by flow_name, name')
      return rows.map(readDeployment)
    },
    save: async (deployment) =>
      await database.transaction(async (connection) => {
        const { id, flowName, name, paused, pool, createdAt, ...members } = deployment
        const before = await byName(connection, flowName, name)
        await connection.run(SAVE, [id, flowName, name, paused ? 1 : 0, pool, toJson(members), toMs(createdAt)])
        const saved = (await byName(connection, flowName, name)) ?? deployment
        for (const event of deploymentEvents(before, saved, clock.now())) await addEvent(connection, event)
        return saved
      }),
    delete: async (flowName, name) =>
      await database.transaction(async (connection) => {
        const deployment = await byName(connection, flowName, name)
        if (deployment === null) return false
        await dropUnstartedRuns(connection, deployment.id)
        await connection.run('delete from deployments where id = ?', [deployment.id])
        await addEvent(connection, deploymentDeleted(deployment, clock.now()))
        return true
      }),
    dropScheduled: async (deploymentId, scheduleSlug) =>
      await database.transaction(async (connection) => await dropUnstartedRuns(connection, deploymentId, scheduleSlug)),
  }
}

function readDeployment(row: DeploymentRow): DeploymentRecord {
  return {
    ...ADDED_LATER,
    ...(fromJson(row.record) as Members),
    id: row.id,
    flowName: row.flow_name,
    name: row.name,
    paused: row.paused === 1,
    pool: row.pool,
    createdAt: fromMs(row.created_at),
  }
}
