/**
 * From a period id to its type and days.
 *
 * Ids are read by their form alone, as the server reads them: what a server refused in the recordings is refused here,
 * and the second spellings it takes (`2024W05`, `2024-02`, `2024-01-15`) come back in the first.
 */
import { DataError } from '../../../src/base/errors.ts'
import { dayOf, existingDay } from './calendar-day.ts'
import type { Period } from './period.ts'
import { FIRST_YEAR, buildPeriod } from './period.ts'
import type { NumberedPeriod, PeriodType } from './period-type.ts'
import { PERIOD_RULES } from './period-type.ts'

/** What follows the year, and how many digits may follow that. */
const WORDS: ReadonlyMap<string, { readonly type: PeriodType; readonly digits: readonly [number, number] }> = new Map([
  ['W', { type: 'Weekly', digits: [1, 2] }],
  ['WedW', { type: 'WeeklyWednesday', digits: [1, 2] }],
  ['ThuW', { type: 'WeeklyThursday', digits: [1, 2] }],
  ['FriW', { type: 'WeeklyFriday', digits: [1, 2] }],
  ['SatW', { type: 'WeeklySaturday', digits: [1, 2] }],
  ['SunW', { type: 'WeeklySunday', digits: [1, 2] }],
  ['BiW', { type: 'BiWeekly', digits: [1, 2] }],
  ['Q', { type: 'Quarterly', digits: [1, 1] }],
  ['NovQ', { type: 'QuarterlyNov', digits: [1, 1] }],
  ['S', { type: 'SixMonthly', digits: [1, 1] }],
  ['AprilS', { type: 'SixMonthlyApril', digits: [1, 1] }],
  ['NovS', { type: 'SixMonthlyNov', digits: [1, 1] }],
  ['Feb', { type: 'FinancialFeb', digits: [0, 0] }],
  ['April', { type: 'FinancialApril', digits: [0, 0] }],
  ['July', { type: 'FinancialJuly', digits: [0, 0] }],
  ['Aug', { type: 'FinancialAug', digits: [0, 0] }],
  ['Sep', { type: 'FinancialSep', digits: [0, 0] }],
  ['Oct', { type: 'FinancialOct', digits: [0, 0] }],
  ['Nov', { type: 'FinancialNov', digits: [0, 0] }],
])

const FORM = /^(\d{4})(?:(\d{2})(\d{2})|-(\d{2})-(\d{2})|-?(\d{2})|(\d{2})B|([A-Za-z]+)(\d*))?$/

/** Spellings the server refuses, and what people mean by them. */
const MISSPELT: readonly (readonly [RegExp, string])[] = [
  [/^(\d{4})-?M0?([1-9])$/i, '$10$2'],
  [/^(\d{4})-?M(1[0-2])$/i, '$1$2'],
  [/^(\d{4})-?([1-9])$/, '$10$2'],
  [/^(\d{4})-?W0*([1-9]\d?)$/i, '$1W$2'],
  [/^(\d{4})-?Q0?([1-4])$/i, '$1Q$2'],
  [/^(\d{4})-?S0?([12])$/i, '$1S$2'],
  [/^(\d{4})(0[1-6])b$/, '$1$2B'],
  [/^(\d{4})-?([1-6])B$/i, '$10$2B'],
  [/^(\d{4})Apr(?:il)?S([12])$/i, '$1AprilS$2'],
  [/^(\d{4})Nov(?:ember)?([QS][1-4])$/i, '$1Nov$2'],
  [/^(\d{4})Feb(?:ruary)?$/i, '$1Feb'],
  [/^(\d{4})Apr(?:il)?$/i, '$1April'],
  [/^(\d{4})July?$/i, '$1July'],
  [/^(\d{4})Aug(?:ust)?$/i, '$1Aug'],
  [/^(\d{4})Sept?(?:ember)?$/i, '$1Sep'],
  [/^(\d{4})Oct(?:ober)?$/i, '$1Oct'],
  [/^(\d{4})Nov(?:ember)?$/i, '$1Nov'],
]

/** A data set speaks of few periods and many rows: what was read once is kept. Far below a megabyte. */
const REMEMBERED_IDS = 4_096
const remembered = new Map<string, Period>()

/**
 * The period an id names, with its canonical id, DHIS2's name of its type, and its first and last day.
 *
 * Week and half-week types count weeks of the *week* year: `2024SunW1` begins on 2023-12-31.
 *
 * @throws DataError `data/period` when no period has the id
 * @example parsePeriod('2024NovQ1') // { id: '2024NovQ1', type: 'QuarterlyNov', startDate: '2023-11-01', endDate: '2024-01-31' }
 */
export function parsePeriod(id: string): Period {
  const known = remembered.get(id)
  if (known !== undefined) return known

  const { type, ...numbered } = readId(id)
  const period = buildPeriod(type, numbered)
  if (remembered.size >= REMEMBERED_IDS) remembered.clear()
  remembered.set(id, period)
  return period
}

/**
 * The type, the year and the number in that year of a period id.
 *
 * @throws DataError `data/period` when no period has the id
 */
export function readId(id: string): NumberedPeriod & { readonly type: PeriodType } {
  const parts = FORM.exec(id)
  if (parts === null) throw unreadable(id)
  const year = Number(parts[1])
  if (year < FIRST_YEAR) throw refused(id, 'there is no year 0')

  const [, , compactMonth, compactDay, dashedMonth, dashedDay, month, bimonth, word, digits] = parts
  if (compactDay !== undefined) return daily(id, year, Number(compactMonth), Number(compactDay))
  if (dashedDay !== undefined) return daily(id, year, Number(dashedMonth), Number(dashedDay))
  if (month !== undefined) return inRange(id, 'Monthly', year, Number(month))
  if (bimonth !== undefined) return inRange(id, 'BiMonthly', year, Number(bimonth))
  if (word === undefined) return { type: 'Yearly', year, number: 1 }

  const named = WORDS.get(word)
  if (named === undefined || digits === undefined) throw unreadable(id)
  const [fewest, most] = named.digits
  if (digits.length < fewest || digits.length > most) throw unreadable(id)
  return inRange(id, named.type, year, most === 0 ? 1 : Number(digits))
}

function daily(id: string, year: number, month: number, dayOfMonth: number): ReturnType<typeof readId> {
  const day = existingDay(year, month, dayOfMonth)
  if (day === null) throw refused(id, 'the calendar has no such day')
  return { type: 'Daily', year, number: day - dayOf(year, 1, 1) + 1 }
}

function inRange(id: string, type: PeriodType, year: number, number: number): ReturnType<typeof readId> {
  const count = PERIOD_RULES[type].countIn(year)
  if (number >= 1 && number <= count) return { type, year, number }
  throw refused(id, `the year ${year} has ${type} periods 1 to ${count}`)
}

function refused(id: string, reason: string): DataError {
  return new DataError('data/period', `"${id}" is no period: ${reason}`, {
    hint: 'correct the period; a DHIS2 server would refuse it too',
    details: { period: id },
  })
}

function unreadable(id: string): DataError {
  const meant = MISSPELT.flatMap(([pattern, spelling]) => (pattern.test(id) ? [id.replace(pattern, spelling)] : []))[0]
  return new DataError('data/period', `"${id}" is not written as a DHIS2 period`, {
    hint:
      meant === undefined
        ? 'write it as DHIS2 does: 20240131, 2024W5, 202401, 2024Q1, 2024S1, 2024, 2024April'
        : `DHIS2 writes it "${meant}"`,
    details: { period: id },
  })
}
