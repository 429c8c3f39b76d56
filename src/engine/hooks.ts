/** Plain functions that are called after a state was accepted. What they throw is logged and changes nothing. */
import { toFailure } from '../base/failure.ts'
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

export interface TaskHooks {
  readonly onRunning?: readonly TaskHook[]
  readonly onCompletion?: readonly TaskHook[]
  readonly onFailure?: readonly TaskHook[]
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
