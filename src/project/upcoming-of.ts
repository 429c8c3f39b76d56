/** The next moment that any schedule of a deployment names. */
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { anchored } from '../schedule/anchored.ts'
import { upcoming } from '../schedule/due.ts'

/** Null when none of them is active, or none names a moment any more. */
export function upcomingOf(
  { schedules, createdAt }: Pick<DeploymentRecord, 'schedules' | 'createdAt'>,
  after: Date,
): Date | null {
  const moments = schedules
    .filter(({ active }) => active)
    .flatMap(({ schedule }) => upcoming(anchored(schedule, createdAt), { after, count: 1 }))
  return moments.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null
}
