/** Runs: one row each, with their history. */
import type { Clock } from '../../base/clock.ts'
import type { Failure } from '../../base/failure.ts'
import type { JsonObject } from '../../base/json.ts'
import type { FlowRun } from '../../model/run.ts'
import { assertTransition, isTerminal, type StateType } from '../../model/state.ts'
import { keyTaken, lostRun, notEnded, runExists, runMovedOn, unknownRun } from '../refusals.ts'
import { ENDED, endsLease, isRepeated, scheduledForMs } from '../state-rules.ts'
import type { Change, RunFilter, RunPatch, RunStore } from '../store.ts'
import { runDeleted, runEvent, type RunFacts } from '../events-of.ts'
import { select, type Connection, type Database, type SqlValue } from './database.ts'
import { addEvent } from './events.ts'
import { grantLease } from './grant-lease.ts'
import { historyLine, lastState, readHistory } from './history.ts'
import { fromJson, fromJsonOrNull, toJson, toJsonOrNull } from './json-text.ts'
import { freeSlotsOf } from './limits.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { readResult, RESULT_COLUMNS, resultValues } from './result-columns.ts'
import { insertText, places, updateText } from './statement-text.ts'
import type { RunRow } from './tables.ts'
import { holdsText } from './holds-text.ts'
import { findHeldRun, findRun, type Writing } from './writing.ts'

const PAGE = 50
/** What a person who types the beginning of a name can still look through. */
const FOUND_AT_MOST = 50

const COLUMNS = [
  'id',
  'name',
  'flow_name',
  'flow_version',
  'parameters',
  'tags',
  'deployment_id',
  'deployment_name',
  'schedule_slug',
  'parent_run_id',
  'root_run_id',
  'key',
  'due_at',
  'window_from',
  'window_to',
  'created_at',
  'started_at',
  'ended_at',
  'state_type',
  'scheduled_for',
  'history',
  'run_count',
  'crash_count',
  'epoch',
  ...RESULT_COLUMNS,
  'failure',
  'warning',
  'fallbacks',
] as const satisfies readonly (keyof RunRow)[]

const INSERT = insertText('runs', COLUMNS, 'on conflict do nothing')
/** Whole numbers all of them, so that the division is one of whole numbers. */
const TALLY = `select (due_at - ?) / ? as stretch, state_type as type, count(*) as runs from runs
  where due_at >= ? and due_at < ? group by 1, 2 order by 1, 2`
/** What is asked of a run before it moves on. */
const MOVED = `select pk, id, name, epoch, history, flow_name, deployment_name, parent_run_id, key, state_type
  from runs where id = ?`
type MovedRow = Pick<
  RunRow,
  'pk' | 'id' | 'name' | 'epoch' | 'history' | 'flow_name' | 'deployment_name' | 'parent_run_id' | 'key' | 'state_type'
>
/** A run and the subflows it called, and theirs. */
const FAMILY = `with recursive family (pk, id, name, flow_name, state_type) as (
  select pk, id, name, flow_name, state_type from runs where id = ?
  union all
  select runs.pk, runs.id, runs.name, runs.flow_name, runs.state_type
  from runs join family on runs.parent_run_id = family.id
) select * from family order by pk`
/** A paused deployment starts nothing on schedule; what a person asked for runs all the same. */
export const NOT_HELD_BACK = `(schedule_slug is null
  or not exists (select 1 from deployments where deployments.id = runs.deployment_id and paused = 1))`
/** Which runs wait in this work pool, or with null in none; undefined leaves all. */
export function waitingIn(pool: string | null | undefined): { readonly text: string; readonly values: SqlValue[] } {
  if (pool === undefined) return { text: '', values: [] }
  const deployed = 'exists (select 1 from deployments where deployments.id = runs.deployment_id and pool'
  if (pool === null) return { text: `and not ${deployed} is not null)`, values: [] }
  return { text: `and ${deployed} = ?)`, values: [pool] }
}
const NOT_ENDED = `state_type not in (${ENDED.map((type) => `'${type}'`).join(', ')})`

export function sqlRuns(database: Database, clock: Clock): RunStore {
  const load = async (ending: string, parameters: readonly SqlValue[]) =>
    (await database.all<RunRow>(`select * from runs ${ending}`, parameters)).map(readRun)
  const history = async (id: string) => {
    const [row] = await database.all<Pick<RunRow, 'history'>>('select history from runs where id = ?', [id])
    return row === undefined ? [] : readHistory(row.history)
  }

  return {
    get: async (id) => (await load('where id = ?', [id]))[0] ?? null,
    findByKey: async (flowName, key) =>
      (await load('where flow_name = ? and key = ? order by id desc limit 1', [flowName, key]))[0] ?? null,
    find: async (text) =>
      await load('where substr(id, 1, ?) = ? or substr(name, 1, ?) = ? order by id desc limit ?', [
        text.length,
        text,
        text.length,
        text,
        FOUND_AT_MOST,
      ]),
    list: async (filter = {}) => (await select<RunRow>(database, await listQuery(database, filter))).map(readRun),
    count: async (filter, atMost) => {
      const builder = await database.dialect.queryBuilder()
      const some = (await listQuery(database, { ...filter, limit: atMost })).clearSelect().clearOrderBy().select('pk')
      const query = builder.selectFrom(some.as('some')).select((found) => found.fn.countAll<number>().as('runs'))
      return (await select<{ readonly runs: number }>(database, query))[0]?.runs ?? 0
    },
    tally: async ({ from, before, everyMs }) => {
      const rows = await database.all<{ readonly stretch: number; readonly type: StateType; readonly runs: number }>(
        TALLY,
        [from.getTime(), everyMs, from.getTime(), before.getTime()].map(BigInt),
      )
      return rows.map(({ stretch, type, runs }) => ({
        from: fromMs(from.getTime() + stretch * everyMs),
        type,
        runs,
      }))
    },
    history,
    due: async ({ limit, flowNames, pool }) => {
      const waiting = waitingIn(pool)
      return await load(
        `join (
          select pk as turn_of, row_number() over (
            partition by coalesce(deployment_id, flow_name) order by scheduled_for, pk
          ) as turn from runs
          where scheduled_for <= ? ${flowNames === undefined ? '' : `and flow_name in (${places(flowNames)})`}
          and ${NOT_HELD_BACK} ${waiting.text}
        ) turns on turn_of = runs.pk order by turn, scheduled_for, pk limit ?`,
        [clock.now().getTime(), ...(flowNames ?? []), ...waiting.values, limit],
      )
    },
    upcoming: async (deploymentId) =>
      await load(
        "where deployment_id = ? and state_type = 'scheduled' and started_at is null order by scheduled_for, id",
        [deploymentId],
      ),
    delete: async (id) =>
      await database.transaction(async (connection) => {
        const family = await connection.all<FamilyRow>(FAMILY, [id])
        const [first] = family
        if (first === undefined) throw unknownRun(id)
        const alive = family.find((row) => !isTerminal({ type: row.state_type as StateType }))
        if (alive !== undefined) throw notEnded(alive)
        for (const { pk } of family) await connection.run('delete from runs where pk = ?', [pk])
        await addEvent(connection, runDeleted({ ...first, flowName: first.flow_name }, clock.now()))
        return family.map((row) => row.id)
      }),
  }
}

type FamilyRow = Pick<RunRow, 'pk' | 'id' | 'name' | 'flow_name' | 'state_type'>

async function listQuery(database: Database, filter: RunFilter) {
  let query = (await database.dialect.queryBuilder()).selectFrom('runs').selectAll()
  if (filter.flowName !== undefined) query = query.where('flow_name', '=', filter.flowName)
  if (filter.deploymentId !== undefined) query = query.where('deployment_id', '=', filter.deploymentId)
  if (filter.hasStarted !== undefined) query = query.where('started_at', filter.hasStarted ? 'is not' : 'is', null)
  if (filter.types !== undefined) query = query.where('state_type', 'in', filter.types)
  if (filter.parentRunId === null) query = query.where('parent_run_id', 'is', null)
  else if (filter.parentRunId !== undefined) query = query.where('parent_run_id', '=', filter.parentRunId)
  const { tag } = filter
  // tags are a JSON list of texts: a tag stands in it as JSON writes it, quotes and all
  if (tag !== undefined) query = query.where((row) => holdsText(row, 'tags', JSON.stringify(tag)))
  if (filter.dueFrom !== undefined) query = query.where('due_at', '>=', toMs(filter.dueFrom))
  if (filter.dueBefore !== undefined) query = query.where('due_at', '<', toMs(filter.dueBefore))
  if (filter.before !== undefined) query = query.where('id', '<', filter.before)
  return query.orderBy('id', 'desc').limit(filter.limit ?? PAGE)
}

export async function createRun(
  writing: Writing,
  { run, claimed }: Extract<Change, { readonly kind: 'run-created' }>,
): Promise<void> {
  assertTransition('flow', 'new', run.state)
  if ((await writing.connection.run(INSERT, insertValues(run))) > 0) {
    await addEvent(writing.connection, runEvent(run, run.state, null))
    if (claimed === undefined) return
    const { pk } = await findRun(writing, run.id)
    const expiresAtMs = writing.clock.now().getTime() + claimed.leaseMs
    return await grantLease(writing.connection, { runPk: pk, epoch: run.epoch, worker: claimed.worker, expiresAtMs })
  }

  if (await hasRunFor(writing.connection, run)) writing.ignoredRuns.add(run.id)
  else throw (await hasLiveKey(writing.connection, run)) ? keyTaken(run.flowName, run.key ?? '') : runExists(run.id)
}

export async function moveRun(
  writing: Writing,
  change: Extract<Change, { readonly kind: 'run-state' }>,
): Promise<void> {
  const { connection } = writing
  const [row] = await connection.all<MovedRow>(`${MOVED}${writing.dialect.forUpdate}`, [change.runId])
  if (row === undefined) throw unknownRun(change.runId)
  if (row.epoch !== change.epoch) throw lostRun(change.runId, change.epoch, row.epoch)
  const { state, nextEpoch = row.epoch } = change
  if (state.details.transitionId !== undefined && isRepeated(readHistory(row.history), state)) return
  const present = lastState(row.history)
  if (change.ifStateId !== undefined && present.id !== change.ifStateId) throw runMovedOn(row.id, present)
  assertTransition('flow', present, state)
  if (isTerminal(present) && row.key !== null) {
    const revived = { id: row.id, flowName: row.flow_name, key: row.key }
    if (await hasLiveKey(connection, revived)) throw keyTaken(row.flow_name, row.key)
  }

  const patch = patchColumns(change.patch)
  await connection.run(
    updateText('runs', ['state_type', 'scheduled_for', 'history = history || ?', 'epoch', ...patch.columns], 'pk = ?'),
    [state.type, scheduledForMs(state), historyLine(state), nextEpoch, ...patch.values, row.pk],
  )
  await addEvent(connection, runEvent(factsOf(row), state, present))
  if (endsLease(state)) {
    await connection.run('delete from leases where run = ?', [row.pk])
    await freeSlotsOf(connection, row.pk)
  }
  writing.knownRuns.set(change.runId, { pk: row.pk, epoch: nextEpoch })
}

function factsOf(row: MovedRow): RunFacts {
  return {
    id: row.id,
    name: row.name,
    flowName: row.flow_name,
    deploymentName: row.deployment_name,
    parentRunId: row.parent_run_id,
  }
}

export async function patchRun(
  writing: Writing,
  change: Extract<Change, { readonly kind: 'run-patched' }>,
): Promise<void> {
  const pk = await findHeldRun(writing, change.runId, change.epoch)
  const patch = patchColumns(change.patch)
  if (patch.columns.length === 0) return
  await writing.connection.run(updateText('runs', patch.columns, 'pk = ?'), [...patch.values, pk])
}

/** Gives the number of scheduled runs of a deployment that never started, and are gone now. */
export async function dropUnstartedRuns(
  connection: Connection,
  deploymentId: string,
  scheduleSlug?: string,
): Promise<number> {
  const ofSchedule = scheduleSlug === undefined ? '' : ' and schedule_slug = ?'
  return await connection.run(
    `delete from runs where deployment_id = ? and state_type = 'scheduled' and started_at is null${ofSchedule}`,
    scheduleSlug === undefined ? [deploymentId] : [deploymentId, scheduleSlug],
  )
}

export function readRun(row: RunRow): FlowRun {
  return {
    id: row.id,
    name: row.name,
    flowName: row.flow_name,
    flowVersion: row.flow_version,
    parameters: fromJson(row.parameters) as JsonObject,
    tags: fromJson(row.tags) as readonly string[],
    deploymentId: row.deployment_id,
    deploymentName: row.deployment_name,
    scheduleSlug: row.schedule_slug,
    parentRunId: row.parent_run_id,
    rootRunId: row.root_run_id,
    key: row.key,
    dueAt: fromMs(row.due_at),
    window: readWindow(row),
    createdAt: fromMs(row.created_at),
    startedAt: fromMsOrNull(row.started_at),
    endedAt: fromMsOrNull(row.ended_at),
    state: lastState(row.history),
    runCount: row.run_count,
    crashCount: row.crash_count,
    epoch: row.epoch,
    result: readResult(row),
    failure: fromJsonOrNull(row.failure) as Failure | null,
    warning: row.warning,
    fallbacks: fromJson(row.fallbacks) as readonly string[],
    logged: { warnings: row.warnings, errors: row.errors },
  }
}

function readWindow({ window_from: fromAt, window_to: toAt }: RunRow): FlowRun['window'] {
  return fromAt === null || toAt === null ? null : { fromAt: fromMs(fromAt), toAt: fromMs(toAt) }
}

/** In the order of `COLUMNS`. */
function insertValues(run: FlowRun): readonly SqlValue[] {
  return [
    run.id,
    run.name,
    run.flowName,
    run.flowVersion,
    toJson(run.parameters),
    toJson(run.tags),
    run.deploymentId,
    run.deploymentName,
    run.scheduleSlug,
    run.parentRunId,
    run.rootRunId,
    run.key,
    toMs(run.dueAt),
    toMsOrNull(run.window?.fromAt ?? null),
    toMsOrNull(run.window?.toAt ?? null),
    toMs(run.createdAt),
    toMsOrNull(run.startedAt),
    toMsOrNull(run.endedAt),
    run.state.type,
    scheduledForMs(run.state),
    historyLine(run.state),
    run.runCount,
    run.crashCount,
    run.epoch,
    ...resultValues(run.result),
    toJsonOrNull(run.failure),
    run.warning,
    toJson(run.fallbacks),
  ]
}

function patchColumns(patch: RunPatch = {}): { readonly columns: readonly string[]; readonly values: SqlValue[] } {
  const columns: string[] = []
  const values: SqlValue[] = []
  const set = (column: keyof RunRow, value: SqlValue) => {
    columns.push(column)
    values.push(value)
  }
  if (patch.startedAt !== undefined) set('started_at', toMsOrNull(patch.startedAt))
  if (patch.endedAt !== undefined) set('ended_at', toMsOrNull(patch.endedAt))
  if (patch.runCount !== undefined) set('run_count', patch.runCount)
  if (patch.crashCount !== undefined) set('crash_count', patch.crashCount)
  if (patch.failure !== undefined) set('failure', toJsonOrNull(patch.failure))
  if (patch.warning !== undefined) set('warning', patch.warning)
  if (patch.fallbacks !== undefined) set('fallbacks', toJson(patch.fallbacks))
  if (patch.dueAt !== undefined) set('due_at', toMs(patch.dueAt))
  if (patch.result !== undefined) {
    columns.push(...RESULT_COLUMNS)
    values.push(...resultValues(patch.result))
  }
  return { columns, values }
}

async function hasRunFor(connection: Connection, run: FlowRun): Promise<boolean> {
  if (run.deploymentId === null || run.scheduleSlug === null) return false
  const rows = await connection.all('select 1 from runs where deployment_id = ? and schedule_slug = ? and due_at = ?', [
    run.deploymentId,
    run.scheduleSlug,
    toMs(run.dueAt),
  ])
  return rows.length > 0
}

async function hasLiveKey(connection: Connection, run: Pick<FlowRun, 'id' | 'flowName' | 'key'>): Promise<boolean> {
  if (run.key === null) return false
  const rows = await connection.all(`select 1 from runs where flow_name = ? and key = ? and id <> ? and ${NOT_ENDED}`, [
    run.flowName,
    run.key,
    run.id,
  ])
  return rows.length > 0
}
