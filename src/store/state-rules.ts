/** What a new state means for the rows around it: the same in every store. */
import { isSuspended, isTerminal, type State, type StateType } from '../model/state.ts'

/** A run that has ended, that waits for its turn, or that left its process to wait for a person is held by nobody and holds no slot. */
export function endsLease(state: State): boolean {
  return isTerminal(state) || state.type === 'scheduled' || isSuspended(state)
}

/** When a scheduled run falls due; null in every other state. Without a moment of its own it is due at once. */
export function scheduledForMs(state: State): number | null {
  if (state.type !== 'scheduled') return null
  return Date.parse(state.details.scheduledFor ?? state.at)
}

/** Whether this very transition was made before: a writer that did not hear the answer asks twice. */
export function isRepeated(history: readonly State[], state: State): boolean {
  const { transitionId } = state.details
  return transitionId !== undefined && history.some((earlier) => earlier.details.transitionId === transitionId)
}

/** Types of a run that has ended: its key is free for another one. */
export const ENDED: readonly StateType[] = ['completed', 'failed', 'crashed', 'cancelled']
