/** An error again from what the store kept of it. */
import { EngineError, ToolkitError } from '../base/errors.ts'
import type { Failure } from '../base/failure.ts'
import type { FlowRun } from '../model/run.ts'

/** An error that was thrown in another process, or in this one long ago. */
export class RecordedError extends ToolkitError {
  constructor(failure: Failure) {
    super(failure.code, failure.message, {
      hint: failure.hint,
      retryable: failure.retryable,
      retryAfterMs: failure.retryAfterMs,
      details: failure.details,
      cause: failure.cause === undefined ? undefined : new RecordedError(failure.cause),
    })
    this.name = failure.name
    if (failure.stack !== undefined) this.stack = failure.stack
  }
}

/** Why a run that ended otherwise than completed has no value. */
export function errorOfRun(run: FlowRun): Error {
  if (run.failure !== null) return new RecordedError(run.failure)
  const what = `run ${run.name} of ${run.flowName} is ${run.state.type}`
  const message = run.state.message === null ? what : `${what}: ${run.state.message}`
  return new EngineError(run.state.type === 'cancelled' ? 'engine/cancelled' : 'engine/task-failed', message, {
    details: { runId: run.id },
  })
}
