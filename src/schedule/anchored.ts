import type { Schedule } from '../model/schedule.ts'

/** The schedule with an anchor: an interval without one counts from when its deployment was first saved. */
export function anchored(schedule: Schedule, createdAt: string): Schedule {
  return schedule.kind === 'interval' && schedule.anchorAt === null ? { ...schedule, anchorAt: createdAt } : schedule
}
