/** Rain that is stored as a running total since midnight, as ERA5-Land stores it. */
import { DataError } from '../base/errors.ts'
import type { Hour } from './local-day.ts'

export interface Deaccumulated {
  /** The rain of each hour that ends at the moment of its stamp; `null` where it, or the stamp before, is missing. */
  readonly hours: readonly Hour[]
  /** Tiny negative steps that packing made, set to 0. */
  readonly clamped: number
}

/**
 * Rain by hour from totals that run from 00 UTC and stand at 00:00 of the next day in full: the value of 01:00 is an hour's
 * rain, every later one is what it has more than the stamp before.
 *
 * @param stamps in order, an hour apart; in any unit of length
 * @param packing steps down to minus this are rounding (10⁻⁶ m unless told); below, the data are refused
 * @throws DataError `data/value` for stamps that are not an hour apart, or a total that falls
 * @see ECMWF, ERA5-Land: data documentation, "Accumulations"
 */
export function hoursFromRunningTotals(stamps: readonly Hour[], packing = 1e-6): Deaccumulated {
  let clamped = 0
  const hours = stamps.map(({ at, value }, index) => {
    const before = stamps[index - 1]
    const moment = Date.parse(at)
    if (Number.isNaN(moment) || (before !== undefined && moment - Date.parse(before.at) !== 3_600_000)) {
      throw new DataError('data/value', `the stamp ${at} does not follow an hour after the one before`, {
        hint: 'sort the stamps, and put one with null where one is missing',
      })
    }
    const isFirst = new Date(moment).getUTCHours() === 1
    const earlier = isFirst ? 0 : (before?.value ?? null)
    if (value === null || earlier === null) return { at, value: null }
    const rain = value - earlier
    if (rain < -packing) {
      throw new DataError('data/value', `the running total falls by ${-rain} at ${at}`, {
        hint: 'are these hourly sums, or totals since another hour than 00 UTC?',
      })
    }
    if (rain < 0) clamped += 1
    return { at, value: Math.max(0, rain) }
  })
  return { hours, clamped }
}

/**
 * The total of each day in UTC: the stamp of 00:00 of the next day holds it. Days whose stamp is missing have none.
 *
 * @throws DataError `data/value` for a moment that is none
 */
export function dailyTotalsFromRunningTotals(
  stamps: readonly Hour[],
): { readonly day: string; readonly value: number | null }[] {
  return stamps.flatMap(({ at, value }) => {
    const moment = Date.parse(at)
    if (Number.isNaN(moment))
      throw new DataError('data/value', `"${at}" is no moment`, { hint: 'write it in ISO 8601' })
    if (moment % 86_400_000 !== 0) return []
    return [
      {
        day: new Date(moment - 86_400_000).toISOString().slice(0, 10),
        value: value === null ? null : Math.max(0, value),
      },
    ]
  })
}
