/** Smoothing by windows that count steps of the calendar: a gap takes its place in the window. */
import { DataError } from '../base/errors.ts'
import type { Column } from './paired.ts'
import { quantile } from './quantile.ts'

export interface MovingWindow {
  /** Steps in the window. */
  readonly length: number
  /** `trailing` (default) ends at the step; `centred` has it in the middle and needs an odd length. */
  readonly align?: 'trailing' | 'centred'
  /** Values that must be there. Default: all. Steps before the first and after the last are not. */
  readonly minCount?: number
}

/**
 * The mean of the window at each step; `null` where too little of it is there.
 *
 * @throws DataError `data/value` for a window that is none, or an even one that should be centred
 * @example movingMean([1, 2, 3, null, 5], { length: 2 }) // [null, 1.5, 2.5, null, null]
 */
export function movingMean(values: Column, window: MovingWindow): (number | null)[] {
  return moving(values, window, (present) => present.reduce((sum, value) => sum + value, 0) / present.length)
}

/** The median of the window at each step; see `movingMean`. */
export function movingMedian(values: Column, window: MovingWindow): (number | null)[] {
  return moving(values, window, (present) => quantile(present, 0.5))
}

/**
 * The centred mean over a whole year of an even number of steps: half of the first and last, so that it has a middle
 * (2 × 12 for months). `null` where a step is missing.
 */
export function centredYearMean(values: Column, period: number): (number | null)[] {
  if (period % 2 === 1) return movingMean(values, { length: period, align: 'centred' })
  const half = period / 2
  return values.map((_, index) => {
    if (index < half || index + half >= values.length) return null
    let sum = 0
    for (let step = -half; step <= half; step += 1) {
      const value = values[index + step] ?? null
      if (value === null) return null
      sum += Math.abs(step) === half ? value / 2 : value
    }
    return sum / period
  })
}

function moving(
  values: Column,
  { length, align = 'trailing', minCount = length }: MovingWindow,
  reduce: (present: readonly number[]) => number | null,
): (number | null)[] {
  if (!Number.isInteger(length) || length < 1 || !(minCount >= 1 && minCount <= length)) {
    throw new DataError('data/value', `a window of ${length} steps, ${minCount} of them needed, is none`, {
      hint: 'give a whole number of steps, and a minCount from 1 to that',
    })
  }
  if (align === 'centred' && length % 2 === 0) {
    throw new DataError('data/value', `a window of ${length} steps has no middle`, {
      hint: 'take an odd length, or centredYearMean for a year of months',
    })
  }
  const ahead = align === 'centred' ? (length - 1) / 2 : 0
  return values.map((_, index) => {
    const last = index + ahead
    const present = values.slice(Math.max(0, last - length + 1), last + 1).filter((value) => value !== null)
    return present.length < minCount ? null : reduce(present)
  })
}
