/** Periods one after another: what comes next, what came before, and which ones touch a range of days. */
import { DataError } from '../../../src/base/errors.ts'
import type { CalendarDay } from './calendar-day.ts'
import { parseIsoDay } from './calendar-day.ts'
import { readId } from './parse-period.ts'
import type { Period } from './period.ts'
import { buildPeriod, periodId, stepped } from './period.ts'
import type { PeriodRule } from './period-type.ts'
import { PERIOD_RULES, periodTypeOf } from './period-type.ts'

/**
 * The ids of all periods of a type that have at least one day in common with a range of days, in order.
 *
 * Both ends of the range belong to it. Touching is enough, as where the server makes periods itself: March to April as
 * quarters is `2024Q1` and `2024Q2`. The one range that is empty, because it ends before it starts, has no periods.
 *
 * @param startDate ISO day
 * @param endDate ISO day
 * @throws DataError `data/period` for an unknown type or a text that is not a day
 * @example periodsBetween('Monthly', '2024-01-31', '2024-03-01') // ['202401', '202402', '202403']
 */
export function periodsBetween(type: string, startDate: string, endDate: string): string[] {
  const known = periodTypeOf(type)
  const rule: PeriodRule = PERIOD_RULES[known]
  const from = checkedDay(startDate)
  const to = checkedDay(endDate)
  if (to < from) return []

  const ids: string[] = []
  let period = rule.holding(from)
  // Only pairs of weeks overlap: then the first one that touches is the neighbour before the one that was found
  const before = stepped(known, period, -1)
  if (rule.lastDay(before) >= from) period = before
  for (; rule.firstDay(period) <= to; period = stepped(known, period, 1)) ids.push(periodId(known, period))
  return ids
}

/**
 * The period of a type that holds a day. Where two do (`2020BiW27` and `2021BiW1` share a week), it is the later.
 *
 * @param day ISO day
 * @throws DataError `data/period` for an unknown type or a text that is not a day
 */
export function periodHolding(type: string, day: string): Period {
  const known = periodTypeOf(type)
  return buildPeriod(known, PERIOD_RULES[known].holding(checkedDay(day)))
}

/**
 * The id of the period that follows, of the same type.
 *
 * @throws DataError `data/period` when no period has the id, or none follows because the years run out
 */
export function nextPeriod(id: string): string {
  return neighbour(id, 1)
}

/**
 * The id of the period before, of the same type.
 *
 * @throws DataError `data/period` when no period has the id, or none precedes because the years run out
 */
export function previousPeriod(id: string): string {
  return neighbour(id, -1)
}

/**
 * Whether a day lies in a period, its first and last day included.
 *
 * @param day ISO day
 * @throws DataError `data/period` when no period has the id, or the text is not a day
 */
export function periodContains(id: string, day: string): boolean {
  const { type, ...numbered } = readId(id)
  const asked = checkedDay(day)
  return PERIOD_RULES[type].firstDay(numbered) <= asked && asked <= PERIOD_RULES[type].lastDay(numbered)
}

function neighbour(id: string, steps: number): string {
  const { type, ...numbered } = readId(id)
  return periodId(type, stepped(type, numbered, steps))
}

/** @throws DataError `data/period` for a text that is not an ISO day that exists */
export function checkedDay(text: string): CalendarDay {
  const day = parseIsoDay(text)
  if (day !== null) return day
  throw new DataError('data/period', `"${text}" is not a day of the calendar`, {
    hint: 'write the day as 2024-01-31',
    details: { day: text },
  })
}
