/**
 * Tasks that must not be repeated blindly: `sideEffect: 'once'`.
 *
 * Nobody can run a body exactly once: a process may die between an effect and its record. What can be done is to look
 * before the body runs again, or to leave it to a person.
 */
import { EngineError } from '../base/errors.ts'
import { newState } from '../model/new-state.ts'
import type { TaskRun } from '../model/task-run.ts'
import { contextOf } from './context.ts'
import type { Settled } from './future.ts'
import { withinFrame, type Frame } from './runtime-info.ts'
import { complete, fail, stop } from './step-end.ts'
import { messageOf, whyStopped, type Tried, type Work } from './step-work.ts'
import { withRetries } from './with-retries.ts'

/** What reading back has found out. */
export type Confirmed<Output> = { readonly done: true; readonly result: Output } | { readonly done: false }

/**
 * Whether a step was begun and it is not known what became of it. A step with a `confirm` is looked after whenever it is
 * begun again; one without is only in doubt when it was cut off, because what it failed of was said.
 */
export function isInDoubt(found: TaskRun | undefined, hasConfirm: boolean): boolean {
  if (found === undefined || found.runCount === 0) return false
  const { type, name } = found.state
  if (hasConfirm) return type !== 'completed'
  return (
    type === 'running' || type === 'crashed' || type === 'cancelled' || (type === 'scheduled' && name === 'Resuming')
  )
}

/** The end of a step that turns out to be done, or that a person has to decide about; null: it is not done, begin it. */
export async function lookWhetherDone(work: Work): Promise<Settled<unknown> | null> {
  const { frame, scope, core, step, record } = work
  const attempt = Math.max(1, step.runCount)
  await record.write([newState('running', scope.host.clock.now(), { name: 'Confirming' })])
  const confirm = core.once?.confirm ?? null
  if (confirm === null) return await fail(work, undecided(work), false, attempt)

  const looked = await askConfirm(work, confirm, attempt)
  const stopped = whyStopped(frame)
  if (stopped !== null) return await stop(work, stopped)
  if ('error' in looked) return await fail(work, notFoundOut(work, looked.error), false, attempt)
  const confirmed = looked.value as Confirmed<unknown>
  if (!confirmed.done) {
    scope.log(step).info('it was begun before and is not done: it is done now')
    return null
  }
  scope.log(step).info('it was begun before and is done: it is not repeated')
  return await complete(work, { value: confirmed.result, context: looked.context, message: 'found done' }, attempt)
}

/** With the patience of the task itself: what it reads back from may be away for a moment. */
async function askConfirm(
  { frame, scope, core, step, input }: Work,
  confirm: (input: never, ctx: never) => unknown,
  attempt: number,
): Promise<Tried> {
  const own: Frame = { ...frame, step, within: { key: `${step.key}/confirm`, seen: new Map() } }
  const context = contextOf(own, attempt)
  const policy = core.retry ?? scope.host.defaultRetry ?? null
  try {
    const ask = () => withRetries(context, policy, 'confirm', () => confirm(input as never, context as never))
    return { value: await withinFrame(own, ask), context }
  } catch (error) {
    return { error, timedOut: false }
  }
}

function undecided({ scope, step }: Work): EngineError {
  const { name } = scope.run
  return new EngineError('engine/unsure', `${step.source.name} was cut off, and nobody knows whether it was done`, {
    hint: `look at the other side; if it was done: d2flow flow-run retry ${name} --done ${step.source.name}, if not: d2flow flow-run retry ${name}`,
    retryable: false,
    details: { step: step.source.name },
  })
}

function notFoundOut({ step }: Work, cause: unknown): EngineError {
  return new EngineError(
    'engine/unsure',
    `whether ${step.source.name} was done could not be seen: ${messageOf(cause)}`,
    { hint: 'retry the run when the other side is back: it looks again', retryable: false, cause },
  )
}
