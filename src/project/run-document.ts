/** Runs, steps and failures as programs read them. */
import type { Failure } from '../base/failure.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'

/** The run with its state's type as `state`, its name and message beside it. */
export function runForPrograms({ state, failure, result: _result, epoch: _epoch, ...run }: FlowRun) {
  return { ...run, ...stateForPrograms(state), failure: failure === null ? null : failureForPrograms(failure) }
}

export function stepForPrograms({ state, failure, result: _result, epoch: _epoch, ...step }: TaskRun) {
  return { ...step, ...stateForPrograms(state), failure: failure === null ? null : failureForPrograms(failure) }
}

/** Without stacks, those of its causes included: they stand in the log of the run, and name files of this machine. */
export function failureForPrograms({ stack: _stack, cause, ...failure }: Failure): Failure {
  return { ...failure, ...(cause === undefined ? {} : { cause: failureForPrograms(cause) }) }
}

function stateForPrograms({ type, name, message }: State) {
  return { state: type, stateName: name, message }
}
