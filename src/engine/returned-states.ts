/** States that a body returns in place of a value. */
import { systemClock } from '../base/clock.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'

/** Whoever awaits a flow never gets it as a value: it is thrown. */
export type FailedState = State & { readonly type: 'failed' }

/**
 * Ends a flow or an attempt of a task as failed, without throwing.
 *
 * @example return failed('the report is older than its sources')
 */
export function failed(message: string): FailedState {
  return { ...newState('failed', systemClock.now(), { message }), type: 'failed' }
}
