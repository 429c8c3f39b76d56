/** How a step ends: recorded first, then told to hooks and to whoever waits. */
import { EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { newState } from '../model/new-state.ts'
import { isState } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import { contextOf } from './context.ts'
import type { Settled } from './future.ts'
import { callHooks } from './hooks.ts'
import { parseModel } from './parameters.ts'
import { keep, keepSmall } from './results.ts'
import { resultPatch } from './step-record.ts'
import {
  infoOf,
  messageOf,
  noteFailure,
  openTransaction,
  remember,
  stageStep,
  stoppedOutcome,
  type Tried,
  type Work,
} from './step-work.ts'
import { stopKind, stopMessage } from './stop.ts'

export async function complete(
  work: Work,
  { value, context, message }: Extract<Tried, { readonly value: unknown }>,
  attempt: number,
): Promise<Settled<unknown>> {
  const { scope, core, step, record, entry } = work
  const keeper = scope.host.results
  let result = isState(value) ? undefined : value
  let kept
  try {
    if (core.output !== null) result = await parseModel(core.output, result, core.name, 'result')
    kept = keepSmall(result, step.source.name, keeper)
    if (kept === undefined) kept = await keep(result, step.source.name, keeper)
  } catch (error) {
    return await fail(work, error, false, attempt)
  }
  const at = scope.host.clock.now()
  const group = openTransaction(work.frame)
  const details = group !== null && core.hooks.onRollback !== undefined ? { details: { undo: true } } : {}
  const state = isState(value)
    ? newState('completed', at, {
        name: value.name,
        ...(value.message === null ? {} : { message: value.message }),
        ...details,
      })
    : newState('completed', at, { ...(message === undefined ? {} : { message }), ...details })
  const cached = entry === null || kept === null ? null : () => entry.keep(kept, step.source.id)
  await record.write(
    [state],
    { ...resultPatch(kept, at), ...(cached === null || entry === null ? {} : { cacheKey: entry.key }) },
    // within a transaction the value is for others when the transaction is committed
    cached === null || group !== null ? [] : [cached()],
  )
  stageStep(work, result, cached)
  await scope.at('step-recorded', step)
  remember(work)
  if (core.hooks.onCompletion !== undefined) {
    await callHooks(core.hooks.onCompletion, step.source.name, context.log, core.task, infoOf(step), state, context)
  }
  return { state, result }
}

export async function fail(work: Work, error: unknown, timedOut: boolean, attempt: number): Promise<Settled<unknown>> {
  const { scope, core, step, record } = work
  const message = messageOf(error)
  const state = newState('failed', scope.host.clock.now(), { ...(timedOut ? { name: 'TimedOut' } : {}), message })
  await record.write([state], { failure: toFailure(error), endedAt: state.at })
  scope.log(step).error(attempt === 1 ? message : `after ${attempt} attempts: ${message}`)
  noteFailure(work, state, error)
  if (core.hooks.onFailure !== undefined) {
    const context = contextOf({ ...work.frame, step }, attempt)
    await callHooks(core.hooks.onFailure, step.source.name, context.log, core.task, infoOf(step), state, context)
  }
  return { state, error }
}

/** An input that does not fit, a key that cannot be made: the body never ran. */
export async function failEarly(work: Work, known: TaskRun | undefined, error: unknown): Promise<Settled<unknown>> {
  const { scope, step, record, core } = work
  const at = scope.host.clock.now()
  const state = newState('failed', at, { message: messageOf(error) })
  const running = known === undefined ? [] : [newState('running', at)]
  await record.write([...running, state], { failure: toFailure(error), endedAt: state.at })
  scope.log(step).error(messageOf(error))
  noteFailure(work, state, error)
  const context = contextOf({ ...work.frame, step }, 1)
  await callHooks(core.hooks.onFailure, step.source.name, context.log, core.task, infoOf(step), state, context)
  return { state, error }
}

/** The step was running each time its process died: running it again would only take down the next one. */
export async function givenUp(work: Work): Promise<Settled<unknown>> {
  const { scope, step, record } = work
  const error = new EngineError(
    'engine/task-failed',
    `${step.source.name} was running each of the ${record.crashCount} times its process died`,
    { hint: 'look at the memory it takes and at its log, then start the run afresh', details: { step: step.key } },
  )
  const at = scope.host.clock.now()
  const state = newState('failed', at, { message: error.message })
  await record.write([newState('running', at), state], { failure: toFailure(error), endedAt: state.at })
  scope.log(step).error(error.message)
  noteFailure(work, state, error)
  return { state, error }
}

/** The run was asked to stop while this step was under way. */
export async function stop(work: Work, reason: unknown): Promise<Settled<unknown>> {
  const { scope, record } = work
  const kind = stopKind(reason)
  if (kind === 'lease-lost' || scope.fatal !== null) return stoppedOutcome(scope, reason)
  const at = scope.host.clock.now()
  const message = stopMessage(reason)
  const state =
    kind === 'handed-back' || kind === 'let-go'
      ? newState('scheduled', at, { name: 'Resuming', message, details: { scheduledFor: at.toISOString() } })
      : newState('cancelled', at, { message })
  await record.write([state], state.type === 'scheduled' ? {} : { endedAt: state.at })
  return { state, error: reason }
}
