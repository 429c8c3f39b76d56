/** Whose data a run is about that is due at a moment of a schedule. */
import type { DataWindow } from '../model/run.ts'
import type { Schedule } from '../model/schedule.ts'
import { anchored } from './anchored.ts'
import { previous, upcoming } from './due.ts'

/**
 * From the schedule's moment before this one, so that the windows of its runs tile time, made up or not. Null for its
 * first moment.
 */
export function windowAt(schedule: Schedule, deploymentCreatedAt: string, dueAt: Date): DataWindow | null {
  const before = previous(anchored(schedule, deploymentCreatedAt), dueAt)
  return before === null ? null : { fromAt: before.toISOString(), toAt: dueAt.toISOString() }
}

/** Whether the schedule names this very moment. */
export function isMomentOf(schedule: Schedule, deploymentCreatedAt: string, moment: Date): boolean {
  const justBefore = new Date(moment.getTime() - 1)
  const [next] = upcoming(anchored(schedule, deploymentCreatedAt), { after: justBefore, count: 1 })
  return next?.getTime() === moment.getTime()
}
