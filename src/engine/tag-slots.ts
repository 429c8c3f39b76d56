/** A task takes a slot of each of its tags that has a limit: before each attempt, and not while it waits for the next. */
import { toFailure } from '../base/failure.ts'
import { newState } from '../model/new-state.ts'
import { contextOf } from './context.ts'
import type { Settled } from './future.ts'
import { callHooks } from './hooks.ts'
import { holdTagSlots, type Release } from './limits.ts'
import { createSeat } from './runners.ts'
import { stop } from './step-end.ts'
import { infoOf, messageOf, noteFailure, stoppedOutcome, whyStopped, type Work } from './step-work.ts'
import { stopKind } from './stop.ts'

export type TagSlots = { readonly release: Release } | { readonly outcome: Settled<unknown> }

/** The slots, or how the step ended because it cannot have them. */
export async function awaitTagSlots(work: Work, attempt: number): Promise<TagSlots> {
  const { frame, core, step, record, places } = work
  try {
    const release = await holdTagSlots({ ...frame, step, seat: createSeat(places) }, core.tags, (reason) => {
      void record.waits(reason).catch(() => {}) // the next write says the same
    })
    return { release }
  } catch (error) {
    const stopped = whyStopped(frame)
    return { outcome: stopped === null ? await refuse(work, error, attempt) : await stopWaiting(work, stopped) }
  }
}

/** A limit that lets nobody in: the body never ran. */
async function refuse(work: Work, error: unknown, attempt: number): Promise<Settled<unknown>> {
  const { frame, scope, core, step, record } = work
  const at = scope.host.clock.now()
  const state = newState('failed', at, { message: messageOf(error) })
  const running = step.state.type === 'pending' ? [] : [newState('running', at)]
  await record.write([...running, state], { failure: toFailure(error), endedAt: state.at })
  scope.log(step).error(messageOf(error))
  noteFailure(work, state, error)
  const context = contextOf({ ...frame, step }, attempt)
  await callHooks(core.hooks.onFailure, step.source.name, context.log, core.task, infoOf(step), state, context)
  return { state, error }
}

/** A step that never began leaves no trace but that it waited, and a resumed run finds it as if it had not. */
async function stopWaiting(work: Work, reason: unknown): Promise<Settled<unknown>> {
  const isAgain = work.step.runCount > 0
  return isAgain || stopKind(reason) === 'cancelled' ? await stop(work, reason) : stoppedOutcome(work.scope, reason)
}
