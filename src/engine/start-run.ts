/**
 * Asking for runs and seeing them through in this process: made and claimed here, resumed under their key, or followed
 * while another process executes them.
 */
import { ConfigError, isToolkitError } from '../base/errors.ts'
import { canonicalJson } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'
import { newRun, type RunRequest } from '../model/new-run.ts'
import { newState } from '../model/new-state.ts'
import type { DataWindow, FlowRun } from '../model/run.ts'
import { isSuspended, isTerminal } from '../model/state.ts'
import type { Change, Store } from '../store/store.ts'
import { wakeIfOverdue } from './answer-run.ts'
import { cancelRun } from './cancel-run.ts'
import type { FlowCore } from './flow-core.ts'
import type { AnyFlow } from './flow.ts'
import type { Settled } from './future.ts'
import type { Host } from './host.ts'
import { holdRun, LEASE_MS } from './lease.ts'
import { refuseWhereForbidden } from './no-runs-here.ts'
import { storedParams } from './parameters.ts'
import { loadKept } from './results.ts'
import { errorOfRun } from './revive.ts'
import { executeAttempts, type Attempt } from './run-flow.ts'
import type { Frame } from './runtime-info.ts'
import type { StepTable } from './steps.ts'
import { stopKind, stopMessage, waitingAs } from './stop.ts'
import { askAgain, heldBy, isKeyTaken, takeOver } from './take-over.ts'

export interface CreateRunOptions {
  readonly host: Host
  /** Names the run, so that asking again finds it. */
  readonly key?: string
  readonly tags?: readonly string[]
  /** Default: now. */
  readonly dueAt?: Date
  /** Whose data the run is about. Default: that of the run that calls it, else none. */
  readonly window?: DataWindow
  readonly deployment?: NonNullable<RunRequest['deployment']>
}

export interface StartRunOptions extends CreateRunOptions {
  /** A run with this key that completed: start another one (default), or give its result again. */
  readonly whenCompleted?: 'start' | 'reuse'
  /** A run with this key that a live process executes: refuse (default), or wait for its end. */
  readonly whenRunning?: 'refuse' | 'follow'
  /** A run that waits for a person: give it as it is (default), or go on when they have answered. */
  readonly whenSuspended?: 'return' | 'follow'
}

/** A run that has ended here, or that waits: Suspended for a person, or scheduled for another process. */
export interface EndedRun {
  readonly run: FlowRun
  /** Of a run that completed. */
  readonly result: unknown
  /** Why there is no result: what the flow threw, or what is kept of it; null for a run that completed. */
  readonly error: unknown
}

const FOLLOW_EVERY_MS = 500

/**
 * A scheduled run in the store, for a worker to take when it falls due.
 *
 * @throws ConfigError `config/params` with a message per field, before anything is written
 */
export async function createRun(
  flow: Pick<AnyFlow, 'core'>,
  params: unknown,
  options: CreateRunOptions,
): Promise<FlowRun> {
  const { core } = flow
  const { store } = options.host
  if (store === null) {
    throw new ConfigError('config/setting', `a run of ${core.name} needs a store to wait in`, {
      hint: 'open a project, or call the flow to run it at once',
    })
  }
  const run = requestRun(core, await storedParams(core.params, params, core.name), options)
  await store.write([{ kind: 'run-created', run }])
  return run
}

/**
 * Runs a flow here and now. With a key, an unfinished or failed run of that key is resumed: finished steps give their
 * stored results.
 *
 * A flow that fails is told in `error`. @throws ConfigError `config/params`; EngineError `engine/lease-lost` when another
 * process has the run
 */
export async function startRun(
  flow: Pick<AnyFlow, 'core'>,
  params: unknown,
  options: StartRunOptions,
): Promise<EndedRun> {
  const parameters = await storedParams(flow.core.params, params, flow.core.name)
  return ended(await runHere(flow.core, parameters, options))
}

/**
 * Goes on with a run that is in the store: one that failed, crashed or was cancelled is asked for again, one whose process
 * is gone is taken over. A completed one gives its result.
 *
 * @throws StoreError `store/not-found`, EngineError `engine/lease-lost` when another process has the run
 */
export async function resumeRun(
  flow: Pick<AnyFlow, 'core'>,
  runId: string,
  host: Host,
  { whenRunning = 'refuse', whenSuspended }: Pick<StartRunOptions, 'whenRunning' | 'whenSuspended'> = {},
): Promise<EndedRun> {
  const run = await host.store?.runs.get(runId)
  if (run === null || run === undefined || host.store === null) {
    throw new ConfigError('config/params', `there is no run "${runId}" to resume`, { hint: 'see d2flow flow-run ls' })
  }
  const taken = await takeUp(flow.core, run, { host, store: host.store, whenRunning, whenSuspended })
  return ended(taken)
}

export interface RunEnd {
  readonly run: FlowRun
  readonly outcome: Settled<unknown>
}

export interface RunHereOptions extends StartRunOptions {
  readonly parent?: Frame
  /** Known to be new: nobody can have used the key before. */
  readonly fresh?: boolean
  /** Known to be under way: the end that is found is its end, and not one to be asked again. */
  readonly seenAlive?: boolean
}

/** The same for a flow that is started, called with nothing around it, or called by another. */
export async function runHere(core: FlowCore, parameters: JsonObject, options: RunHereOptions): Promise<RunEnd> {
  refuseWhereForbidden(core.name)
  const { host, parent, whenSuspended } = options
  const { store, leaseMs = LEASE_MS } = host
  const unfinished = options.fresh === true ? null : await goOnUnderKey(core, parameters, options)
  if (unfinished !== null) return unfinished
  const asked = requestRun(core, parameters, options)
  const run: FlowRun = { ...asked, state: newState('pending', host.clock.now()), epoch: 1 }
  try {
    await store?.write([{ kind: 'run-created', run, claimed: { worker: host.identity, leaseMs } }])
  } catch (error) {
    // somebody else has started a run with this key since we looked
    const theirs = isKeyTaken(error) ? await goOnUnderKey(core, parameters, options) : null
    if (theirs === null) throw error
    return theirs
  }
  return await seeThrough(core, run, { host, parent, whenSuspended })
}

/** The end of the run that has the key; null when there is none to go on with. */
async function goOnUnderKey(
  core: FlowCore,
  parameters: JsonObject,
  { host, key, parent, whenCompleted, whenRunning = 'refuse', whenSuspended, seenAlive = false }: RunHereOptions,
): Promise<RunEnd | null> {
  const { store } = host
  if (store === null || key === undefined) return null
  const found = await store.runs.findByKey(core.name, key)
  if (found === null || (found.state.type === 'completed' && whenCompleted !== 'reuse')) return null
  refuseOtherParameters(found, parameters, key)
  return await takeUp(core, found, { host, store, parent, whenRunning, whenSuspended, seenAlive })
}

/** What finished with other parameters is no part of this run. */
function refuseOtherParameters(found: FlowRun, parameters: JsonObject, key: string): void {
  if (canonicalJson(found.parameters) === canonicalJson(parameters)) return
  throw new ConfigError('config/params', `run ${found.name} has the key "${key}" and other parameters`, {
    hint: 'go on with it under its own parameters, or give this run another key',
    details: { runId: found.id, parameters: found.parameters },
  })
}

interface SeeThroughOptions {
  readonly host: Host
  readonly parent?: Frame | undefined
  readonly whenSuspended?: StartRunOptions['whenSuspended']
}

/** A claimed run to its end, through the waits between its attempts. */
async function seeThrough(
  core: FlowCore,
  claimed: FlowRun,
  { host, parent, whenSuspended }: SeeThroughOptions,
): Promise<RunEnd> {
  let run = claimed
  let steps: StepTable | undefined
  for (;;) {
    const attempt = await executeLeased(core, run, host, parent, steps)
    if (isSuspended(attempt.run.state) && whenSuspended === 'follow' && host.store !== null) {
      const { store } = host
      return await takeUp(core, attempt.run, { host, store, whenRunning: 'follow', whenSuspended, seenAlive: true })
    }
    if (attempt.run.state.type !== 'scheduled' || isHandedBack(attempt)) return attempt
    const dueAt = attempt.run.state.details.scheduledFor
    const waitMs = dueAt === undefined ? 0 : Date.parse(dueAt) - host.clock.now().getTime()
    try {
      await host.clock.sleep(Math.max(0, waitMs), host.signal)
    } catch {
      return await giveUpWaiting(attempt.run, host)
    }
    if (host.store !== null) {
      return await takeUp(core, attempt.run, {
        host,
        store: host.store,
        parent,
        whenRunning: 'follow',
        whenSuspended,
        seenAlive: true,
      })
    }
    run = { ...attempt.run, state: newState('pending', host.clock.now()) }
    steps = attempt.steps
  }
}

function isDueLater({ state }: FlowRun, now: Date): boolean {
  return state.type === 'scheduled' && (state.details.scheduledFor ?? state.at) > now.toISOString()
}

/** This process goes away: the run is another's to go on with. */
function isHandedBack({ outcome }: Attempt): boolean {
  return 'error' in outcome && stopKind(outcome.error) === 'handed-back'
}

/** With its lease kept alive; a lease that is lost stops the run, and so does a wish that is written down elsewhere. */
async function executeLeased(
  core: FlowCore,
  run: FlowRun,
  host: Host,
  parent: Frame | undefined,
  steps: StepTable | undefined,
): Promise<Attempt> {
  if (host.store === null || host.beats === false) return await executeAttempts(core, run, host, { parent, steps })
  const stop = new AbortController()
  const outer = host.signal
  const follow = () => stop.abort(outer?.reason)
  if (outer?.aborted === true) follow()
  else outer?.addEventListener('abort', follow, { once: true })
  const letGo = holdRun(host, run, (reason) => stop.abort(reason))
  try {
    return await executeAttempts(core, run, { ...host, signal: stop.signal }, { parent, steps })
  } finally {
    letGo()
    outer?.removeEventListener('abort', follow)
  }
}

interface TakeUpOptions extends SeeThroughOptions {
  readonly store: Store
  readonly whenRunning: 'refuse' | 'follow'
  /** An end that is found is the end: the run was seen alive before. */
  readonly seenAlive?: boolean
}

/** A run that is there already: claimed as soon as it may be, followed while it is another's, or its end as it is kept. */
async function takeUp(core: FlowCore, found: FlowRun, options: TakeUpOptions): Promise<RunEnd> {
  const { host, store, parent, whenSuspended } = options
  const { clock } = host
  let seenAlive = options.seenAlive ?? false
  for (let run = found; ; run = (await store.runs.get(run.id)) ?? run) {
    if (run.state.type === 'completed' || (seenAlive && isTerminal(run.state))) return await storedEnd(run, host)
    if (isSuspended(run.state)) {
      const woken = await wakeIfOverdue(store, run, clock.now())
      if (!woken && whenSuspended !== 'follow')
        return { run, outcome: { state: run.state, error: waitingAs(run.state) } }
      seenAlive = true
    } else if (isTerminal(run.state) || (!seenAlive && isDueLater(run, clock.now()))) await askAgain(run, host, store)
    else if (run.state.type !== 'scheduled' && !(await takeOver(run, host, store))) {
      if (options.whenRunning === 'refuse') throw await heldBy(run, store)
      seenAlive = true
    }
    const { leaseMs = LEASE_MS } = host
    const [claimed] = await store.leases.claim(host.identity, { limit: 1, leaseMs, runIds: [run.id] })
    if (claimed !== undefined) return await seeThrough(core, claimed, { host, parent, whenSuspended })
    try {
      await clock.sleep(FOLLOW_EVERY_MS, host.signal)
    } catch (error) {
      return { run, outcome: { state: run.state, error } }
    }
  }
}

async function giveUpWaiting(run: FlowRun, host: Host): Promise<RunEnd> {
  const reason: unknown = host.signal?.reason
  if (stopKind(reason) !== 'cancelled') return { run, outcome: { state: run.state, error: reason } }
  const state = newState('cancelled', host.clock.now(), { message: stopMessage(reason) })
  const change: Change = {
    kind: 'run-state',
    runId: run.id,
    epoch: run.epoch,
    state,
    patch: { endedAt: state.at },
  }
  try {
    await host.store?.write([change])
  } catch (error) {
    if (host.store === null || !isToolkitError(error) || error.code !== 'store/stale') throw error
    // another process has claimed it meanwhile, and is asked to stop
    const options = { now: host.clock.now(), by: 'the process that waited for it' }
    const asked = await cancelRun(host.store, run.id, options)
    return { run: asked, outcome: { state: asked.state, error: reason } }
  }
  return { run: { ...run, state, endedAt: state.at }, outcome: { state, error: reason } }
}

async function storedEnd(run: FlowRun, host: Host): Promise<RunEnd> {
  if (run.state.type !== 'completed') return { run, outcome: { state: run.state, error: errorOfRun(run) } }
  const result = await loadKept(run.result, run.name, host.results)
  return { run, outcome: { state: run.state, result } }
}

function requestRun(
  core: FlowCore,
  parameters: JsonObject,
  { host, key, tags, dueAt, window, deployment, parent }: CreateRunOptions & { readonly parent?: Frame },
): FlowRun {
  const outer = parent?.scope.run
  return newRun({
    flowName: core.name,
    flowVersion: core.version,
    parameters,
    at: host.clock.now(),
    key: key ?? null,
    window: window ?? outer?.window ?? null,
    ...(tags === undefined ? {} : { tags }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(deployment === undefined ? {} : { deployment }),
    ...(outer === undefined ? {} : { parent: { id: outer.id, rootRunId: outer.rootRunId } }),
  })
}

function ended({ run, outcome }: RunEnd): EndedRun {
  return 'error' in outcome
    ? { run, result: undefined, error: outcome.error }
    : { run, result: outcome.result, error: null }
}
