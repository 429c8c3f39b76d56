/** Runs and steps as programs read them. */
import type { FlowRun } from '../model/run.ts'
import type { TaskRun } from '../model/task-run.ts'

/** The run with its state's type as `state`, its name and message beside it. */
export function runForPrograms({ state, result: _result, epoch: _epoch, ...run }: FlowRun) {
  return { ...run, state: state.type, stateName: state.name, message: state.message }
}

export function stepForPrograms({ state, result: _result, epoch: _epoch, ...step }: TaskRun) {
  return { ...step, state: state.type, stateName: state.name, message: state.message }
}
