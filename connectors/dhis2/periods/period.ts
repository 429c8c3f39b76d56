/** A period with its days, made from its type, its year and its number in that year. */
import { DataError } from '../../../src/base/errors.ts'
import { isoDay } from './calendar-day.ts'
import type { NumberedPeriod, PeriodRule, PeriodType } from './period-type.ts'
import { PERIOD_RULES } from './period-type.ts'

export interface Period {
  /** The canonical id: `2024W5`, never `2024W05`. */
  readonly id: string
  readonly type: PeriodType
  /** First day, ISO. */
  readonly startDate: string
  /** Last day, ISO; it belongs to the period. */
  readonly endDate: string
}

export const FIRST_YEAR = 1
export const LAST_YEAR = 9_999

/** @throws DataError `data/period` when the year is outside 1–9999, which no id can say */
export function buildPeriod(type: PeriodType, numbered: NumberedPeriod): Period {
  const rule = PERIOD_RULES[type]
  return Object.freeze({
    id: periodId(type, numbered),
    type,
    startDate: isoDay(rule.firstDay(numbered)),
    endDate: isoDay(rule.lastDay(numbered)),
  })
}

/** @throws DataError `data/period` when the year is outside 1–9999, which no id can say */
export function periodId(type: PeriodType, numbered: NumberedPeriod): string {
  if (numbered.year < FIRST_YEAR || numbered.year > LAST_YEAR) {
    throw new DataError('data/period', `no id can name a ${type} period of the year ${numbered.year}`, {
      hint: `period ids name the years ${FIRST_YEAR} to ${LAST_YEAR}`,
      details: { periodType: type, year: numbered.year },
    })
  }
  return PERIOD_RULES[type].idOf(numbered)
}

/** The period `steps` further on, or back when negative. */
export function stepped(type: PeriodType, from: NumberedPeriod, steps: number): NumberedPeriod {
  const rule: PeriodRule = PERIOD_RULES[type]
  let { year } = from
  let number = from.number + steps
  while (number < 1) {
    year -= 1
    number += rule.countIn(year)
  }
  for (let count = rule.countIn(year); number > count; count = rule.countIn(year)) {
    number -= count
    year += 1
  }
  return { year, number }
}
