/** Everything that belongs to one attempt of one run while it is under way. */
import { toFailure } from '../base/failure.ts'
import { createLog, type Log, type LogFields } from '../base/log.ts'
import type { CacheRecord } from '../store/store.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { FlowCore } from './flow-core.ts'
import type { FlowLimit } from './flow-limit.ts'
import { Future, type FutureSource } from './future.ts'
import type { Host, KillPoint, RunPlace } from './host.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createPlaces, type Places } from './runners.ts'
import type { Frame } from './runtime-info.ts'
import type { StepTable } from './steps.ts'
import { createStandstill, type Standstill } from './standstill.ts'
import { stopKind } from './stop.ts'

/** A task run under way. */
export interface Step {
  readonly taskName: string
  readonly source: FutureSource
  key: string
  runCount: number
  state: State
}

export interface RunScope {
  readonly host: Host
  readonly flow: FlowCore
  /** As it was last written. */
  run: FlowRun
  readonly recorder: Recorder
  readonly steps: StepTable
  /** The run that calls this one as a subflow. */
  readonly parent: RunScope | null
  /** While the body runs, when the flow has a time limit. */
  limit: FlowLimit | null
  /** Aborts when the run shall stop, for whatever reason. */
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Calls back when a body that does not stop is no longer waited for; gives the way to unsubscribe. */
  onAbandoned(listener: (reason: unknown) => void): () => void
  /** Bodies that did not stop when asked, and are not waited for any more. */
  bodiesLeft: number
  /** Set when the run cannot be recorded any more. */
  fatal: { readonly error: unknown } | null
  readonly places: Places
  /** Finds bodies that wait for each other for ever. */
  readonly standstill: Standstill
  /** Clients by block and name. */
  readonly clients: Map<string, Promise<unknown>>
  readonly closers: (() => unknown)[]
  /** Kept values of a run without a store. */
  readonly cache: Map<string, CacheRecord>
  readonly deployment: { readonly id: string; readonly name: string } | null
  readonly logPrints: boolean
  /** Transactions that are being rolled back: nothing else begins before they are. */
  readonly tidying: Set<Promise<void>>
  /** Futures that have not ended. */
  readonly underWay: Set<Future<unknown>>
  /** Futures that ended badly, in order. */
  readonly failed: { readonly future: Future<unknown>; readonly nested: boolean; readonly message: string }[]
  /** Which step an error came from. */
  readonly origins: WeakMap<object, string>
  /** What the flow itself found wanting. */
  readonly warnings: string[]
  ended: boolean
  workDir: string | null
  log(step: Step | null): Log
  place(step: Step | null): RunPlace
  at(point: KillPoint, step: Step | null): Promise<void> | undefined
  /** Ends listening, timers and writing. */
  close(): void
}

const CANCEL_GRACE_MS = 10_000
/** A body whose time is up has this long to clean up before it is left to itself. */
const TIMEOUT_GRACE_MS = 1_000

export interface ScopeOptions {
  readonly host: Host
  readonly flow: FlowCore
  readonly run: FlowRun
  readonly steps: StepTable
  readonly parent: Frame | undefined
}

export function createRunScope({ host, flow, run, steps, parent }: ScopeOptions): RunScope {
  const controller = new AbortController()
  const abandonListeners = new Set<(reason: unknown) => void>()
  let abandonTimer: NodeJS.Timeout | undefined
  let abandonedBy: { readonly reason: unknown } | undefined

  const abandon = (reason: unknown) => {
    abandonedBy ??= { reason }
    for (const listener of abandonListeners) listener(reason)
  }
  const abort = (reason: unknown) => {
    if (controller.signal.aborted) return
    controller.abort(reason)
    const kind = stopKind(reason)
    if (kind === 'lease-lost') abandon(reason)
    else {
      const graceMs = kind === 'timeout' ? TIMEOUT_GRACE_MS : (host.cancelGraceMs ?? CANCEL_GRACE_MS)
      if (graceMs !== Infinity) abandonTimer = setTimeout(() => abandon(reason), graceMs)
    }
  }

  const outer = host.signal
  const follow = () => abort(outer?.reason)
  const scope: RunScope = {
    host,
    flow,
    run,
    steps,
    parent: parent?.scope ?? null,
    limit: null,
    recorder: createRecorder(host, { runId: run.id, epoch: run.epoch }, (error) => {
      scope.fatal ??= { error }
      abort(error)
    }),
    signal: controller.signal,
    abort,
    onAbandoned(listener) {
      if (abandonedBy === undefined) abandonListeners.add(listener)
      else listener(abandonedBy.reason)
      return () => abandonListeners.delete(listener)
    },
    bodiesLeft: 0,
    fatal: null,
    places: createPlaces(flow.runner.atOnce),
    standstill: createStandstill((future) => Future.callerOf(future)),
    clients: new Map(),
    closers: [],
    cache: parent?.scope.cache ?? new Map<string, CacheRecord>(),
    deployment: deploymentOf(run) ?? parent?.scope.deployment ?? null,
    logPrints: flow.logPrints ?? parent?.scope.logPrints ?? false,
    tidying: new Set(),
    underWay: new Set(),
    failed: [],
    origins: new WeakMap(),
    warnings: [],
    ended: false,
    workDir: null,
    log: (step) => createLog((level, message, fields) => writeLine(scope, step, level, message, fields)),
    place: (step) => ({
      run: scope.run,
      step: step === null ? null : { id: step.source.id, name: step.source.name, taskName: step.taskName },
    }),
    at(point, step) {
      if (host.at === undefined) return undefined
      return Promise.resolve(host.at(point, scope.place(step)))
    },
    close() {
      clearTimeout(abandonTimer)
      outer?.removeEventListener('abort', follow)
      abandonListeners.clear()
      scope.ended = true
    },
  }
  if (outer?.aborted === true) follow()
  else outer?.addEventListener('abort', follow, { once: true })

  return scope
}

/** Closes what the run has opened, last opened first. */
export async function closeClients(scope: RunScope): Promise<void> {
  for (const close of scope.closers.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      scope.log(null).warn(`a connection did not close: ${toFailure(error).message}`)
    }
  }
}

function deploymentOf(run: FlowRun): RunScope['deployment'] {
  if (run.deploymentId === null) return null
  return { id: run.deploymentId, name: run.deploymentName ?? run.deploymentId }
}

function writeLine(scope: RunScope, step: Step | null, level: keyof Log, message: string, fields: LogFields): void {
  const line = {
    runId: scope.run.id,
    taskRunId: step?.source.id ?? null,
    at: scope.host.clock.now().toISOString(),
    level,
    message: withFields(message, fields),
  }
  scope.recorder.log(line)
  scope.host.onLog?.(line, scope.place(step))
}

/** Facts stand behind the words, as JSON: secrets print as ***. */
function withFields(message: string, fields: LogFields): string {
  if (Object.keys(fields).length === 0) return message
  try {
    return `${message} ${JSON.stringify(fields)}`
  } catch {
    // a cycle or a bigint among the facts: the words are worth more than the facts
    return message
  }
}
