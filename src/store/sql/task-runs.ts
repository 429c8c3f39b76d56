/** Steps: one row each, with their history. The row a task writes twice, so it is kept small. */
import type { Failure } from '../../base/failure.ts'
import type { TaskRun } from '../../model/task-run.ts'
import { assertTransition, type State } from '../../model/state.ts'
import { unknownTaskRun } from '../refusals.ts'
import { isRepeated } from '../state-rules.ts'
import type { Change, NewTaskRun, TaskRunOutline, TaskRunPatch, TaskRunStore } from '../store.ts'
import type { Database, SqlValue } from './database.ts'
import { historyLine, lastState, readHistory } from './history.ts'
import { fromJsonOrNull, toJsonOrNull } from './json-text.ts'
import { fromMs, fromMsOrNull, toMs, toMsOrNull } from './moment.ts'
import { pack, packOrNull, unpack, unpackOrNull } from './packed.ts'
import { readResult, RESULT_COLUMNS, resultValues } from './result-columns.ts'
import { insertText, updateText } from './statement-text.ts'
import type { TaskRunRow } from './tables.ts'
import { findHeldRun, type Writing } from './writing.ts'

const COLUMNS = [
  'id',
  'run',
  'task_name',
  'name',
  'key',
  'ordinal',
  'input_hash',
  'version',
  'cache_key',
  'created_at',
  'started_at',
  'ended_at',
  'history',
  'run_count',
  'crash_count',
  'epoch',
  ...RESULT_COLUMNS,
  'failure',
] as const satisfies readonly (keyof TaskRunRow)[]

const INSERT = insertText('task_runs', COLUMNS)
const LIST =
  'select task_runs.* from task_runs join runs on runs.pk = run where runs.id = ? order by ordinal, task_runs.pk'
const OUTLINE = `select id, task_name, name, created_at, started_at, ended_at, history, run_count from task_runs
  where run = (select pk from runs where id = ?) order by ordinal, pk`

export function sqlTaskRuns(database: Database): TaskRunStore {
  return {
    async list(runId) {
      const rows = await database.all<TaskRunRow>(LIST, [runId])
      return rows.map((row) => readTaskRun(row, runId))
    },
    async outline(runId) {
      const rows = await database.all<OutlineRow>(OUTLINE, [runId])
      return rows.map(readOutline)
    },
    async history(taskRunId) {
      const [row] = await database.all<Pick<TaskRunRow, 'history'>>('select history from task_runs where id = ?', [
        pack(taskRunId),
      ])
      return row === undefined ? [] : readHistory(row.history)
    },
    async histories(runId) {
      const rows = await database.all<Pick<TaskRunRow, 'id' | 'history'>>(
        'select task_runs.id, task_runs.history from task_runs join runs on runs.pk = run where runs.id = ?',
        [runId],
      )
      return new Map(rows.map((row) => [unpack(row.id), readHistory(row.history)]))
    },
  }
}

export async function createTaskRuns(
  writing: Writing,
  change: Extract<Change, { readonly kind: 'task-runs-created' }>,
): Promise<void> {
  const run = await findHeldRun(writing, change.runId, change.epoch)
  for (const { taskRun, states } of change.taskRuns) {
    assertChain('new', states)
    await writing.connection.run(INSERT, insertValues(run, { taskRun, states }))
  }
}

export async function moveTaskRun(
  writing: Writing,
  change: Extract<Change, { readonly kind: 'task-run-state' }>,
): Promise<void> {
  const run = await findHeldRun(writing, change.runId, change.epoch)
  const [row] = await writing.connection.all<Pick<TaskRunRow, 'pk' | 'history'>>(
    'select pk, history from task_runs where id = ? and run = ?',
    [pack(change.taskRunId), run],
  )
  if (row === undefined) throw unknownTaskRun(change.taskRunId, change.runId)
  const states = newStates(row.history, change.states)
  const wasMadeBefore = states.length === 0 && change.states.length > 0
  if (wasMadeBefore) return
  assertChain(lastState(row.history), states)

  const patch = patchColumns(change.patch)
  await writing.connection.run(updateText('task_runs', ['history = history || ?', ...patch.columns], 'pk = ?'), [
    states.map(historyLine).join(''),
    ...patch.values,
    row.pk,
  ])
}

/** Without the transitions that were made before. */
function newStates(history: string, states: readonly State[]): readonly State[] {
  if (states.every((state) => state.details.transitionId === undefined)) return states
  const earlier = readHistory(history)
  return states.filter((state) => !isRepeated(earlier, state))
}

function assertChain(from: State | 'new', states: readonly State[]): void {
  let before = from
  for (const state of states) {
    assertTransition('task', before, state)
    before = state
  }
}

/** In the order of `COLUMNS`. */
function insertValues(run: number, { taskRun, states }: NewTaskRun): readonly SqlValue[] {
  return [
    pack(taskRun.id),
    run,
    taskRun.taskName,
    taskRun.name,
    taskRun.key,
    taskRun.ordinal,
    packOrNull(taskRun.inputHash),
    taskRun.version,
    taskRun.cacheKey,
    toMs(taskRun.createdAt),
    toMsOrNull(taskRun.startedAt),
    toMsOrNull(taskRun.endedAt),
    states.map(historyLine).join(''),
    taskRun.runCount,
    taskRun.crashCount,
    taskRun.epoch,
    ...resultValues(taskRun.result),
    toJsonOrNull(taskRun.failure),
  ]
}

function patchColumns(patch: TaskRunPatch = {}): { readonly columns: readonly string[]; readonly values: SqlValue[] } {
  const columns: string[] = []
  const values: SqlValue[] = []
  const set = (column: keyof TaskRunRow, value: SqlValue) => {
    columns.push(column)
    values.push(value)
  }
  if (patch.startedAt !== undefined) set('started_at', toMsOrNull(patch.startedAt))
  if (patch.endedAt !== undefined) set('ended_at', toMsOrNull(patch.endedAt))
  if (patch.runCount !== undefined) set('run_count', patch.runCount)
  if (patch.crashCount !== undefined) set('crash_count', patch.crashCount)
  if (patch.failure !== undefined) set('failure', toJsonOrNull(patch.failure))
  if (patch.inputHash !== undefined) set('input_hash', packOrNull(patch.inputHash))
  if (patch.version !== undefined) set('version', patch.version)
  if (patch.cacheKey !== undefined) set('cache_key', patch.cacheKey)
  if (patch.result !== undefined) {
    columns.push(...RESULT_COLUMNS)
    values.push(...resultValues(patch.result))
  }
  return { columns, values }
}

type OutlineRow = Pick<
  TaskRunRow,
  'id' | 'task_name' | 'name' | 'created_at' | 'started_at' | 'ended_at' | 'history' | 'run_count'
>

function readOutline(row: OutlineRow): TaskRunOutline {
  return {
    id: unpack(row.id),
    taskName: row.task_name,
    name: row.name,
    createdAt: fromMs(row.created_at),
    startedAt: fromMsOrNull(row.started_at),
    endedAt: fromMsOrNull(row.ended_at),
    state: lastState(row.history),
    runCount: row.run_count,
  }
}

function readTaskRun(row: TaskRunRow, runId: string): TaskRun {
  return {
    id: unpack(row.id),
    runId,
    taskName: row.task_name,
    name: row.name,
    key: row.key,
    ordinal: row.ordinal,
    inputHash: unpackOrNull(row.input_hash),
    version: row.version,
    cacheKey: row.cache_key,
    createdAt: fromMs(row.created_at),
    startedAt: fromMsOrNull(row.started_at),
    endedAt: fromMsOrNull(row.ended_at),
    state: lastState(row.history),
    runCount: row.run_count,
    crashCount: row.crash_count,
    epoch: row.epoch,
    result: readResult(row),
    failure: fromJsonOrNull(row.failure) as Failure | null,
  }
}
