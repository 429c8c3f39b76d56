/** Plain functions that are called after a state was accepted. What they throw is logged and changes nothing. */
import { toFailure } from '../base/failure.ts'
import type { JsonValue } from '../base/json.ts'
import type { Log } from '../base/log.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { RunContext } from './context.ts'
import type { AnyFlow } from './flow.ts'
import type { TaskRunInfo } from './runtime-info.ts'
import type { AnyTask } from './task.ts'

export type FlowHook = (flow: AnyFlow, run: FlowRun, state: State, ctx: RunContext) => unknown
export type TaskHook = (task: AnyTask, run: TaskRunInfo, state: State, ctx: RunContext) => unknown

export interface FlowHooks {
  /** At the start of every attempt. */
  readonly onRunning?: readonly FlowHook[]
  /** Only for `completed`, whatever its name. */
  readonly onCompletion?: readonly FlowHook[]
  /** Only when no retry is left. */
  readonly onFailure?: readonly FlowHook[]
  /** When the run is asked to stop: its body may still be at work. */
  readonly onCancellation?: readonly FlowHook[]
  /** When a run that lost its process is given up: called in the process that found it, if that one knows the flow. */
  readonly onCrashed?: readonly FlowHook[]
}

/** What a step of a transaction has done, for whoever confirms or undoes it. */
export interface DoneStep<Result = unknown> {
  readonly task: AnyTask
  readonly run: TaskRunInfo
  readonly result: Result
  /** What the transaction around it has set; null when there is nothing of this name. */
  readonly get: (name: string) => JsonValue | null
}

export type TransactionHook<Result = unknown> = (step: DoneStep<Result>, ctx: RunContext) => unknown

export interface TaskHooks<Result = never> {
  readonly onRunning?: readonly TaskHook[]
  readonly onCompletion?: readonly TaskHook[]
  readonly onFailure?: readonly TaskHook[]
  /** When the transaction that the step belongs to is about to be committed. What it throws rolls the transaction back. */
  readonly onCommit?: readonly TransactionHook<Result>[]
  /**
   * Undoes what the step has done, when its transaction fails. After a crash it is found by the name of the task, in the
   * process that goes on with the run: it must work with nothing but what it is given.
   */
  readonly onRollback?: readonly TransactionHook<Result>[]
}

/** Calls the hooks in list order and waits for each. */
export async function callHooks<Arguments extends readonly unknown[]>(
  hooks: readonly ((...given: Arguments) => unknown)[] | undefined,
  when: string,
  log: Log,
  ...given: Arguments
): Promise<void> {
  for (const hook of hooks ?? []) {
    try {
      await hook(...given)
    } catch (error) {
      const failure = toFailure(error)
      const name = hook.name === '' ? 'a hook' : `the hook ${hook.name}`
      log.error(
        `${name} of ${when} failed: ${failure.message}${failure.hint === undefined ? '' : ` (${failure.hint})`}`,
      )
    }
  }
}
