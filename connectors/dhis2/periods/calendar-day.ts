/**
 * Calendar days as whole numbers: days since 1970-01-01 of the Gregorian calendar, reckoned backwards too.
 *
 * No `Date` and no time zone anywhere: a period has days, not moments. Conversions after Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days).
 */

/** Days since 1970-01-01; 1970-01-01 is 0, a Thursday. */
export type CalendarDay = number

/** Monday is 0, Sunday is 6. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6

const DAYS_IN_ERA = 146_097
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/

/** The day of a date that exists; `month` is 1–12. */
export function dayOf(year: number, month: number, dayOfMonth: number): CalendarDay {
  // The year begins in March, so that the leap day is its last
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_IN_ERA + dayOfEra - 719_468
}

export function dateOf(day: CalendarDay): {
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
} {
  const shifted = day + 719_468
  const era = Math.floor(shifted / DAYS_IN_ERA)
  const dayOfEra = shifted - era * DAYS_IN_ERA
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

/** `null` for a date that does not exist, such as 30 February. */
export function existingDay(year: number, month: number, dayOfMonth: number): CalendarDay | null {
  if (month < 1 || month > 12 || dayOfMonth < 1) return null
  return dayOfMonth > daysInMonth(year, month) ? null : dayOf(year, month, dayOfMonth)
}

export function weekdayOf(day: CalendarDay): Weekday {
  return ((((day + 3) % 7) + 7) % 7) as Weekday
}

/** `2024-02-29`; years before 1000 keep their four digits. */
export function isoDay(day: CalendarDay): string {
  const { year, month, dayOfMonth } = dateOf(day)
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`
}

/** `null` for text that is not an ISO calendar day that exists. */
export function parseIsoDay(text: string): CalendarDay | null {
  const parts = ISO_DAY.exec(text)
  return parts === null ? null : existingDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))
}

export function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

function daysInMonth(year: number, month: number): number {
  return month === 12 ? 31 : dayOf(year, month + 1, 1) - dayOf(year, month, 1)
}
