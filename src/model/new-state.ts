/** The usual states, made with an id and a moment. */
import { newId } from '../base/ids.ts'
import type { State, StateDetails, StateName, StateType } from './state.ts'

const DEFAULT_NAMES: Readonly<Record<StateType, StateName>> = {
  scheduled: 'Scheduled',
  pending: 'Pending',
  running: 'Running',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  crashed: 'Crashed',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
}

export function newState(
  type: StateType,
  at: Date,
  options: { readonly name?: StateName; readonly message?: string; readonly details?: StateDetails } = {},
): State {
  return {
    id: newId(at.getTime()),
    type,
    name: options.name ?? DEFAULT_NAMES[type],
    at: at.toISOString(),
    message: options.message ?? null,
    details: options.details ?? {},
  }
}
