/** A schedule as a person would say it. */
import { DAY, HOUR, MINUTE, SECOND } from '../base/duration.ts'
import type { Schedule } from '../model/schedule.ts'
import { loadCronWords, loadRuleWords } from './libraries.ts'
import { parseRule } from './schedule.ts'

/** "At 06:00, only on Monday (Africa/Nairobi)", "every 15 minutes", "every week on Monday (UTC)". */
export function scheduleInWords(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cron': {
      const words = loadCronWords().toString(schedule.expression, { use24HourTimeFormat: true, verbose: false })
      return `${words} (${schedule.timeZone})`
    }
    case 'interval':
      return `every ${lengthInWords(schedule.everyMs)}`
    case 'rrule': {
      const { rule, until } = parseRule(schedule.text, 0)
      const end = until === null ? '' : ` until ${new Date(until.ms).toISOString().slice(0, 10)}`
      return `${loadRuleWords()(rule, 'en', { excludeTzAbbreviation: true })}${end} (${schedule.timeZone})`
    }
  }
}

const UNITS = [
  { ms: DAY, name: 'day' },
  { ms: HOUR, name: 'hour' },
  { ms: MINUTE, name: 'minute' },
  { ms: SECOND, name: 'second' },
]

function lengthInWords(ms: number): string {
  const unit = UNITS.find((each) => ms % each.ms === 0) ?? { ms: 1, name: 'millisecond' }
  const count = ms / unit.ms
  return count === 1 ? unit.name : `${count} ${unit.name}s`
}
