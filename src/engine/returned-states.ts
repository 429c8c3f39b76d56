/** States that a body returns in place of a value. */
import { systemClock } from '../base/clock.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'

/**
 * Ends a flow or an attempt of a task as failed, without throwing.
 *
 * @example return failed('the report is older than its sources')
 */
export function failed(message: string): State {
  return newState('failed', systemClock.now(), { message })
}
