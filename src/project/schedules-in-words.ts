/** When a deployment runs, as a person would say it. */
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { scheduleInWords } from '../schedule/in-words.ts'

/** One sentence for each of its schedules; none for a deployment that runs by hand only. */
export function schedulesInWords({ schedules }: Pick<DeploymentRecord, 'schedules'>): readonly string[] {
  return schedules.map(({ schedule, active }) => `${scheduleInWords(schedule)}${active ? '' : ', switched off'}`)
}
