/**
 * One call of a task, from the call to the outcome: wait for what it needs, look whether it is done already, run it with
 * its retries, and record each step of the way before anybody hears of it.
 *
 * A step costs two writes: that it runs, and how it ended. Writes of steps that happen together share one.
 */
import { EngineError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { newState } from '../model/new-state.ts'
import { isState, type State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import { isPromiseLike, untilAbandoned } from './body.ts'
import { lookUp, type CacheEntry } from './cache.ts'
import { contextOf } from './context.ts'
import type { CpuThread } from './cpu-threads.ts'
import { fed, futuresIn } from './feed.ts'
import { fingerprint } from './fingerprint.ts'
import { Future, type FutureSource, type Settled } from './future.ts'
import { callHooks } from './hooks.ts'
import { parseModel } from './parameters.ts'
import { isInDoubt, lookWhetherDone } from './once.ts'
import { planRetry, type NextAttempt } from './retry-plan.ts'
import type { RunScope, Step } from './run-scope.ts'
import { createSeat, enterAll, type Places } from './runners.ts'
import { withinFrame, type Frame } from './runtime-info.ts'
import { complete, fail, failEarly, givenUp, stop } from './step-end.ts'
import { canGoOn, createStepRecord } from './step-record.ts'
import {
  infoOf,
  messageOf,
  stoppedOutcome,
  whyStopped,
  type Call,
  type SubmitOptions,
  type Tried,
  type Work,
} from './step-work.ts'
import { notReady, reuse, useCached } from './step-without-body.ts'
import { keyUsedTwice, stepKey } from './steps.ts'
import { awaitTagSlots } from './tag-slots.ts'
import { cannotRecord, stopKind } from './stop.ts'
import type { TaskCore } from './task-core.ts'
import { startTimeLimit } from './time-limit.ts'

/** A step that took its process down this often is not tried again. One that called others leaves it to these. */
const CRASHES_AT_MOST = 3

export function submitTask(frame: Frame, core: TaskCore, input: unknown, options: SubmitOptions): Future<unknown> {
  const { scope } = frame
  const source: FutureSource = { kind: 'task', id: newId(scope.host.clock.now().getTime()), name: core.name }
  const { future, finish } = Future.pending<unknown>(source)
  const call: Call = { frame, scope, core, options, source, future, places: placesOf(frame, options) }
  scope.underWay.add(future)
  frame.transaction?.begin(future)
  const begin = (work: () => Promise<Settled<unknown>>) => {
    work()
      .catch((error: unknown): Settled<unknown> => {
        // the run cannot be recorded any more: it stops here, and whoever takes it over goes on from its last record
        scope.fatal ??= { error }
        scope.abort(stopKind(error) === 'lease-lost' ? error : cannotRecord(error))
        return stoppedOutcome(scope, error)
      })
      .then((outcome) => {
        scope.underWay.delete(future)
        finish(outcome)
        frame.transaction?.ended(future, 'error' in outcome ? { error: outcome.error } : null)
      })
      .catch(() => {}) // finish does not throw
  }
  const waitFor = options.waitFor ?? []
  const futures = futuresIn(input, waitFor)
  if (futures !== null) begin(() => afterEarlier(call, input, futures))
  // a call that waits for its turn is no more than its input: a map of 10,000 items begins a few at a time
  else takePlaces(call, () => begin(() => inPlace(call, input)))
  return future
}

function takePlaces({ scope, source, places }: Call, taken: () => void): void {
  let isWaiting = true
  enterAll(places, () => {
    isWaiting = false
    scope.standstill.entered(source, places.length > 0)
    taken()
  })
  if (isWaiting) scope.standstill.queued(source)
}

function leavePlaces({ scope, source, places }: Call): void {
  for (const place of places) place.giveBack()
  scope.standstill.left(source)
}

/** A task within a task runs on the place of the outer one: waiting for another it could wait for ever. */
function placesOf({ scope, step }: Frame, { places }: SubmitOptions): readonly Places[] {
  return [places, step === null ? scope.places : undefined].filter((each) => each !== undefined)
}

async function afterEarlier(
  call: Call,
  given: unknown,
  futures: readonly Future<unknown>[],
): Promise<Settled<unknown>> {
  call.source.stage = { kind: 'waits-for-earlier', earlier: futures }
  const earlier = await fed(given, call.options.waitFor ?? [], futures)
  if (!earlier.ready) return await notReady(call, earlier.because, earlier.error)
  await new Promise<void>((resolve) => takePlaces(call, resolve))
  return await inPlace(call, earlier.input)
}

async function inPlace(call: Call, input: unknown): Promise<Settled<unknown>> {
  try {
    return await perform(call, input)
  } finally {
    leavePlaces(call)
  }
}

async function perform(call: Call, given: unknown): Promise<Settled<unknown>> {
  const { frame, scope, core, options } = call
  let input = given
  const stopped = whyStopped(frame)
  if (stopped !== null) return stoppedOutcome(scope, stopped)

  const inputHash = fingerprint(input)
  const mark = options.key === undefined ? { inputHash } : { explicit: options.key }
  const { key, isRepeated } = stepKey(core.name, frame.within, mark)
  const found = scope.steps.find(key)
  if (found?.state.type === 'completed' && (found.inputHash === inputHash || core.onChange === 'refuse')) {
    return await reuse(call, found, inputHash)
  }
  const known = found !== undefined && canGoOn(found) ? found : undefined
  const step = beginStep(call, key, known)
  const record = createStepRecord(scope, step, known, { inputHash, version: core.version })
  if (known?.state.type === 'running' && record.crashCount >= CRASHES_AT_MOST && !scope.steps.isAroundOthers(key)) {
    return await givenUp({ ...call, input, step, record, entry: null })
  }

  let entry: CacheEntry | null = null
  try {
    if (isRepeated) throw keyUsedTwice(core.name, options.key ?? '')
    if (core.input !== null) input = await parseModel(core.input, input, core.name, 'input')
    if (core.cache !== null) entry = await lookUp(scope, core, input, contextOf({ ...frame, step }, 1))
  } catch (error) {
    const asked = whyStopped(frame)
    if (asked !== null) return stoppedOutcome(scope, asked)
    return await failEarly({ ...call, input, step, record, entry }, known, error)
  }
  try {
    const work: Work = { ...call, input, step, record, entry }
    if (entry?.record !== undefined && entry.record !== null) return await useCached(work, known, entry)
    await untilDue(scope, frame, known)
    if (core.once !== null && isInDoubt(found, core.once.confirm !== null)) {
      const ended = await lookWhetherDone(work)
      if (ended !== null) return ended
    }
    return await attempts(work)
  } finally {
    await entry?.release()
  }
}

function beginStep({ scope, core, source }: Call, key: string, row: TaskRun | undefined): Step {
  source.id = row?.id ?? source.id
  source.name = row?.name ?? scope.steps.nextName(core.name)
  return {
    taskName: core.name,
    source,
    key,
    runCount: row?.runCount ?? 0,
    state: row?.state ?? newState('pending', scope.host.clock.now()),
  }
}

/** A step that was waiting for its retry when its process died waits for the rest of that time. */
async function untilDue(scope: RunScope, frame: Frame, known: TaskRun | undefined): Promise<void> {
  const dueAt = known?.state.type === 'scheduled' ? known.state.details.scheduledFor : undefined
  if (dueAt === undefined) return
  const waitMs = Date.parse(dueAt) - scope.host.clock.now().getTime()
  // a stop is noticed by the first attempt
  if (waitMs > 0) await scope.host.clock.sleep(waitMs, frame.signal).catch(() => {})
}

async function attempts(work: Work): Promise<Settled<unknown>> {
  const { frame, scope, core, step, record } = work
  const { clock } = scope.host
  for (let attempt = 1; ; attempt += 1) {
    const slots = core.tags.length === 0 ? null : await awaitTagSlots(work, attempt)
    if (slots !== null && 'outcome' in slots) return slots.outcome
    step.runCount += 1
    const again = attempt > 1 || step.state.name === 'AwaitingRetry' ? 'Retrying' : 'Rerunning'
    const running = newState('running', clock.now(), step.runCount === 1 ? {} : { name: again })
    await record.write([running], {
      runCount: step.runCount,
      ...(step.runCount === 1 ? { startedAt: running.at } : {}),
    })
    let tried: Tried
    try {
      tried = await tryOnce(work, attempt, running)
    } finally {
      await slots?.release()
    }
    if ('value' in tried) return await complete(work, tried, attempt)
    const { error } = tried
    const stopped = whyStopped(frame)
    if (stopped !== null) return await stop(work, stopped)
    const next = planRetry(
      core.retry ?? scope.host.defaultRetry ?? null,
      error,
      { attempt, task: core.name, run: scope.run },
      scope.host.random,
    )
    if (next === null) return await fail(work, error, tried.timedOut, attempt)
    const message = `attempt ${attempt} failed: ${messageOf(error)}`
    scope.log(step).warn(`${message}; ${next.reason}`)
    if (next.delayMs > 0) {
      await awaitRetry(work, next, message)
      const reason = whyStopped(frame)
      if (reason !== null) return await stop(work, reason)
    }
    const ended = core.once === null ? null : await lookWhetherDone(work)
    if (ended !== null) return ended
  }
}

async function tryOnce(work: Work, attempt: number, running: State): Promise<Tried> {
  const { frame, scope, core, step, input } = work
  let thread: CpuThread | null = null
  try {
    // the time of an attempt begins when there is a thread for it
    if (core.cpu !== null) thread = await freeThread(frame.signal)
  } catch (error) {
    return { error, timedOut: false }
  }
  const limit = core.timeoutMs === null ? null : startTimeLimit(core.timeoutMs, step.source.name, frame.signal)
  const own: Frame = {
    scope,
    step,
    signal: limit?.signal ?? frame.signal,
    within: { key: step.key, seen: new Map() },
    held:
      core.tags.length === 0 ? frame.held : [...(frame.held ?? []), ...core.tags.map((name) => ({ name, slots: 1 }))],
    transaction: frame.transaction,
    seat: createSeat(work.places),
  }
  const context = contextOf(own, attempt)
  if (core.hooks.onRunning !== undefined) {
    await callHooks(core.hooks.onRunning, step.source.name, context.log, core.task, infoOf(step), running, context)
  }
  await scope.at('before-body', step)
  try {
    const body =
      thread === null
        ? withinFrame(own, () => core.run(input as never, context))
        : thread.run(core, input, context, { logPrints: scope.logPrints })
    const waited = isPromiseLike(body) ? untilAbandoned(scope, limit?.bound(body) ?? body) : body
    const value = isPromiseLike(waited) ? await waited : waited
    await scope.at('after-body', step)
    if (isState(value) && value.type !== 'completed') throw returnedState(value)
    return { value, context }
  } catch (error) {
    return { error, timedOut: limit !== null && error === limit.expired }
  } finally {
    limit?.stop()
    await own.seat?.close()
    thread?.giveBack()
  }
}

/** Threads are loaded with the first task that computes. */
async function freeThread(signal: AbortSignal): Promise<CpuThread> {
  const { takeThread } = await import('./cpu-threads.ts')
  return await takeThread(signal)
}

async function awaitRetry(work: Work, { delayMs, reason }: NextAttempt, message: string): Promise<void> {
  const { frame, scope, record } = work
  const { clock } = scope.host
  const at = clock.now()
  const dueAt = new Date(at.getTime() + delayMs).toISOString()
  const waiting = newState('scheduled', at, {
    name: 'AwaitingRetry',
    message,
    details: { scheduledFor: dueAt, retriable: true, reason },
  })
  await record.write([waiting])
  // others may work meanwhile
  leavePlaces(work)
  await clock.sleep(delayMs, frame.signal).catch(() => {}) // a stop is noticed by the caller
  await new Promise<void>((resolve) => takePlaces(work, resolve))
}

function returnedState(state: State): EngineError {
  return new EngineError('engine/task-failed', state.message ?? `it returned a state of type ${state.type}`, {
    retryable: true,
  })
}
