/**
 * Undoing the steps of a transaction: in the process that did them, or by name in one that goes on after a crash.
 *
 * Steps are undone in the reverse of the order in which they were completed, and each is recorded as RolledBack before
 * the next is undone: a process that dies meanwhile leaves the rest to the next one. A hook may so be called twice for
 * the step that was being undone when it died.
 */
import { EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import type { JsonValue } from '../base/json.ts'
import { newState } from '../model/new-state.ts'
import { isSuperseded, type TaskRun } from '../model/task-run.ts'
import type { TransactionRecord } from '../model/transaction.ts'
import type { RunContext } from './context.ts'
import type { DoneStep } from './hooks.ts'
import { loadKept } from './results.ts'
import { rollbackOf } from './rollback-hooks.ts'
import type { RunScope, Step } from './run-scope.ts'
import type { Frame, TaskRunInfo } from './runtime-info.ts'
import type { TaskCore } from './task-core.ts'
import type { StagedStep, TransactionScope } from './transaction-scope.ts'

export type MakeContext = (frame: Frame) => RunContext

/** What the steps of `transaction` did is undone; why it failed goes into the states of the steps. */
export async function rollBack(
  frame: Frame,
  transaction: TransactionScope,
  because: string,
  makeContext: MakeContext,
): Promise<void> {
  const { scope } = frame
  for (const staged of [...transaction.staged.values()].reverse()) {
    await undo(frame, { ...staged, get: (name) => staged.within.data.get(name) ?? null }, because, makeContext)
  }
  await scope.recorder.write(transaction.become('rolled-back'))
}

/**
 * After a crash: transactions that were neither committed nor let go in good order are rolled back before the body
 * begins again.
 *
 * @throws EngineError `engine/rollback-pending`, with nothing undone, when the code that would undo a step is gone
 */
export async function recoverTransactions(
  frame: Frame,
  steps: readonly TaskRun[],
  makeContext: MakeContext,
): Promise<void> {
  const { scope } = frame
  const records = [...scope.steps.transactions.values()]
  for (const { key } of records) if (isDoneAnew(key, steps)) scope.steps.transactions.delete(key)

  const open = records.filter(({ state }) => state === 'active')
  const outermost = open.filter(({ key }) => !open.some((other) => isWithin(key, other.key)))
  for (const record of outermost) {
    const committed = records.filter(({ key, state }) => state === 'committed' && isWithin(key, record.key))
    const done = steps
      .filter((step) => isWithin(step.key, record.key) && step.state.type === 'completed' && !isSuperseded(step))
      .filter((step) => !committed.some(({ key }) => isWithin(step.key, key)))
      .toSorted((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '') || b.ordinal - a.ordinal)
    const gone = done.filter((step) => mustBeUndone(step) && rollbackOf(step.taskName) === undefined)
    if (gone.length > 0) throw pending(record, gone)

    if (done.length > 0)
      scope.log(null).warn(`its process stopped within ${record.key}: ${done.length} steps are undone`)
    for (const step of done) await undo(frame, await asUndoable(scope, step, records), CRASHED, makeContext)
    await scope.recorder.write(
      records
        .filter(({ key, state }) => state !== 'committed' && (key === record.key || isWithin(key, record.key)))
        .map((each) => {
          const endedAt = scope.host.clock.now().toISOString()
          const transaction: TransactionRecord = { ...each, state: 'rolled-back', endedAt }
          scope.steps.transactions.set(each.key, transaction)
          return { kind: 'transaction', runId: scope.run.id, epoch: scope.run.epoch, transaction }
        }),
    )
  }
}

const CRASHED = 'its process stopped before the transaction was committed'

type Undoable = Pick<StagedStep, 'run' | 'key' | 'result' | 'wasRun'> & {
  readonly core: TaskCore | undefined
  readonly get: (name: string) => JsonValue | null
}

async function undo(
  frame: Frame,
  { core, run, key, result, wasRun, get }: Undoable,
  because: string,
  makeContext: MakeContext,
): Promise<void> {
  const { scope } = frame
  const source = { kind: 'task', id: run.id, name: run.name } as const
  const at = scope.host.clock.now()
  const step: Step = { taskName: run.taskName, source, key, runCount: run.runCount, state: newState('completed', at) }
  const faults: string[] = []
  if (core !== undefined && wasRun) {
    const done: DoneStep<never> = { task: core.task, run, result: result as never, get }
    const context = makeContext({ scope, step, signal: calm(scope), within: { key, seen: new Map() } })
    for (const hook of [...(core.hooks.onRollback ?? [])].reverse()) {
      try {
        await hook(done, context)
      } catch (error) {
        // the other steps are undone all the same: whoever reads the run sees what is left to do
        faults.push(toFailure(error).message)
      }
    }
  }
  await scope.at('rolled-back', step)
  const fault = faults.length === 0 ? '' : `; undoing it failed: ${faults.join(', ')}`
  if (faults.length > 0) {
    scope.log(step).error(`${run.name} could not be undone: ${faults.join(', ')}`)
    scope.warnings.push(`${run.name} could not be undone: ${faults.join(', ')}`)
  }
  const state = newState('completed', scope.host.clock.now(), { name: 'RolledBack', message: `${because}${fault}` })
  await scope.recorder.write([
    { kind: 'task-run-state', runId: scope.run.id, epoch: scope.run.epoch, taskRunId: run.id, states: [state] },
  ])
  scope.steps.forget(key)
  scope.host.onState?.(state, scope.place(step))
}

/** A run that is asked to stop still tidies up behind itself. */
function calm(scope: RunScope): AbortSignal {
  return scope.signal.aborted ? new AbortController().signal : scope.signal
}

async function asUndoable(scope: RunScope, step: TaskRun, records: readonly TransactionRecord[]): Promise<Undoable> {
  const nearest = records
    .filter(({ key }) => isWithin(step.key, key))
    .toSorted((a, b) => b.key.length - a.key.length)[0]
  const wasRun = mustBeUndone(step)
  return {
    core: wasRun ? rollbackOf(step.taskName) : undefined,
    run: infoOf(step),
    key: step.key,
    result: wasRun ? await loadKept(step.result, step.name, scope.host.results) : undefined,
    wasRun,
    get: (name) => nearest?.data[name] ?? null,
  }
}

function infoOf({ id, name, taskName, runCount }: TaskRun): TaskRunInfo {
  return { id, name, taskName, runCount }
}

function mustBeUndone({ state }: TaskRun): boolean {
  return state.details['undo'] === true
}

/** A person asked for a step of it again: it is a new transaction, whatever became of it before. */
function isDoneAnew(key: string, steps: readonly TaskRun[]): boolean {
  const newest = new Map(steps.filter((step) => isWithin(step.key, key)).map((step) => [step.key, step]))
  return [...newest.values()].some(({ state }) => state.name === 'Superseded')
}

function isWithin(key: string, transactionKey: string): boolean {
  return key.startsWith(`${transactionKey}/`)
}

function pending(record: TransactionRecord, gone: readonly TaskRun[]): EngineError {
  const names = [...new Set(gone.map(({ taskName }) => taskName))].join(', ')
  return new EngineError('engine/rollback-pending', `rollback pending: no task "${names}" is here to undo its steps`, {
    hint: 'bring the task back under its name, with its onRollback, and retry the run; or undo the steps by hand and retry it with --fresh',
    details: { transaction: record.key, steps: gone.map(({ name }) => name) },
  })
}
