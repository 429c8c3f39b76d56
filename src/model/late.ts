/** A run that fell due and that nobody took is Late. Nobody needs to be there to write that down: it follows from the time. */
import type { FlowRun } from './run.ts'

/** Longer than the pause between two looks of a process that serves. */
export const LATE_AFTER_MS = 15_000

/** The run with the name that its state has at this moment. */
export function namedAt(run: FlowRun, now: Date): FlowRun {
  return isLate(run, now) ? { ...run, state: { ...run.state, name: 'Late' } } : run
}

/** One that waits for its retry, or for a place under a limit, has a name that says so, and keeps it. */
function isLate({ state, dueAt }: FlowRun, now: Date): boolean {
  if (state.type !== 'scheduled' || state.name !== 'Scheduled') return false
  return now.getTime() - Date.parse(state.details.scheduledFor ?? dueAt) > LATE_AFTER_MS
}
