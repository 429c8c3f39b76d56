/**
 * One attempt of a claimed run, from `pending` to its end or to the wait before the next attempt.
 *
 * A flow that fails is an outcome, not an exception: this throws only when the run was lost or cannot be recorded.
 */
import { isToolkitError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun, KeptResult } from '../model/run.ts'
import { isTerminal, type State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { Change, RunPatch, Store } from '../store/store.ts'
import { untilAbandoned } from './body.ts'
import { followCancellation, type Cancelling } from './cancelling.ts'
import { contextOf } from './context.ts'
import { blemishesOf, verdictOn } from './final-state.ts'
import type { FlowCore } from './flow-core.ts'
import { startFlowLimit } from './flow-limit.ts'
import type { AnyFlow } from './flow.ts'
import { Future, type Settled } from './future.ts'
import type { Host } from './host.ts'
import { parseParams } from './parameters.ts'
import { keep } from './results.ts'
import { planRetry, type NextAttempt } from './retry-plan.ts'
import { recoverTransactions } from './rollback.ts'
import { become, callFlowHooks, tidings } from './run-state.ts'
import { closeClients, createRunScope, type RunScope } from './run-scope.ts'
import { withinFrame, type Frame } from './runtime-info.ts'
import { createStepTable, type StepTable } from './steps.ts'
import { cancelledAsWritten, stopKind, stopMessage, waitsAs, type StopKind } from './stop.ts'
import { waitsOf } from './waits.ts'
import { removeWorkDir } from './work-dir.ts'

/** Where an attempt left the run. A state that is `scheduled` means: claim it again when it falls due. */
export interface Attempt {
  readonly run: FlowRun
  readonly outcome: Settled<unknown>
  /** What the next attempt in this process need not do again. */
  readonly steps: StepTable
}

export interface AttemptOptions {
  /** The body that calls this run as a subflow. */
  readonly parent?: Frame | undefined
  /** What an earlier attempt in this process has done, when no store remembers it. */
  readonly steps?: StepTable | undefined
}

/**
 * Executes a run that was claimed for this process: `run` is as the claim gave it. Resolves with the run as it ended; or
 * `scheduled`, when a retry is due later (AwaitingRetry) or the process goes away (Resuming): then whoever claims it next
 * goes on.
 *
 * @throws EngineError `engine/lease-lost` when the run was taken over; nothing more of it was written
 * @throws StoreError when the run can no longer be recorded
 */
export async function executeRun(flow: Pick<AnyFlow, 'core'>, run: FlowRun, host: Host): Promise<FlowRun> {
  return (await executeAttempts(flow.core, run, host)).run
}

/** Attempts that follow each other without a wait are made in one go. */
export async function executeAttempts(
  core: FlowCore,
  run: FlowRun,
  host: Host,
  options: AttemptOptions = {},
): Promise<Attempt> {
  let attempt = await executeOnce(core, run, host, options)
  while (attempt.run.state.type === 'running') {
    attempt = await executeOnce(core, attempt.run, host, { ...options, steps: attempt.steps })
  }
  return attempt
}

async function executeOnce(core: FlowCore, run: FlowRun, host: Host, options: AttemptOptions): Promise<Attempt> {
  const begunBefore = run.runCount > 0 || run.epoch > 1
  const before = host.store !== null && begunBefore ? await loadBefore(host.store, run.id) : null
  const steps =
    before === null ? (options.steps ?? createStepTable()) : createStepTable(before.steps, before.transactions)
  const scope = createRunScope({ host, flow: core, run, steps, parent: options.parent })
  const frame: Frame = { scope, step: null, signal: scope.signal, within: { key: null, seen: new Map() } }
  const cancelling = followCancellation(frame)
  try {
    await scope.at('run-claimed', null)
    if (begunBefore && run.flowVersion !== core.version) {
      const [before, now] = [run.flowVersion ?? 'none', core.version ?? 'none']
      scope.log(null).warn(`begun under version ${before}, it goes on under version ${now}`)
    }
    const outcome = await attempt(frame, cancelling, before?.steps ?? [])
    await closeClients(scope)
    await removeWorkDir(scope, begunBefore)
    await scope.recorder.flushLogs()
    return { run: scope.run, outcome, steps }
  } catch (error) {
    await closeClients(scope)
    throw error
  } finally {
    cancelling.stop()
    scope.close()
  }
}

/** What the store holds of a run that was begun before. */
async function loadBefore(store: Store, runId: string) {
  return { steps: await store.taskRuns.list(runId), transactions: await store.transactions.list(runId) }
}

async function attempt(frame: Frame, cancelling: Cancelling, before: readonly TaskRun[]): Promise<Settled<unknown>> {
  const { scope } = frame
  const { flow, host } = scope
  let params: unknown
  try {
    params = await parseParams(flow.params, scope.run.parameters, flow.name)
  } catch (error) {
    return await end(frame, cancelling, { error }, false)
  }
  const runCount = scope.run.runCount + 1
  if (!scope.signal.aborted) {
    const running = newState('running', host.clock.now(), runCount === 1 ? {} : { name: 'Retrying' })
    const patch = { runCount, startedAt: scope.run.startedAt ?? running.at, endedAt: null }
    if (!(await becomeUnlessCancelling(frame, cancelling, running, patch))) {
      return await endCancelled(frame, cancelling, null)
    }
    await callFlowHooks(frame, 'onRunning', running)
  }
  const finished = scope.signal.aborted
    ? { error: scope.signal.reason as unknown }
    : await runBody(frame, params, before)
  if (scope.fatal !== null) throw scope.fatal.error
  await scope.at('before-end', null)
  return await end(frame, cancelling, finished, true)
}

type Finished = { readonly value: unknown; readonly state: State | null } | { readonly error: unknown }

async function runBody(frame: Frame, params: unknown, before: readonly TaskRun[]): Promise<Finished> {
  const { scope } = frame
  const { flow } = scope
  scope.limit = startFlowLimit(scope)
  try {
    if (scope.steps.transactions.size > 0) {
      await recoverTransactions(frame, before, (place) => contextOf(place, scope.run.runCount))
    }
    const context = Object.assign(contextOf(frame, scope.run.runCount), waitsOf(frame))
    const body = withinFrame(frame, async () => await verdictOn(await flow.run(params as never, context)))
    const verdict = await untilAbandoned(scope, body)
    await settleAll(scope, { tell: true })
    return verdict
  } catch (error) {
    await settleAll(scope, { tell: false })
    return { error }
  } finally {
    scope.limit?.stop()
    scope.limit = null
  }
}

/** Waits for what the body has started and not awaited: every step has its end before the run has. */
async function settleAll(scope: RunScope, { tell }: { readonly tell: boolean }): Promise<void> {
  const forgotten = [...scope.underWay].filter((future) => !future.isHandled)
  if (tell && forgotten.length > 0) {
    const names = forgotten.slice(0, 5).map(({ runName }) => runName)
    scope
      .log(null)
      .warn(`the flow returned before ${names.join(', ')}${forgotten.length > 5 ? ' and others' : ''} ended`)
  }
  while (scope.underWay.size > 0 || scope.tidying.size > 0) {
    await Promise.allSettled([...scope.tidying, ...[...scope.underWay].map((future) => Future.peek(future))])
  }
}

async function end(
  frame: Frame,
  cancelling: Cancelling,
  finished: Finished,
  began: boolean,
): Promise<Settled<unknown>> {
  const { scope } = frame
  const stop: StopKind | null = scope.signal.aborted ? stopKind(scope.signal.reason) : null
  const reason: unknown = scope.signal.reason
  if (stop === 'lease-lost') throw reason
  if (stop === 'cancelled')
    return await endCancelled(frame, cancelling, 'error' in finished ? null : 'it had finished by itself')
  if (stop === 'timeout') return await endFailed(frame, cancelling, reason, true, began)
  if (stop === 'let-go') return await letGo(frame, cancelling, reason)
  if ('error' in finished) {
    if (stop === 'handed-back') return await handBack(frame, cancelling, reason)
    return await endFailed(frame, cancelling, finished.error, false, began)
  }
  let result: KeptResult | null
  try {
    result = await keep(finished.value, scope.flow.name, scope.host.results)
  } catch (error) {
    return await endFailed(frame, cancelling, error, false, began)
  }
  const { warning, message } = blemishesOf(scope)
  const said = message ?? finished.state?.message ?? null
  const state = newState('completed', scope.host.clock.now(), {
    ...(message === null ? { name: finished.state?.name ?? 'Completed' } : { name: 'CompletedWithErrors' }),
    ...(said === null ? {} : { message: said }),
  })
  if (warning !== null) scope.log(null).warn(`completed, but not all is well: ${warning}`)
  const patch = { result, failure: null, warning, endedAt: state.at }
  if (!(await becomeFinal(frame, cancelling, state, patch))) {
    return await endCancelled(frame, cancelling, 'it had finished by itself')
  }
  await callFlowHooks(frame, 'onCompletion', state)
  return { state, result: finished.value }
}

async function endFailed(
  frame: Frame,
  cancelling: Cancelling,
  error: unknown,
  timedOut: boolean,
  began: boolean,
): Promise<Settled<unknown>> {
  const { scope } = frame
  const { flow, host, run } = scope
  const failure = toFailure(error)
  const step = typeof error === 'object' && error !== null ? scope.origins.get(error) : undefined
  const message = step === undefined ? failure.message : `${step} failed: ${failure.message}`
  // a crash has a budget of its own
  const attemptsMade = run.runCount - run.crashCount
  const next = began ? planRetry(flow.retry, error, { attempt: attemptsMade, run }, host.random) : null
  if (next !== null)
    return await awaitRetry(frame, cancelling, error, `attempt ${attemptsMade} failed: ${message}`, next)

  const state = newState('failed', host.clock.now(), {
    ...(timedOut ? { name: 'TimedOut' } : {}),
    message,
    ...(step === undefined ? {} : { details: { step } }),
  })
  scope.log(null).error(message)
  const warning = scope.warnings.length === 0 ? null : scope.warnings.join('; ')
  if (!(await becomeFinal(frame, cancelling, state, { failure, warning, endedAt: state.at }))) {
    return await endCancelled(frame, cancelling, `it had failed by itself: ${message}`)
  }
  await callFlowHooks(frame, 'onFailure', state)
  return { state, error }
}

/** A wait lets go of the run: it can be claimed by whoever is there when it falls due. Without one it goes on here. */
async function awaitRetry(
  frame: Frame,
  cancelling: Cancelling,
  error: unknown,
  message: string,
  { delayMs, reason }: NextAttempt,
): Promise<Settled<unknown>> {
  const { scope } = frame
  const at = scope.host.clock.now()
  scope.log(null).warn(`${message}; ${reason}`)
  if (delayMs === 0) return { state: scope.run.state, error }
  const state = newState('scheduled', at, {
    name: 'AwaitingRetry',
    message,
    details: { scheduledFor: new Date(at.getTime() + delayMs).toISOString(), retriable: true, reason },
  })
  await scope.recorder.flushLogs()
  if (!(await becomeFinal(frame, cancelling, state, {}))) return await endCancelled(frame, cancelling, message)
  return { state, error }
}

/** The run waits without a process, whatever its body made of being told so. */
async function letGo(frame: Frame, cancelling: Cancelling, reason: unknown): Promise<Settled<unknown>> {
  const { scope } = frame
  const state = waitsAs(reason)
  if (state === null) throw reason
  scope.log(null).info(state.message ?? state.name)
  await scope.recorder.flushLogs()
  if (!(await becomeFinal(frame, cancelling, state, sameAttempt(scope))))
    return await endCancelled(frame, cancelling, null)
  return { state, error: reason }
}

async function handBack(frame: Frame, cancelling: Cancelling, reason: unknown): Promise<Settled<unknown>> {
  const { scope } = frame
  const at = scope.host.clock.now()
  const message = stopMessage(reason)
  const state = newState('scheduled', at, { name: 'Resuming', message, details: { scheduledFor: at.toISOString() } })
  scope.log(null).info(`handed back: ${message}`)
  if (!(await becomeUnlessCancelling(frame, cancelling, state, sameAttempt(scope)))) {
    return await endCancelled(frame, cancelling, null)
  }
  return { state, error: reason }
}

/** Whoever goes on with it makes the same attempt: a wait and a change of process use up no retry. */
function sameAttempt({ run }: RunScope): RunPatch {
  if (run.state.type === 'pending') return {} // it was not counted yet
  return { runCount: Math.max(0, run.runCount - 1) }
}

async function endCancelled(frame: Frame, cancelling: Cancelling, meanwhile: string | null): Promise<Settled<unknown>> {
  const { scope } = frame
  await cancelling.announced()
  const wish = cancelledAsWritten(scope.run.state)
  const left = scope.bodiesLeft === 0 ? null : 'what it was doing did not stop and was left to itself'
  const message = [wish.message, meanwhile, left].filter((each) => each !== null).join('; ')
  const state = newState('cancelled', scope.host.clock.now(), { message })
  scope.log(null).warn(`cancelled: ${message}`)
  await become(scope, state, { endedAt: state.at }, await tidings(scope, state, { endedAt: state.at }))
  await scope.at('run-ended', null)
  const isHeard = scope.signal.aborted && stopKind(scope.signal.reason) === 'cancelled'
  return { state, error: isHeard ? scope.signal.reason : wish }
}

/** Writes the end with all that goes with it. False when somebody has asked to cancel the run meanwhile. */
async function becomeFinal(frame: Frame, cancelling: Cancelling, state: State, patch: RunPatch): Promise<boolean> {
  const { scope } = frame
  const beside = isTerminal(state) ? await tidings(scope, state, patch) : []
  if (!(await becomeUnlessCancelling(frame, cancelling, state, patch, beside))) return false
  await scope.at('run-ended', null)
  return true
}

/** False when somebody has asked to cancel the run meanwhile, which the store then knows better than we do. */
async function becomeUnlessCancelling(
  frame: Frame,
  cancelling: Cancelling,
  state: State,
  patch: RunPatch,
  beside: readonly Change[] = [],
): Promise<boolean> {
  const { scope } = frame
  try {
    await become(scope, state, patch, beside)
    return true
  } catch (error) {
    if (!isToolkitError(error) || error.code !== 'engine/transition') throw error
    const present = await scope.host.store?.runs.get(scope.run.id)
    if (present?.state.type !== 'cancelling') throw error
    scope.run = { ...scope.run, state: present.state }
    await cancelling.askedElsewhere(present.state)
    return false
  }
}
