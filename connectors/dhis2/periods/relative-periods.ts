/**
 * DHIS2's relative periods: 45 keywords that mean some periods, counted from a day.
 *
 * "Last n" ends with the period before the present one, which is never in it; `LAST_7_DAYS` ends yesterday.
 * "This year" lists hold the whole calendar year, its future periods too.
 */
import { DataError } from '../../../src/base/errors.ts'
import type { CalendarDay } from './calendar-day.ts'
import { dateOf } from './calendar-day.ts'
import { checkedDay } from './period-sequence.ts'
import { periodId, stepped } from './period.ts'
import type { PeriodType } from './period-type.ts'
import { PERIOD_RULES } from './period-type.ts'

export interface RelativePeriodOptions {
  /** The server's setting `analyticsFinancialYearStart`, as a period type. */
  readonly financialYear?: Extract<PeriodType, `Financial${string}`>
}

/** From `back` periods before the present one, `count` of them. */
interface Recent {
  readonly unit: PeriodType | 'financial'
  readonly back: number
  readonly count: number
}

/** All periods of the calendar year of today, or of one `yearsBack`. */
interface WholeYear {
  readonly unit: PeriodType
  readonly yearsBack: number
}

const SINGLE_UNITS = {
  WEEK: 'Weekly',
  BIWEEK: 'BiWeekly',
  MONTH: 'Monthly',
  BIMONTH: 'BiMonthly',
  QUARTER: 'Quarterly',
  SIX_MONTH: 'SixMonthly',
  YEAR: 'Yearly',
  FINANCIAL_YEAR: 'financial',
} as const

const MEANINGS: ReadonlyMap<string, Recent | WholeYear> = new Map<string, Recent | WholeYear>([
  ['TODAY', { unit: 'Daily', back: 0, count: 1 }],
  ['YESTERDAY', { unit: 'Daily', back: 1, count: 1 }],
  ...Object.entries(SINGLE_UNITS).flatMap(([word, unit]): [string, Recent][] => [
    [`THIS_${word}`, { unit, back: 0, count: 1 }],
    [`LAST_${word}`, { unit, back: 1, count: 1 }],
  ]),
  ...lastOf('Daily', 'DAYS', [3, 7, 14, 30, 60, 90, 180]),
  ...lastOf('Weekly', 'WEEKS', [4, 12, 52]),
  ...lastOf('BiWeekly', 'BIWEEKS', [4]),
  ...lastOf('Monthly', 'MONTHS', [3, 6, 12]),
  ...lastOf('BiMonthly', 'BIMONTHS', [6]),
  ...lastOf('Quarterly', 'QUARTERS', [4]),
  ...lastOf('SixMonthly', 'SIXMONTHS', [2]),
  ...lastOf('Yearly', 'YEARS', [5, 10]),
  ...lastOf('financial', 'FINANCIAL_YEARS', [5, 10]),
  ['WEEKS_THIS_YEAR', { unit: 'Weekly', yearsBack: 0 }],
  ['MONTHS_THIS_YEAR', { unit: 'Monthly', yearsBack: 0 }],
  ['BIMONTHS_THIS_YEAR', { unit: 'BiMonthly', yearsBack: 0 }],
  ['QUARTERS_THIS_YEAR', { unit: 'Quarterly', yearsBack: 0 }],
  ['MONTHS_LAST_YEAR', { unit: 'Monthly', yearsBack: 1 }],
  ['QUARTERS_LAST_YEAR', { unit: 'Quarterly', yearsBack: 1 }],
])

/**
 * In the first month of a bimonth the server ends this list one bimonth too early: in November 2026 with July–August
 * (DHIS2 2.42.4 and 2.43.1, recorded). A keyword means what the server makes of it, so this does the same.
 */
const LATE_KEYWORD = 'LAST_6_BIMONTHS'

export const RELATIVE_PERIOD_KEYWORDS: readonly string[] = [...MEANINGS.keys()]

/**
 * The ids a relative period stands for, oldest first.
 *
 * @param keyword such as `LAST_12_MONTHS`
 * @param today the ISO day to count from: the day a run is due, in the zone of whoever asks, so that a backfill repeats
 * @throws DataError `data/period` for an unknown keyword or a text that is not a day
 * @example relativePeriods('LAST_4_QUARTERS', '2024-05-10') // ['2023Q2', '2023Q3', '2023Q4', '2024Q1']
 */
export function relativePeriods(keyword: string, today: string, options: RelativePeriodOptions = {}): string[] {
  const day = checkedDay(today)
  const meaning = MEANINGS.get(keyword)
  if (meaning === undefined) {
    throw new DataError('data/period', `"${keyword}" is not a relative period of DHIS2`, {
      hint: `use one of ${RELATIVE_PERIOD_KEYWORDS.join(', ')}`,
      details: { keyword },
    })
  }

  if ('yearsBack' in meaning) {
    const year = dateOf(day).year - meaning.yearsBack
    const count = PERIOD_RULES[meaning.unit].countIn(year)
    return Array.from({ length: count }, (_, index) => periodId(meaning.unit, { year, number: index + 1 }))
  }
  // October is the server's own default
  const type = meaning.unit === 'financial' ? (options.financialYear ?? 'FinancialOct') : meaning.unit
  const present = PERIOD_RULES[type].holding(day)
  const back = meaning.back + (keyword === LATE_KEYWORD && isFirstOfTwoMonths(day) ? 1 : 0)
  return Array.from({ length: meaning.count }, (_, index) => periodId(type, stepped(type, present, index - back)))
}

function isFirstOfTwoMonths(day: CalendarDay): boolean {
  return dateOf(day).month % 2 === 1
}

function lastOf(unit: Recent['unit'], word: string, counts: readonly number[]): [string, Recent][] {
  return counts.map((count) => [`LAST_${count}_${word}`, { unit, back: count, count }])
}
