/** The next moment that any of several schedules names. */
import type { ScheduleRecord } from '../model/schedule.ts'
import { upcoming } from '../schedule/due.ts'

/** Null when none of them is active, or none names a moment any more. */
export function upcomingOf(schedules: readonly ScheduleRecord[], after: Date): Date | null {
  const moments = schedules
    .filter(({ active }) => active)
    .flatMap(({ schedule }) => upcoming(schedule, { after, count: 1 }))
  return moments.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null
}
