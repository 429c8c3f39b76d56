import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/base/duration.ts'
import type { Schedule } from '../../src/model/schedule.ts'
import { dueBetween, previous, upcoming } from '../../src/schedule/due.ts'
import { cron, interval, rrule } from '../../src/schedule/schedule.ts'

const OSLO = 'Europe/Oslo'

/** Moments in (from, until], as UTC minutes. */
function moments(schedule: Schedule, from: string, until: string): string[] {
  return dueBetween(schedule, new Date(from), new Date(until)).map((moment) => moment.toISOString().slice(0, 16))
}

function next(schedule: Schedule, after: string, count: number): string[] {
  return upcoming(schedule, { after: new Date(after), count }).map((moment) => moment.toISOString().slice(0, 16))
}

describe('cron over the clock changes of Oslo, 2026 (29 March 02:00 → 03:00, 25 October 03:00 → 02:00)', () => {
  it.each([
    ['30 2 * * *', '2026-03-29', ['01:30']],
    ['30 2 * * *', '2026-10-25', ['00:30']],
    ['*/30 2 * * *', '2026-03-29', ['01:00', '01:30']],
    ['*/30 2 * * *', '2026-10-25', ['00:00', '00:30']],
    ['0 0,2 * * *', '2026-10-25', ['00:00']],
    ['0 1-4 * * *', '2026-10-25', ['00:00', '02:00', '03:00']],
    ['0 */2 * * *', '2026-10-25', ['00:00', '01:00', '03:00']],
    ['0 * * * *', '2026-10-25', ['00:00', '01:00', '02:00', '03:00']],
    ['0 * * * *', '2026-03-29', ['00:00', '01:00', '02:00', '03:00']],
  ])('%s on %s runs at %j UTC', (expression, day, expected) => {
    const justBefore = new Date(Date.parse(`${day}T00:00:00Z`) - 60_000).toISOString()

    const times = moments(cron(expression, OSLO), justBefore, `${day}T03:00:00Z`)

    expect(times.map((moment) => moment.slice(11))).toEqual(expected)
  })

  it('leaves 02:00 local out of every second hour in spring, because that hour does not pass', () => {
    expect(moments(cron('0 */2 * * *', OSLO), '2026-03-28T22:59:00Z', '2026-03-29T04:00:00Z')).toEqual([
      '2026-03-28T23:00',
      '2026-03-29T02:00',
      '2026-03-29T04:00',
    ])
  })
})

describe('cron', () => {
  it('F131 places a daily time in its zone, winter and summer', () => {
    const daily = cron('0 6 * * *', OSLO)

    expect(next(daily, '2024-01-14T12:00:00Z', 1)).toEqual(['2024-01-15T05:00'])
    expect(next(daily, '2024-07-14T12:00:00Z', 1)).toEqual(['2024-07-15T04:00'])
  })

  it('F131 never fires on 30 February', () => {
    expect(next(cron('0 0 30 2 *'), '2024-01-01T00:00:00Z', 3)).toEqual([])
  })

  it('waits for the leap day', () => {
    expect(next(cron('0 12 29 2 *'), '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T12:00', '2032-02-29T12:00'])
  })

  it('is strictly after: a moment that is due now is not upcoming', () => {
    expect(next(cron('0 6 * * *'), '2026-01-01T06:00:00Z', 1)).toEqual(['2026-01-02T06:00'])
  })

  it('takes day of month or weekday when both are given, or both when asked', () => {
    const either = cron('0 0 13 * 5', 'UTC')
    const both = cron('0 0 13 * 5', 'UTC', { dayOr: false })

    expect(next(either, '2026-02-01T00:00:00Z', 3)).toEqual([
      '2026-02-06T00:00',
      '2026-02-13T00:00',
      '2026-02-20T00:00',
    ])
    expect(next(both, '2026-02-01T00:00:00Z', 2)).toEqual(['2026-02-13T00:00', '2026-03-13T00:00'])
  })

  it.each([
    ['Asia/Kathmandu', '2026-01-01T00:15'],
    ['Africa/Maputo', '2026-01-01T04:00'],
    ['America/Lima', '2026-01-01T11:00'],
    ['Australia/Lord_Howe', '2026-01-01T19:00'],
  ])('places six o’clock in %s', (zone, expected) => {
    expect(next(cron('0 6 * * *', zone), '2025-12-31T23:59:00Z', 1)).toEqual([expected])
  })

  it('moves a time in the half-hour gap of Lord Howe by half an hour', () => {
    // Australia/Lord_Howe: 4 October 2026, 02:00 → 02:30, from UTC+10:30 to UTC+11
    expect(next(cron('15 2 * * *', 'Australia/Lord_Howe'), '2026-10-03T12:00:00Z', 1)).toEqual(['2026-10-03T15:45'])
  })

  it.each(['0 6 * *', '0 6 * * * *', '61 6 * * *', 'every day'])('refuses "%s"', (expression) => {
    expect(() => cron(expression)).toThrow(expect.objectContaining({ code: 'config/params' }))
  })

  it('refuses a zone that does not exist', () => {
    expect(() => cron('0 6 * * *', 'Mars/Olympus')).toThrow('"Mars/Olympus" is not a time zone')
  })
})

describe('interval', () => {
  it('F122 counts elapsed hours through a clock change', () => {
    expect(next(interval(HOUR, new Date('2026-03-29T00:00:00Z'), OSLO), '2026-03-28T23:30:00Z', 3)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
    ])
  })

  it('steps whole days on the calendar of its zone', () => {
    const daily = interval(DAY, new Date('2026-01-01T08:00:00Z'), OSLO)

    expect(next(daily, '2026-03-28T07:00:00Z', 3)).toEqual(['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T07:00'])
  })

  it('refuses a length of nothing', () => {
    expect(() => interval(0)).toThrow(expect.objectContaining({ code: 'config/params' }))
  })
})

describe('recurrence rules', () => {
  it('F123 gives Mondays, Wednesdays and Fridays', () => {
    expect(next(rrule('FREQ=WEEKLY;BYDAY=MO,WE,FR'), '2023-12-31T23:59:00Z', 4)).toEqual([
      '2024-01-01T00:00',
      '2024-01-03T00:00',
      '2024-01-05T00:00',
      '2024-01-08T00:00',
    ])
  })

  it('runs a daily 02:30 an hour late where it does not exist, and once where it exists twice', () => {
    const daily = rrule('FREQ=DAILY;BYHOUR=2;BYMINUTE=30', OSLO)

    expect(next(daily, '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-29T01:30'])
    expect(next(daily, '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  })

  it('follows elapsed time when it repeats hourly', () => {
    expect(next(rrule('FREQ=HOURLY', OSLO), '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ])
  })

  it('drops a date that does not exist', () => {
    expect(next(rrule('FREQ=MONTHLY;BYMONTHDAY=31'), '2026-01-30T00:00:00Z', 3)).toEqual([
      '2026-01-31T00:00',
      '2026-03-31T00:00',
      '2026-05-31T00:00',
    ])
  })

  it('ends with UNTIL', () => {
    expect(next(rrule('FREQ=DAILY;UNTIL=20260103T000000Z'), '2026-01-01T00:00:00Z', 9)).toEqual([
      '2026-01-02T00:00',
      '2026-01-03T00:00',
    ])
  })

  it('refuses COUNT, which would start again after a restart', () => {
    expect(() => rrule('FREQ=DAILY;COUNT=3')).toThrow('COUNT is not supported')
  })
})

describe('the moment before', () => {
  const before = (schedule: Schedule, moment: string) => previous(schedule, new Date(moment))?.toISOString() ?? null

  it.each([
    ['a day of 23 hours', cron('0 6 * * *', OSLO), '2026-03-29T04:00:00Z', '2026-03-28T05:00:00.000Z'],
    ['a day of 25 hours', cron('0 6 * * *', OSLO), '2026-10-25T05:00:00Z', '2026-10-24T04:00:00.000Z'],
    ['a leap day', cron('0 0 29 2 *'), '2026-01-01T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['minutes of one day in the year', cron('* * 1 1 *'), '2026-06-01T00:00:00Z', '2026-01-01T23:59:00.000Z'],
    ['an interval', interval(6 * HOUR, new Date('2026-01-01')), '2026-01-01T06:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['a rule', rrule('FREQ=MONTHLY;BYMONTHDAY=-1'), '2026-03-31T00:00:00Z', '2026-02-28T00:00:00.000Z'],
  ] as const)('over %s', (_, schedule, moment, expected) => {
    expect(before(schedule, moment)).toBe(expected)
  })

  it('is null where a schedule begins', () => {
    expect(before(rrule('DTSTART:20260101T060000Z\nRRULE:FREQ=DAILY'), '2026-01-01T06:00:00Z')).toBeNull()
  })
})
