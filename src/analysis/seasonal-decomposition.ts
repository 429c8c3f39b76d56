/** Trend, season and the rest of a series: the classical way, with centred means. */
import { DataError } from '../base/errors.ts'
import { describe } from './describe.ts'
import { centredYearMean } from './moving-window.ts'
import type { Column, Unmeasured } from './paired.ts'

export interface DecompositionOptions {
  /** Steps in a year: 12 for months, 4 for quarters, 52 for weeks. */
  readonly period: number
  /** `additive` (default): value = trend + season + rest; `multiplicative`: their product, for positive values. */
  readonly model?: 'additive' | 'multiplicative'
  /** The season of each value. Default: its place modulo the period. Weeks give their number, so that week 53 is its own. */
  readonly seasons?: readonly (number | string)[]
}

export type SeasonalDecomposition =
  | {
      /** `null` half a year at both ends, and half a year around a gap. */
      readonly trend: readonly (number | null)[]
      /** The index of each value's season. */
      readonly seasonal: readonly number[]
      readonly residual: readonly (number | null)[]
      /** By season, in order of first appearance: in sum 0 (additive) or 1 on average (multiplicative). */
      readonly indices: readonly { readonly season: number | string; readonly index: number; readonly n: number }[]
      /** max(0, 1 − Var(rest) / Var(season and rest)): near 1, the season explains what the trend does not. */
      readonly strength: number | null
      readonly n: number
      /** Fewer than three years carry no claim about seasons. */
      readonly warning: string | null
    }
  | ({ readonly indices: null } & Unmeasured)

/**
 * The trend is the centred mean over a year; the index of a season is the mean of what is left in it, brought to 0 or 1
 * over all seasons. At least two full years.
 *
 * @throws DataError `data/value` for a period below 2, a value that is not finite, or one not above 0 where they multiply
 * @throws DataError `data/misaligned` when values and seasons differ in number
 * @see Kendall and Stuart, The Advanced Theory of Statistics, volume 3; strength: Wang, Smith and Hyndman (2006)
 */
export function seasonalDecomposition(values: Column, options: DecompositionOptions): SeasonalDecomposition {
  const { period, model = 'additive' } = options
  const seasons = options.seasons ?? values.map((_, index) => index % period)
  check(values, seasons, period, model)
  const n = values.filter((value) => value !== null).length
  if (values.length < 2 * period) return { indices: null, n, reason: 'fewer than two years' }

  // What multiplies is added once it is a logarithm; the means themselves are taken of the values, as is usual
  const [without, together] = model === 'additive' ? [minus, plus] : [over, times]
  const trend = centredYearMean(values, period)
  const detrended = values.map((value, index) => both(value, trend[index] ?? null, without))
  const grouped = Map.groupBy(seasons.keys(), (index) => seasons[index] ?? 0)
  const means = [...grouped].map(([season, places]) => {
    const own = places.flatMap((place) => detrended[place] ?? [])
    return {
      season,
      n: own.length,
      mean: own.length === 0 ? null : own.reduce((sum, value) => sum + value, 0) / own.length,
    }
  })
  const known = means.flatMap(({ mean }) => mean ?? [])
  if (known.length < means.length)
    return { indices: null, n, reason: 'a season has no value that a whole year surrounds' }
  const level = known.reduce((sum, value) => sum + value, 0) / known.length
  const indices = means.map(({ season, n: own, mean }) => ({ season, n: own, index: without(mean ?? 0, level) }))
  const indexOf = new Map(indices.map(({ season, index }) => [season, index]))
  const seasonal = seasons.map((season) => indexOf.get(season) ?? 0)
  const residual = detrended.map((value, index) => both(value, seasonal[index] ?? null, without))
  const years = Math.floor(values.length / period)
  return {
    trend,
    seasonal,
    residual,
    indices,
    strength: strengthOf(residual, seasonal, together, model),
    n,
    warning: years < 3 ? `${years} years carry no claim about seasons` : null,
  }
}

function strengthOf(
  residual: readonly (number | null)[],
  seasonal: readonly number[],
  together: (a: number, b: number) => number,
  model: 'additive' | 'multiplicative',
): number | null {
  const scale = (value: number): number => (model === 'additive' ? value : Math.log(value))
  const rest = residual.map((value) => (value === null ? null : scale(value)))
  const whole = residual.map((value, index) => (value === null ? null : scale(together(value, seasonal[index] ?? 0))))
  const [restSd, wholeSd] = [describe(rest).sd, describe(whole).sd]
  return restSd === null || wholeSd === null || wholeSd === 0 ? null : Math.max(0, 1 - (restSd / wholeSd) ** 2)
}

const minus = (a: number, b: number): number => a - b
const plus = (a: number, b: number): number => a + b
const over = (a: number, b: number): number => a / b
const times = (a: number, b: number): number => a * b

function both(a: number | null, b: number | null, of: (a: number, b: number) => number): number | null {
  return a === null || b === null ? null : of(a, b)
}

function check(
  values: Column,
  seasons: readonly (number | string)[],
  period: number,
  model: 'additive' | 'multiplicative',
): void {
  if (!Number.isInteger(period) || period < 2) {
    throw new DataError('data/value', `a year of ${period} steps has no seasons`, {
      hint: 'give 12 for months, 52 for weeks',
    })
  }
  if (seasons.length !== values.length) {
    throw new DataError('data/misaligned', `${values.length} values in ${seasons.length} seasons`, {
      hint: 'give one season for each value, missing ones too',
    })
  }
  const wrong = values.findIndex((value) => {
    return value !== null && !(Number.isFinite(value) && (model === 'additive' || value > 0))
  })
  if (wrong >= 0) {
    throw new DataError('data/value', `value ${wrong} is ${values[wrong]}, which a ${model} season cannot hold`, {
      hint:
        model === 'additive' ? 'put null where nothing was measured' : 'use the additive model where values reach 0',
      details: { position: wrong },
    })
  }
}
