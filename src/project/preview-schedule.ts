/** The next moments of a schedule, before anybody depends on it. */
import { ConfigError } from '../base/errors.ts'
import type { Schedule } from '../model/schedule.ts'
import { upcoming } from '../schedule/due.ts'
import { cron, interval, rrule } from '../schedule/schedule.ts'

/** A schedule as a person writes it: exactly one of the three kinds. */
export interface ScheduleWords {
  readonly cron?: string | undefined
  readonly intervalMs?: number | undefined
  readonly rrule?: string | undefined
  readonly timeZone?: string | undefined
  /** For an interval; default the present. */
  readonly anchor?: Date | undefined
}

/** @throws ConfigError `config/params` when none or several kinds are given, or the schedule cannot be read */
export function scheduleFrom(words: ScheduleWords, now: Date): Schedule {
  const { timeZone = 'UTC', anchor = now } = words
  const kinds = [words.cron, words.intervalMs, words.rrule].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) {
    throw new ConfigError('config/params', `a schedule is of one kind, here are ${kinds.length}`, {
      hint: 'give one of --cron "0 6 * * *", --interval SECONDS or --rrule "FREQ=WEEKLY;BYDAY=MO"',
    })
  }
  if (words.cron !== undefined) return cron(words.cron, timeZone)
  if (words.rrule !== undefined) return rrule(words.rrule, timeZone)
  return interval(words.intervalMs ?? 0, anchor, timeZone)
}

export function previewSchedule(schedule: Schedule, after: Date, count: number): readonly Date[] {
  return upcoming(schedule, { after, count })
}
