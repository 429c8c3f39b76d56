/**
 * The official daily figures of a day of hourly concentrations: what the index is made from.
 *
 * Source: 40 CFR 58, Appendix G, and 40 CFR 50 (averaging and completeness), US EPA.
 */

/** 24 hours, from midnight to midnight local standard time; a missing hour is null. */
export type DayOfHours = readonly (number | null)[]

const HOURS_OF_A_DAY = 24
/** Three quarters of the hours must be there. */
const ENOUGH_OF_DAY = 18
const ENOUGH_OF_EIGHT = 6

export interface Daily {
  readonly value: number | null
  /** Hours that were there. */
  readonly hours: number
  /** Why there is no value. */
  readonly reason: string | null
}

/** The 24-hour mean; valid with 18 hours or more. */
export function dailyMean(hours: DayOfHours): Daily {
  return ofEnoughHours(hours, mean)
}

/** The highest hour; valid with 18 hours or more. */
export function dailyMaximum(hours: DayOfHours): Daily {
  return ofEnoughHours(hours, (present) => Math.max(...present))
}

/**
 * The highest 8-hour mean among the windows that start at the hours `from` to `to` of the day, each with 6 hours or more.
 * Ozone takes the 17 windows from 07:00 to 23:00, the last of which reach into the next day; carbon monoxide all of them.
 */
export function dailyMaximumEightHour(
  hours: DayOfHours,
  nextDay: DayOfHours = [],
  windows: { readonly from: number; readonly to: number } = { from: 7, to: 23 },
): Daily {
  const all = [...hours.slice(0, HOURS_OF_A_DAY), ...nextDay]
  const means: number[] = []
  for (let start = windows.from; start <= windows.to; start += 1) {
    const window = usable(all.slice(start, start + 8))
    if (window.length >= ENOUGH_OF_EIGHT) means.push(mean(window))
  }
  const present = usable(hours.slice(0, HOURS_OF_A_DAY)).length
  if (means.length === 0) return { value: null, hours: present, reason: 'no 8 hours in a row with at least 6 values' }
  return { value: Math.max(...means), hours: present, reason: null }
}

function ofEnoughHours(hours: DayOfHours, reduce: (present: readonly number[]) => number): Daily {
  const present = usable(hours.slice(0, HOURS_OF_A_DAY))
  if (present.length >= ENOUGH_OF_DAY) return { value: reduce(present), hours: present.length, reason: null }
  return {
    value: null,
    hours: present.length,
    reason: `${present.length} of 24 hours, at least ${ENOUGH_OF_DAY} are needed`,
  }
}

function usable(hours: DayOfHours): number[] {
  return hours.filter((value): value is number => value !== null && Number.isFinite(value) && value >= 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
