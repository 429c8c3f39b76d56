import { cron, DAY, interval, rrule } from 'd2flow'
import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/model/schedule.ts'
import { scheduleInWords } from '../../src/schedule/in-words.ts'

describe('a schedule', () => {
  it.each<[string, Schedule]>([
    ['At 06:00, only on Monday (Africa/Nairobi)', cron('0 6 * * 1', 'Africa/Nairobi')],
    ['At 02:30 (UTC)', cron('30 2 * * *')],
    ['every 15 minutes', interval(15 * 60_000)],
    ['every day', interval(DAY)],
    ['every 1500 milliseconds', interval(1_500)],
    ['every week on Monday, Wednesday and Friday (UTC)', rrule('FREQ=WEEKLY;BYDAY=MO,WE,FR')],
    [
      'every month on the 1st day of the month at 6 AM until 2027-12-31 (Africa/Nairobi)',
      rrule('FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=6;BYMINUTE=0;UNTIL=20271231T000000Z', 'Africa/Nairobi'),
    ],
  ])('is said as "%s"', (words, schedule) => {
    expect(scheduleInWords(schedule)).toBe(words)
  })
})
