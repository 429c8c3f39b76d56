/**
 * One call of a task, from the call to the outcome: wait for what it needs, look whether it is done already, run it with
 * its retries, and record each step of the way before anybody hears of it.
 *
 * A step costs two writes: that it runs, and how it ended. Writes of steps that happen together share one.
 */
import { EngineError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { newId } from '../base/ids.ts'
import { newState } from '../model/new-state.ts'
import { isState, type State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import { isPromiseLike, untilAbandoned } from './body.ts'
import { lookUp, type CacheEntry } from './cache.ts'
import { contextOf, type TaskContext } from './context.ts'
import { fed, futuresIn } from './feed.ts'
import { fingerprint } from './fingerprint.ts'
import { Future, type FutureSource, type Settled } from './future.ts'
import { callHooks } from './hooks.ts'
import { parseModel } from './parameters.ts'
import { keep, keepSmall, loadKept } from './results.ts'
import { planRetry } from './retry-plan.ts'
import type { RunScope, Step } from './run-scope.ts'
import type { Places } from './runners.ts'
import { withinFrame, type Frame, type TaskRunInfo } from './runtime-info.ts'
import { canGoOn, createStepRecord, resultPatch, type StepRecord } from './step-record.ts'
import { stepKey } from './steps.ts'
import { stopKind, stopMessage } from './stop.ts'
import type { TaskCore } from './task-core.ts'
import type { CallOptions } from './task.ts'
import { startTimeLimit } from './time-limit.ts'

/** What `map` adds to the options of each of its calls. */
export interface SubmitOptions extends CallOptions {
  readonly places?: Places
}

interface Call {
  readonly frame: Frame
  readonly scope: RunScope
  readonly core: TaskCore
  readonly options: SubmitOptions
  readonly source: FutureSource
  readonly future: Future<unknown>
  readonly places: readonly Places[]
}

/** A call that has become a step: it is known by its key and has a row. */
interface Work extends Call {
  readonly input: unknown
  readonly step: Step
  readonly record: StepRecord
  readonly entry: CacheEntry | null
}

/** A step that took its process down this often is not tried again. */
const CRASHES_AT_MOST = 3

export function submitTask(frame: Frame, core: TaskCore, input: unknown, options: SubmitOptions): Future<unknown> {
  const { scope } = frame
  const source: FutureSource = { kind: 'task', id: newId(scope.host.clock.now().getTime()), name: core.name }
  const { future, finish } = Future.pending<unknown>(source)
  const call: Call = { frame, scope, core, options, source, future, places: placesOf(frame, options) }
  scope.underWay.add(future)
  const begin = (work: () => Promise<Settled<unknown>>) => {
    work()
      .catch((error: unknown): Settled<unknown> => {
        // the run cannot be recorded any more: it stops here, and whoever takes it over goes on from its last record
        scope.fatal ??= { error }
        scope.abort(error)
        return stoppedOutcome(scope, error)
      })
      .then((outcome) => {
        scope.underWay.delete(future)
        finish(outcome)
      })
      .catch(() => {}) // finish does not throw
  }
  const waitFor = options.waitFor ?? []
  const futures = futuresIn(input, waitFor)
  if (futures !== null) begin(() => afterEarlier(call, input, futures))
  // a call that waits for its turn is no more than its input: a map of 10,000 items begins a few at a time
  else enter(call.places, () => begin(() => inPlace(call, input)))
  return future
}

/** A task within a task runs on the place of the outer one: waiting for another it could wait for ever. */
function placesOf({ scope, step }: Frame, { places }: SubmitOptions): readonly Places[] {
  if (places !== undefined) scope.waitingRooms.add(places)
  return [places, step === null ? scope.places : undefined].filter((each) => each !== undefined)
}

function enter([first, ...others]: readonly Places[], entered: () => void): void {
  if (first === undefined) entered()
  else first.take(() => enter(others, entered))
}

async function afterEarlier(
  call: Call,
  given: unknown,
  futures: readonly Future<unknown>[],
): Promise<Settled<unknown>> {
  const earlier = await fed(given, call.options.waitFor ?? [], futures)
  if (!earlier.ready) return await notReady(call, earlier.because, earlier.error)
  await new Promise<void>((resolve) => enter(call.places, resolve))
  return await inPlace(call, earlier.input)
}

async function inPlace(call: Call, input: unknown): Promise<Settled<unknown>> {
  try {
    return await perform(call, input)
  } finally {
    for (const place of call.places) place.giveBack()
  }
}

async function perform(call: Call, given: unknown): Promise<Settled<unknown>> {
  const { frame, scope, core, options, source } = call
  let input = given
  const stopped = whyStopped(frame)
  if (stopped !== null) return stoppedOutcome(scope, stopped)

  const inputHash = fingerprint(input)
  const key = stepKey(core.name, frame.within, options.key === undefined ? { inputHash } : { explicit: options.key })
  const found = scope.steps.find(key)
  if (found?.state.type === 'completed' && (found.inputHash === inputHash || core.onChange === 'refuse')) {
    return await reuse(call, found, inputHash)
  }
  const known = found !== undefined && canGoOn(found) ? found : undefined
  const step = beginStep(call, key, known)
  const record = createStepRecord(scope, step, known, { inputHash, version: core.version })
  if (record.crashCount >= CRASHES_AT_MOST && known?.state.type === 'running') {
    return await givenUp({ ...call, input, step, record, entry: null })
  }

  let entry: CacheEntry | null = null
  try {
    if (core.input !== null) input = await parseModel(core.input, input, core.name, 'input')
    if (core.cache !== null) entry = await lookUp(scope, core, input, contextOf({ ...frame, step }, 1))
  } catch (error) {
    return await failEarly({ ...call, input, step, record, entry }, known, error)
  }
  try {
    const work: Work = { ...call, input, step, record, entry }
    if (entry?.record !== undefined && entry.record !== null) return await useCached(work, known, entry)
    await untilDue(scope, frame, known)
    return await attempts(work)
  } finally {
    entry?.release()
  }

  function beginStep({ core: { name } }: Call, stepKeyText: string, row: TaskRun | undefined): Step {
    source.id = row?.id ?? source.id
    source.name = row?.name ?? scope.steps.nextName(name)
    return {
      taskName: name,
      source,
      key: stepKeyText,
      runCount: row?.runCount ?? 0,
      state: row?.state ?? newState('pending', scope.host.clock.now()),
    }
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
    step.runCount += 1
    const again = attempt > 1 || step.state.name === 'AwaitingRetry' ? 'Retrying' : 'Rerunning'
    const running = newState('running', clock.now(), step.runCount === 1 ? {} : { name: again })
    await record.write([running], {
      runCount: step.runCount,
      ...(step.runCount === 1 ? { startedAt: running.at } : {}),
    })
    const tried = await tryOnce(work, attempt, running)
    if ('value' in tried) return await complete(work, tried, attempt)
    const { error } = tried
    const stopped = whyStopped(frame)
    if (stopped !== null) return await stop(work, stopped)
    const delayMs = planRetry(
      core.retry ?? scope.host.defaultRetry ?? null,
      error,
      { attempt, task: core.name, run: scope.run },
      scope.host.random,
    )
    if (delayMs === null) return await fail(work, error, tried.timedOut, attempt)
    scope.log(step).warn(`attempt ${attempt} failed: ${messageOf(error)}`)
    if (delayMs > 0) {
      await awaitRetry(work, delayMs, error, attempt)
      const reason = whyStopped(frame)
      if (reason !== null) return await stop(work, reason)
    }
  }
}

type Tried =
  | { readonly value: unknown; readonly context: TaskContext }
  | { readonly error: unknown; readonly timedOut: boolean }

async function tryOnce(work: Work, attempt: number, running: State): Promise<Tried> {
  const { frame, scope, core, step, input } = work
  const limit = core.timeoutMs === null ? null : startTimeLimit(core.timeoutMs, step.source.name, frame.signal)
  const own: Frame = {
    scope,
    step,
    signal: limit?.signal ?? frame.signal,
    within: { key: step.key, seen: new Map() },
  }
  const context = contextOf(own, attempt)
  if (core.hooks.onRunning !== undefined) {
    await callHooks(core.hooks.onRunning, step.source.name, context.log, core.task, infoOf(step), running, context)
  }
  await scope.at('before-body', step)
  try {
    const body = withinFrame(own, () => core.run(input as never, context))
    const waited = isPromiseLike(body) ? untilAbandoned(scope, limit?.bound(body) ?? body) : body
    const value = isPromiseLike(waited) ? await waited : waited
    await scope.at('after-body', step)
    if (isState(value) && value.type !== 'completed') throw returnedState(value)
    return { value, context }
  } catch (error) {
    return { error, timedOut: limit !== null && error === limit.expired }
  } finally {
    limit?.stop()
  }
}

async function awaitRetry(
  { frame, scope, record, places }: Work,
  delayMs: number,
  error: unknown,
  attempt: number,
): Promise<void> {
  const { clock } = scope.host
  const at = clock.now()
  const dueAt = new Date(at.getTime() + delayMs).toISOString()
  const message = `attempt ${attempt} failed: ${messageOf(error)}`
  const waiting = newState('scheduled', at, {
    name: 'AwaitingRetry',
    message,
    details: { scheduledFor: dueAt, retriable: true },
  })
  await record.write([waiting])
  // others may work meanwhile
  for (const place of places) place.giveBack()
  await clock.sleep(delayMs, frame.signal).catch(() => {}) // a stop is noticed by the caller
  await new Promise<void>((resolve) => enter(places, resolve))
}

async function complete(
  work: Work,
  { value, context }: Extract<Tried, { readonly value: unknown }>,
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
  const state = isState(value)
    ? newState('completed', at, { name: value.name, ...(value.message === null ? {} : { message: value.message }) })
    : newState('completed', at)
  const cacheRecord = entry === null || kept === null ? null : entry.recordFor(kept, step.source.id)
  if (cacheRecord !== null && scope.host.store === null) scope.cache.set(cacheRecord.key, cacheRecord)
  await record.write(
    [state],
    { ...resultPatch(kept, at), ...(cacheRecord === null ? {} : { cacheKey: cacheRecord.key }) },
    cacheRecord === null ? [] : [{ kind: 'cache', record: cacheRecord }],
  )
  await scope.at('step-recorded', step)
  remember(work)
  if (core.hooks.onCompletion !== undefined) {
    await callHooks(core.hooks.onCompletion, step.source.name, context.log, core.task, infoOf(step), state, context)
  }
  return { state, result }
}

async function fail(work: Work, error: unknown, timedOut: boolean, attempt: number): Promise<Settled<unknown>> {
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
async function failEarly(work: Work, known: TaskRun | undefined, error: unknown): Promise<Settled<unknown>> {
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

async function useCached(work: Work, known: TaskRun | undefined, entry: CacheEntry): Promise<Settled<unknown>> {
  const { scope, step, record, core } = work
  const kept = entry.record?.result ?? null
  let result: unknown
  try {
    result = await loadKept(kept, step.source.name, scope.host.results)
  } catch (error) {
    return await failEarly(work, known, error)
  }
  const at = scope.host.clock.now()
  const since = entry.record?.createdAt
  const state = newState('completed', at, {
    name: 'Cached',
    message: `the value kept at ${since}`,
    details: { cacheKey: entry.key },
  })
  const running = known === undefined ? [] : [newState('running', at)]
  await record.write([...running, state], { ...resultPatch(kept, at), cacheKey: entry.key })
  remember(work)
  const context = contextOf({ ...work.frame, step }, 1)
  await callHooks(core.hooks.onCompletion, step.source.name, context.log, core.task, infoOf(step), state, context)
  return { state, result }
}

/** A step that finished before the run was interrupted: its stored output, and nothing is written. */
async function reuse(call: Call, found: TaskRun, inputHash: string): Promise<Settled<unknown>> {
  const { scope, core, source } = call
  source.id = found.id
  source.name = found.name
  const step: Step = { taskName: core.name, source, key: found.key, runCount: found.runCount, state: found.state }
  if (found.inputHash !== inputHash) {
    const error = new EngineError(
      'engine/step-changed',
      `the step "${found.key}" finished as ${found.name} with another input than it has now`,
      {
        hint: "give it another key, or let the task say onChange: 'rerun'",
        details: { step: found.key, finishedAs: found.name, inputHashBefore: found.inputHash, inputHashNow: inputHash },
      },
    )
    const state = newState('failed', scope.host.clock.now(), { message: error.message })
    noteFailure({ ...call, step }, state, error)
    return { state, error }
  }
  if (found.version !== core.version) {
    const [before, now] = [found.version ?? 'none', core.version ?? 'none']
    scope.log(step).warn(`done under version ${before} of ${core.name}, which is ${now} now: its result is kept`)
  }
  try {
    const result = await loadKept(found.result, found.name, scope.host.results)
    return { state: { ...found.state, name: 'Cached', message: 'resumed' }, result }
  } catch (error) {
    const state = newState('failed', scope.host.clock.now(), { message: messageOf(error) })
    noteFailure({ ...call, step }, state, error)
    return { state, error }
  }
}

/** An earlier call failed and nobody said that this one should run all the same. */
async function notReady(call: Call, because: Future<unknown>, cause: unknown): Promise<Settled<unknown>> {
  const { frame, scope, core, options, source, future } = call
  const stopped = whyStopped(frame)
  if (stopped !== null) return stoppedOutcome(scope, stopped)
  Future.blame(future, because)
  const message = `${because.runName} failed, so this never ran: ${messageOf(cause)}`
  const state = newState('pending', scope.host.clock.now(), { name: 'NotReady', message })
  const key = stepKey(
    core.name,
    frame.within,
    options.key === undefined ? { inputHash: fingerprint(because.id) } : { explicit: options.key },
  )
  if (scope.steps.find(key) === undefined) {
    source.name = scope.steps.nextName(core.name)
    await scope.recorder.write([
      {
        kind: 'task-runs-created',
        runId: scope.run.id,
        epoch: scope.run.epoch,
        taskRuns: [{ taskRun: rowOfUnready(call, key, state), states: [state] }],
      },
    ])
  }
  const error = new EngineError('engine/not-ready', `${source.name} never ran: ${because.runName} failed`, {
    hint: 'wrap what may fail in allowFailure(…) to run all the same',
    retryable: (cause as { readonly retryable?: unknown } | null)?.retryable !== false,
    cause,
  })
  const step: Step = { taskName: core.name, source, key, runCount: 0, state }
  scope.host.onState?.(state, scope.place(step))
  noteFailure({ ...call, step }, state, error)
  return { state, error }
}

function rowOfUnready({ scope, core, source }: Call, key: string, state: State): TaskRun {
  return {
    id: source.id,
    runId: scope.run.id,
    taskName: core.name,
    name: source.name,
    key,
    ordinal: scope.steps.nextOrdinal(),
    inputHash: null,
    version: core.version,
    cacheKey: null,
    createdAt: state.at,
    startedAt: null,
    endedAt: null,
    state,
    runCount: 0,
    crashCount: 0,
    epoch: scope.run.epoch,
    result: null,
    failure: null,
  }
}

/** The step was running each time its process died: running it again would only take down the next one. */
async function givenUp(work: Work): Promise<Settled<unknown>> {
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
async function stop(work: Work, reason: unknown): Promise<Settled<unknown>> {
  const { scope, record } = work
  const kind = stopKind(reason)
  if (kind === 'lease-lost' || scope.fatal !== null) return stoppedOutcome(scope, reason)
  const at = scope.host.clock.now()
  const message = stopMessage(reason)
  const state =
    kind === 'handed-back'
      ? newState('scheduled', at, { name: 'Resuming', message, details: { scheduledFor: at.toISOString() } })
      : newState('cancelled', at, { message })
  await record.write([state], kind === 'handed-back' ? {} : { endedAt: state.at })
  return { state, error: reason }
}

function stoppedOutcome(scope: RunScope, reason: unknown): Settled<unknown> {
  const state = newState('cancelled', scope.host.clock.now(), { message: stopMessage(reason) })
  return { state, error: reason }
}

/** Why nothing new may begin; null when all is well. */
function whyStopped({ scope, signal }: Frame): unknown {
  if (scope.fatal !== null) return scope.fatal.error
  if (signal.aborted) return signal.reason as unknown
  if (!scope.ended) return null
  return new EngineError('engine/transition', `run ${scope.run.name} of ${scope.run.flowName} has ended`, {
    hint: 'await everything a flow starts before it returns',
  })
}

function noteFailure(work: Call & { readonly step: Step }, state: State, error: unknown): void {
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
function remember({ scope, frame, record }: Work): void {
  if (frame.step !== null || (scope.host.store === null && scope.flow.retry !== null))
    scope.steps.remember(record.row())
}

function returnedState(state: State): EngineError {
  return new EngineError('engine/task-failed', state.message ?? `it returned a state of type ${state.type}`, {
    retryable: true,
  })
}

function infoOf(step: Step): TaskRunInfo {
  return { id: step.source.id, name: step.source.name, taskName: step.taskName, runCount: step.runCount }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
