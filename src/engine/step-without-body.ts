/** Calls that end without their body running: done before, kept in the cache, or held back by an earlier failure. */
import { EngineError } from '../base/errors.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { CacheEntry } from './cache.ts'
import { contextOf } from './context.ts'
import { fingerprint } from './fingerprint.ts'
import { Future, type Settled } from './future.ts'
import { callHooks } from './hooks.ts'
import { loadKept } from './results.ts'
import type { Step } from './run-scope.ts'
import { failEarly } from './step-end.ts'
import { resultPatch } from './step-record.ts'
import {
  infoOf,
  messageOf,
  noteFailure,
  remember,
  stageStep,
  stoppedOutcome,
  whyStopped,
  type Call,
  type Work,
} from './step-work.ts'
import { stepKey } from './steps.ts'

/** A step that finished before the run was interrupted: its stored output, and nothing is written. */
export async function reuse(call: Call, found: TaskRun, inputHash: string): Promise<Settled<unknown>> {
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
    stageStep({ ...call, step }, result, null, found.state.name !== 'Cached')
    return { state: { ...found.state, name: 'Cached', message: 'resumed' }, result }
  } catch (error) {
    const state = newState('failed', scope.host.clock.now(), { message: messageOf(error) })
    noteFailure({ ...call, step }, state, error)
    return { state, error }
  }
}

/** An earlier call failed and nobody said that this one should run all the same. */
export async function notReady(call: Call, because: Future<unknown>, cause: unknown): Promise<Settled<unknown>> {
  const { frame, scope, core, options, source, future } = call
  const stopped = whyStopped(frame)
  if (stopped !== null) return stoppedOutcome(scope, stopped)
  Future.blame(future, because)
  const message = `${because.runName} failed, so this never ran: ${messageOf(cause)}`
  const state = newState('pending', scope.host.clock.now(), { name: 'NotReady', message })
  const { key } = stepKey(
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

export async function useCached(work: Work, known: TaskRun | undefined, entry: CacheEntry): Promise<Settled<unknown>> {
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
  stageStep(work, result, null, false)
  remember(work)
  const context = contextOf({ ...work.frame, step }, 1)
  await callHooks(core.hooks.onCompletion, step.source.name, context.log, core.task, infoOf(step), state, context)
  return { state, result }
}
