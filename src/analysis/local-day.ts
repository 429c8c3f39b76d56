/** Hours as days of the place they were measured in, and days as months. */
import { DataError } from '../base/errors.ts'

export interface Hour {
  /** The moment the hour begins: ISO 8601 in UTC. */
  readonly at: string
  readonly value: number | null
}

export interface LocalDay {
  /** ISO day at the place. */
  readonly day: string
  /** `null` when too few hours are there. */
  readonly value: number | null
  readonly hours: number
}

export type DailyStatistic = 'mean' | 'sum' | 'min' | 'max'

/**
 * One figure for each local day that has an hour, in order. At UTC+3 a day begins at 21:00 UTC of the day before. A sum
 * needs all 24 hours, everything else 18, unless told.
 *
 * @throws DataError `data/value` for an hour given twice, a moment that is none, or a value that is not finite
 */
export function byLocalDay(
  hours: readonly Hour[],
  options: { readonly utcOffsetMinutes: number; readonly statistic: DailyStatistic; readonly minimumHours?: number },
): LocalDay[] {
  const { utcOffsetMinutes, statistic, minimumHours = statistic === 'sum' ? 24 : 18 } = options
  const seen = new Set<number>()
  const days = new Map<string, number[]>()
  for (const { at, value } of hours) {
    const moment = Date.parse(at)
    if (Number.isNaN(moment) || seen.has(moment) || (value !== null && !Number.isFinite(value))) {
      const problem = Number.isNaN(moment)
        ? 'is no moment'
        : seen.has(moment)
          ? 'is given twice'
          : `has the value ${value}`
      throw new DataError('data/value', `the hour ${at} ${problem}`, {
        hint: 'give each hour once, in UTC, null where missing',
      })
    }
    seen.add(moment)
    const day = new Date(moment + utcOffsetMinutes * 60_000).toISOString().slice(0, 10)
    const values = days.get(day) ?? []
    if (value !== null) values.push(value)
    days.set(day, values)
  }
  return [...days]
    .map(([day, values]) => ({
      day,
      hours: values.length,
      value: values.length < minimumHours ? null : reduce(values, statistic),
    }))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
}

export interface CompleteMonth {
  /** `2026-01`. */
  readonly month: string
  /** `null` unless every day of the month has a value. */
  readonly value: number | null
  readonly daysPresent: number
  readonly daysDue: number
}

/**
 * One figure for each month that has a day, in order, of complete months only: a missing day of rain is not a dry one.
 *
 * @throws DataError `data/value` for a day given twice or that is none
 */
export function byMonth(
  days: readonly { readonly day: string; readonly value: number | null }[],
  statistic: DailyStatistic,
): CompleteMonth[] {
  const seen = new Set<string>()
  for (const { day } of days) {
    const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
    if (!isDay || seen.has(day)) {
      throw new DataError('data/value', `the day ${day} is ${isDay ? 'given twice' : 'no day'}`, {
        hint: 'give each day once, as 2026-01-31',
      })
    }
    seen.add(day)
  }
  return [...Map.groupBy(days, ({ day }) => day.slice(0, 7))]
    .map(([month, own]) => {
      const values = own.flatMap(({ value }) => value ?? [])
      const daysDue = daysOf(month)
      const value = values.length < daysDue ? null : reduce(values, statistic)
      return { month, value, daysPresent: values.length, daysDue }
    })
    .toSorted((a, b) => (a.month < b.month ? -1 : 1))
}

export interface Dekad {
  readonly from: string
  readonly to: string
  readonly days: number
}

/**
 * The three dekads of a month: 1–10, 11–20, and 21 to its end, of 8 to 11 days. A mean over dekads is weighted by their
 * days. DHIS2 has no dekads.
 *
 * @throws DataError `data/value` for a month that is not written as 2026-01
 */
export function dekadsOf(month: string): readonly [Dekad, Dekad, Dekad] {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new DataError('data/value', `"${month}" is no month`, { hint: 'write it as 2026-01' })
  }
  const last = daysOf(month)
  return [
    { from: `${month}-01`, to: `${month}-10`, days: 10 },
    { from: `${month}-11`, to: `${month}-20`, days: 10 },
    { from: `${month}-21`, to: `${month}-${last}`, days: last - 20 },
  ]
}

function daysOf(month: string): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()
}

function reduce(values: readonly number[], statistic: DailyStatistic): number {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (statistic) {
    case 'sum':
      return sum
    case 'mean':
      return sum / values.length
    case 'min':
      return values.reduce((least, value) => Math.min(least, value), Infinity)
    case 'max':
      return values.reduce((most, value) => Math.max(most, value), -Infinity)
  }
}
