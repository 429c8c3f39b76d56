/** The next moments that any schedule of a deployment names. */
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { anchored } from '../schedule/anchored.ts'
import { upcoming } from '../schedule/due.ts'

type Scheduled = Pick<DeploymentRecord, 'schedules' | 'createdAt'>

/** Null when none of them is active, or none names a moment any more. */
export function upcomingOf(deployment: Scheduled, after: Date): Date | null {
  return upcomingMomentsOf(deployment, after, 1)[0] ?? null
}

/** At most `count`, soonest first, each once. */
export function upcomingMomentsOf({ schedules, createdAt }: Scheduled, after: Date, count: number): Date[] {
  const moments = schedules
    .filter(({ active }) => active)
    .flatMap(({ schedule }) => upcoming(anchored(schedule, createdAt), { after, count }))
    .map((moment) => moment.getTime())
  return [...new Set(moments)]
    .toSorted((a, b) => a - b)
    .slice(0, count)
    .map((ms) => new Date(ms))
}
