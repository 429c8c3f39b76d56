/** A flow called by another: a run of its own, with its own state and retries, linked to the one that called it. */
import { EngineError, isToolkitError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import { fed, futuresIn } from './feed.ts'
import { fingerprint } from './fingerprint.ts'
import type { FlowCore } from './flow-core.ts'
import type { FlowCallOptions } from './flow.ts'
import { Future, type FutureSource, type Settled } from './future.ts'
import { codeParams } from './parameters.ts'
import { runHere, type RunHereOptions } from './start-run.ts'
import type { Frame } from './runtime-info.ts'
import { keyUsedTwice, stepKey } from './steps.ts'
import { stopMessage } from './stop.ts'

export function submitFlow(frame: Frame, core: FlowCore, params: unknown, options: FlowCallOptions): Future<unknown> {
  const { scope } = frame
  const source: FutureSource = { kind: 'flow', id: newId(scope.host.clock.now().getTime()), name: core.name }
  const { future, finish } = Future.pending<unknown>(source)
  scope.underWay.add(future)
  perform(frame, core, params, options, source, future)
    .catch((error: unknown): Settled<unknown> => {
      // parameters that do not fit, or a child that another process has: there is no run of ours to tell of it
      const state = newState('failed', scope.host.clock.now(), { message: messageOf(error) })
      return { state, error }
    })
    .then((outcome) => {
      scope.underWay.delete(future)
      if ('error' in outcome && !frame.signal.aborted) {
        scope.failed.push({
          future,
          nested: frame.step !== null,
          message: `${core.name} (${messageOf(outcome.error)})`,
        })
        const { error } = outcome
        if (typeof error === 'object' && error !== null) scope.origins.set(error, originOf(core.name, outcome.state))
      }
      finish(outcome)
    })
    .catch(() => {}) // finish does not throw
  return future
}

async function perform(
  frame: Frame,
  core: FlowCore,
  given: unknown,
  options: FlowCallOptions,
  source: FutureSource,
  future: Future<unknown>,
): Promise<Settled<unknown>> {
  const { scope } = frame
  const { host, run } = scope
  let params = given
  const waitFor = options.waitFor ?? []
  const futures = futuresIn(given, waitFor)
  if (futures !== null) {
    const earlier = await fed(given, waitFor, futures)
    if (!earlier.ready) {
      Future.blame(future, earlier.because)
      const message = `${core.name} never ran: ${earlier.because.runName} failed`
      const error = new EngineError('engine/not-ready', message, { cause: earlier.error })
      return { state: newState('pending', host.clock.now(), { name: 'NotReady', message }), error }
    }
    params = earlier.input
  }
  if (scope.fatal !== null || frame.signal.aborted || scope.ended) {
    const error: unknown = scope.fatal?.error ?? frame.signal.reason ?? new Error(`run ${run.name} has ended`)
    return { state: newState('cancelled', host.clock.now(), { message: stopMessage(error) }), error }
  }

  const parameters = await codeParams(core.params, params, core.name)
  const mark = options.key === undefined ? { inputHash: fingerprint(parameters) } : { explicit: options.key }
  const child = stepKey(core.name, frame.within, mark)
  if (child.isRepeated) throw keyUsedTwice(core.name, options.key ?? '')
  const asked: RunHereOptions = {
    host: { ...host, signal: frame.signal },
    key: `${run.id}/${child.key}`,
    dueAt: new Date(run.dueAt),
    parent: frame,
    whenCompleted: 'reuse',
    whenRunning: 'follow',
    // only a run that was begun before, or a step that is tried again, can meet a child of its own
    fresh: run.runCount <= 1 && run.epoch <= 1 && frame.step === null,
    ...(options.tags === undefined ? {} : { tags: options.tags }),
  }
  const end = await runHere(core, parameters, asked).catch(async (error: unknown) => {
    if (!isLost(error) || frame.signal.aborted || host.store === null) throw error
    // the child was lost and this run was not: whoever has it now goes on with it, and this run waits for its end
    scope.log(frame.step).warn(`${core.name} was lost: ${messageOf(error)}`)
    return await runHere(core, parameters, { ...asked, fresh: false, seenAlive: true })
  })
  source.id = end.run.id
  source.name = end.run.name
  return end.outcome
}

/** A child that another process has now, or whose steps could not be recorded for a while: it has not failed. */
function isLost(error: unknown): boolean {
  return isToolkitError(error) && (error.code === 'engine/lease-lost' || error.code === 'store/unavailable')
}

/** A run that failed says which step failed first, through however many subflows. */
function originOf(flowName: string, { details }: State): string {
  const step = details['step']
  return typeof step === 'string' ? `${flowName} › ${step}` : flowName
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
