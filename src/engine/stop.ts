/** Why a run is asked to stop: the reason of its signal decides how it ends. */
import { EngineError, isToolkitError } from '../base/errors.ts'
import { isState, type State } from '../model/state.ts'

export type StopKind = 'cancelled' | 'handed-back' | 'let-go' | 'lease-lost' | 'timeout'

/** The reason for a person's wish: the run ends cancelled. */
export function cancelledBy(who: string): EngineError {
  return new EngineError('engine/cancelled', `cancelled by ${who}`)
}

/** The reason for a wish that was written down elsewhere: `state` is the run's `cancelling`. */
export function cancelledAsWritten(state: State): EngineError {
  return new EngineError('engine/cancelled', state.message ?? 'asked to stop')
}

/** The reason for a process that goes away in good order: the run is scheduled again and goes on elsewhere. */
export function handedBack(why: string): EngineError {
  return new EngineError('engine/cancelled', why, { details: { handedBack: true } })
}

/** The reason for a wait that needs no process: the run becomes this state, and its body goes on in a later attempt. */
export function waitingAs(state: State): EngineError {
  return new EngineError('engine/cancelled', state.message ?? 'it waits', { details: { waitsAs: state } })
}

/** The state that a run lets go of its process for; null for every other reason to stop. */
export function waitsAs(reason: unknown): State | null {
  if (!isToolkitError(reason)) return null
  const state = reason.details['waitsAs']
  return isState(state) ? state : null
}

export function leaseLost(runId: string, cause?: unknown): EngineError {
  return new EngineError('engine/lease-lost', 'another process has taken this run over', {
    hint: 'nothing to do: the other process goes on with it',
    details: { runId },
    cause,
  })
}

/** The reason for a run that cannot be written down any more: nobody's wish, so it is not cancelled but goes on later. */
export function cannotRecord(cause: unknown): EngineError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new EngineError('engine/lease-lost', `the run cannot be recorded any more: ${words}`, {
    hint: 'it goes on from its last finished step when it is taken up again',
    cause,
  })
}

/** Whatever else aborts a signal is a wish to stop. */
export function stopKind(reason: unknown): StopKind {
  if (!isToolkitError(reason)) return 'cancelled'
  if (reason.code === 'engine/lease-lost') return 'lease-lost'
  if (reason.code === 'engine/timeout') return 'timeout'
  if (waitsAs(reason) !== null) return 'let-go'
  return reason.details['handedBack'] === true ? 'handed-back' : 'cancelled'
}

export function stopMessage(reason: unknown): string {
  if (reason instanceof Error && reason.name !== 'AbortError') return reason.message
  return 'asked to stop'
}
