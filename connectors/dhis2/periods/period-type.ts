/**
 * The period types of DHIS2 that have an id, and what each one's id and days are.
 *
 * Every period is a year and a number in it, both as its id names them: `2024NovQ1` is number 1 of 2024 although it
 * begins in November 2023. Days and ids follow the servers: DHIS2 2.42.4 and 2.43.1, recorded.
 *
 * `TwoYearly` and `FinancialYearly` are missing on purpose: the server has no id for them.
 */
import { DataError } from '../../../src/base/errors.ts'
import type { CalendarDay, Weekday } from './calendar-day.ts'
import { dateOf, dayOf, padded, weekdayOf } from './calendar-day.ts'

/** A period as its id names it: `2024W5` is number 5 of 2024. Days are numbered through their year. */
export interface NumberedPeriod {
  readonly year: number
  readonly number: number
}

export interface PeriodRule {
  /** How many periods of the type a year holds. */
  readonly countIn: (year: number) => number
  readonly firstDay: (period: NumberedPeriod) => CalendarDay
  readonly lastDay: (period: NumberedPeriod) => CalendarDay
  /** The period that holds the day; where two do (`2020BiW27` and `2021BiW1`), the later. */
  readonly holding: (day: CalendarDay) => NumberedPeriod
  readonly idOf: (period: NumberedPeriod) => string
  /** First minor version of DHIS2 2 that knows the type; absent for types older than any server we speak to. */
  readonly sinceMinor?: number
}

const MONDAY = 0
const WEDNESDAY = 2
const THURSDAY = 3
const FRIDAY = 4
const SATURDAY = 5
const SUNDAY = 6

export const PERIOD_RULES = {
  Daily: days(),
  Weekly: weeks(MONDAY, 'W'),
  WeeklyWednesday: weeks(WEDNESDAY, 'WedW'),
  WeeklyThursday: weeks(THURSDAY, 'ThuW'),
  WeeklyFriday: { ...weeks(FRIDAY, 'FriW'), sinceMinor: 43 },
  WeeklySaturday: weeks(SATURDAY, 'SatW'),
  WeeklySunday: weeks(SUNDAY, 'SunW'),
  BiWeekly: pairsOfWeeks(),
  Monthly: months({ length: 1, startsIn: 1 }, ({ year, number }) => padded(year, 4) + padded(number, 2)),
  BiMonthly: months({ length: 2, startsIn: 1 }, ({ year, number }) => `${padded(year, 4)}${padded(number, 2)}B`),
  Quarterly: months({ length: 3, startsIn: 1 }, numbered('Q')),
  QuarterlyNov: months({ length: 3, startsIn: 11, yearBefore: true }, numbered('NovQ')),
  SixMonthly: months({ length: 6, startsIn: 1 }, numbered('S')),
  SixMonthlyApril: months({ length: 6, startsIn: 4 }, numbered('AprilS')),
  SixMonthlyNov: months({ length: 6, startsIn: 11, yearBefore: true }, numbered('NovS')),
  Yearly: months({ length: 12, startsIn: 1 }, ({ year }) => padded(year, 4)),
  FinancialFeb: { ...months({ length: 12, startsIn: 2 }, named('Feb')), sinceMinor: 43 },
  FinancialApril: months({ length: 12, startsIn: 4 }, named('April')),
  FinancialJuly: months({ length: 12, startsIn: 7 }, named('July')),
  FinancialAug: { ...months({ length: 12, startsIn: 8 }, named('Aug')), sinceMinor: 43 },
  FinancialSep: { ...months({ length: 12, startsIn: 9 }, named('Sep')), sinceMinor: 42 },
  FinancialOct: months({ length: 12, startsIn: 10 }, named('Oct')),
  FinancialNov: months({ length: 12, startsIn: 11, yearBefore: true }, named('Nov')),
} satisfies Record<string, PeriodRule>

/** DHIS2's own names. */
export type PeriodType = keyof typeof PERIOD_RULES

export const PERIOD_TYPES = Object.keys(PERIOD_RULES) as readonly PeriodType[]

/** @throws DataError `data/period` for a name that is none, or that stands for a type without ids */
export function periodTypeOf(name: string): PeriodType {
  if (Object.hasOwn(PERIOD_RULES, name)) return name as PeriodType
  throw new DataError('data/period', `"${name}" is not a period type that has ids`, {
    hint: `DHIS2's names are ${PERIOD_TYPES.join(', ')}`,
    details: { periodType: name },
  })
}

/**
 * The period types that a server of this version knows; a writer refuses the others before it sends.
 *
 * @param version as `system/info` says it: `2.42.4`, `2.43-SNAPSHOT`
 * @throws DataError `data/period` for text that is not a version of DHIS2 2
 */
export function periodTypesKnownTo(version: string): readonly PeriodType[] {
  const minor = /^2\.(\d+)/.exec(version)?.[1]
  if (minor === undefined) {
    throw new DataError('data/period', `"${version}" is not a version of DHIS2 2`, {
      hint: 'pass what system/info says, such as "2.42.4"',
      details: { version },
    })
  }
  return PERIOD_TYPES.filter((type) => {
    const rule: PeriodRule = PERIOD_RULES[type]
    return rule.sinceMinor === undefined || rule.sinceMinor <= Number(minor)
  })
}

function days(): PeriodRule {
  const firstDay = ({ year, number }: NumberedPeriod): CalendarDay => dayOf(year, 1, 1) + number - 1
  return {
    countIn: (year) => dayOf(year + 1, 1, 1) - dayOf(year, 1, 1),
    firstDay,
    lastDay: firstDay,
    holding: (day) => {
      const { year } = dateOf(day)
      return { year, number: day - dayOf(year, 1, 1) + 1 }
    },
    idOf: (period) => {
      const { year, month, dayOfMonth } = dateOf(firstDay(period))
      return padded(year, 4) + padded(month, 2) + padded(dayOfMonth, 2)
    },
  }
}

/** Week 1 is the week that holds 4 January, so a week belongs to the year that holds its fourth day. */
function weeks(startsOn: Weekday, infix: string): PeriodRule {
  const firstDay = ({ year, number }: NumberedPeriod): CalendarDay => {
    const fourth = dayOf(year, 1, 4)
    return fourth - daysInto(fourth) + 7 * (number - 1)
  }
  const daysInto = (day: CalendarDay): number => (weekdayOf(day) - startsOn + 7) % 7
  return {
    countIn: (year) => (firstDay({ year: year + 1, number: 1 }) - firstDay({ year, number: 1 })) / 7,
    firstDay,
    lastDay: (period) => firstDay(period) + 6,
    holding: (day) => {
      const start = day - daysInto(day)
      const { year } = dateOf(start + 3)
      return { year, number: (start - firstDay({ year, number: 1 })) / 7 + 1 }
    },
    idOf: numbered(infix),
  }
}

/**
 * ISO weeks 2n−1 and 2n. A year with a week 53 has a 27th pair, whose second week is also week 1 of the next year:
 * this is the one type whose neighbours can overlap.
 */
function pairsOfWeeks(): PeriodRule {
  const week = weeks(MONDAY, 'W')
  const firstDay = ({ year, number }: NumberedPeriod): CalendarDay => week.firstDay({ year, number: 2 * number - 1 })
  return {
    countIn: (year) => Math.ceil(week.countIn(year) / 2),
    firstDay,
    lastDay: (period) => firstDay(period) + 13,
    holding: (day) => {
      const { year, number } = week.holding(day)
      return { year, number: Math.ceil(number / 2) }
    },
    idOf: numbered('BiW'),
  }
}

interface MonthSpan {
  /** In months; divides 12. */
  readonly length: number
  /** The month, 1–12, in which number 1 begins. */
  readonly startsIn: number
  /** Whether number 1 begins in the year before the one it is named after. */
  readonly yearBefore?: boolean
}

function months({ length, startsIn, yearBefore }: MonthSpan, idOf: PeriodRule['idOf']): PeriodRule {
  const shift = startsIn - 1 - (yearBefore === true ? 12 : 0)
  const firstMonth = ({ year, number }: NumberedPeriod): number => 12 * year + shift + length * (number - 1)
  return {
    countIn: () => 12 / length,
    firstDay: (period) => firstDayOfMonth(firstMonth(period)),
    lastDay: (period) => firstDayOfMonth(firstMonth(period) + length) - 1,
    holding: (day) => {
      const { year, month } = dateOf(day)
      const fromFirst = 12 * year + month - 1 - shift
      const namedYear = Math.floor(fromFirst / 12)
      return { year: namedYear, number: Math.floor((fromFirst - 12 * namedYear) / length) + 1 }
    },
    idOf,
  }
}

/** Months counted from January of the year 0. */
function firstDayOfMonth(month: number): CalendarDay {
  const year = Math.floor(month / 12)
  return dayOf(year, month - 12 * year + 1, 1)
}

function numbered(infix: string): PeriodRule['idOf'] {
  return ({ year, number }) => padded(year, 4) + infix + String(number)
}

function named(suffix: string): PeriodRule['idOf'] {
  return ({ year }) => padded(year, 4) + suffix
}
