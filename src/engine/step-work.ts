/** A call of a task on its way: what it was given, what it has become, and whether it may go on. */
import { EngineError } from '../base/errors.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import type { Change } from '../store/store.ts'
import type { CacheEntry } from './cache.ts'
import type { TaskContext } from './context.ts'
import type { Future, FutureSource, Settled } from './future.ts'
import type { RunScope, Step } from './run-scope.ts'
import type { Places } from './runners.ts'
import type { Frame, TaskRunInfo } from './runtime-info.ts'
import type { StepRecord } from './step-record.ts'
import { stopMessage } from './stop.ts'
import type { TaskCore } from './task-core.ts'
import type { CallOptions } from './task.ts'
import type { TransactionScope } from './transaction-scope.ts'

/** What `map` adds to the options of each of its calls. */
export interface SubmitOptions extends CallOptions {
  readonly places?: Places
}

export interface Call {
  readonly frame: Frame
  readonly scope: RunScope
  readonly core: TaskCore
  readonly options: SubmitOptions
  readonly source: FutureSource
  readonly future: Future<unknown>
  readonly places: readonly Places[]
}

/** A call that has become a step: it is known by its key and has a row. */
export interface Work extends Call {
  readonly input: unknown
  readonly step: Step
  readonly record: StepRecord
  readonly entry: CacheEntry | null
}

/** How one attempt went. */
export type Tried =
  | { readonly value: unknown; readonly context: TaskContext; readonly message?: string }
  | { readonly error: unknown; readonly timedOut: boolean }

export function stoppedOutcome(scope: RunScope, reason: unknown): Settled<unknown> {
  const state = newState('cancelled', scope.host.clock.now(), { message: stopMessage(reason) })
  return { state, error: reason }
}

/** Why nothing new may begin; null when all is well. */
export function whyStopped({ scope, signal }: Frame): unknown {
  if (scope.fatal !== null) return scope.fatal.error
  if (signal.aborted) return signal.reason as unknown
  if (!scope.ended) return null
  return new EngineError('engine/transition', `run ${scope.run.name} of ${scope.run.flowName} has ended`, {
    hint: 'await everything a flow starts before it returns',
  })
}

export function noteFailure(work: Call & { readonly step: Step }, state: State, error: unknown): void {
  const { scope, frame, step, future } = work
  scope.failed.push({
    future,
    nested: frame.step !== null,
    message: `${step.source.name} (${state.message ?? state.name})`,
  })
  if (typeof error === 'object' && error !== null && !scope.origins.has(error)) {
    scope.origins.set(error, step.source.name)
  }
}

/** Within this process a second attempt can only find what is remembered here: of steps in steps, and without a store. */
export function remember({ scope, frame, record }: Work): void {
  if (frame.step !== null || (scope.host.store === null && scope.flow.retry !== null))
    scope.steps.remember(record.row())
}

/** The transaction that the step belongs to, as long as it can still be undone. */
export function openTransaction({ transaction }: Frame): TransactionScope | null {
  return transaction?.isOpen() === true ? transaction : null
}

/** A step that is done counts when its transaction does. `cached` is the value for others; null when there is none. */
export function stageStep(
  { frame, core, step }: Call & { readonly step: Step },
  result: unknown,
  cached: (() => Change) | null,
  wasRun: boolean = true,
): void {
  const group = openTransaction(frame)
  if (group === null) return
  const run = infoOf(step)
  group.staged.set(run.id, { core, run, key: step.key, result, wasRun, cached, within: group })
}

export function infoOf(step: Step): TaskRunInfo {
  return { id: step.source.id, name: step.source.name, taskName: step.taskName, runCount: step.runCount }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
