/** Indicators on one scale, weighed into one index, best first. */
import { ConfigError, DataError } from '../base/errors.ts'
import { rankDescending, type Ranking } from './ranking.ts'
import { shareBetween } from './share-between.ts'

export interface MinMaxScores {
  /** 0–1, in the order of the values; higher is better. */
  readonly scores: readonly (number | null)[]
  /** False when all values are equal: then each has 0.5. */
  readonly discriminates: boolean
}

/**
 * Min–max normalisation over the values themselves: 0 for the least, 1 for the largest, turned round when lower is better.
 * Comparable within this set of values only.
 *
 * @throws DataError `data/value` for a value that is not finite
 * @example minMaxScores([10, 20, 30]).scores // [0, 0.5, 1]
 */
export function minMaxScores(
  values: readonly (number | null)[],
  options: { readonly higherIsBetter?: boolean } = {},
): MinMaxScores {
  const wrong = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError('data/value', `value ${wrong} is ${values[wrong]}, not a finite number`, {
      hint: 'put null where nothing was measured',
    })
  }
  const present = values.filter((value) => value !== null)
  const least = present.reduce((low, value) => Math.min(low, value), Infinity)
  const largest = present.reduce((high, value) => Math.max(high, value), -Infinity)
  if (!(least < largest)) return { scores: values.map((value) => (value === null ? null : 0.5)), discriminates: false }
  const scores = values.map((value) => {
    if (value === null) return null
    const share = shareBetween(value, least, largest)
    return options.higherIsBetter === false ? 1 - share : share
  })
  return { scores, discriminates: true }
}

export interface IndexRow {
  readonly name: string
  /** `null` where no indicator of this name is there. */
  readonly score: number | null
  /** Share of the weight that is there. */
  readonly coverage: number
  /** True when an indicator is missing: its weight was shared among the others. */
  readonly partial: boolean
}

/**
 * The weighted mean of the scores that are there, divided by the weight that is there, ranked best first.
 *
 * @throws ConfigError `config/params` for an indicator without weight, a weight below 0, or weights that are all 0
 */
export function compositeIndex<Indicator extends string>(
  rows: readonly { readonly name: string; readonly scores: Readonly<Record<Indicator, number | null>> }[],
  weights: Readonly<Record<Indicator, number>>,
): Ranking<IndexRow> {
  const indicators = Object.keys(weights) as Indicator[]
  const wrong = indicators.find((indicator) => !(weights[indicator] >= 0 && Number.isFinite(weights[indicator])))
  const total = indicators.reduce((sum, indicator) => sum + weights[indicator], 0)
  if (wrong !== undefined || total === 0) {
    const message = wrong === undefined ? 'no indicator has a weight' : `"${wrong}" has the weight ${weights[wrong]}`
    throw new ConfigError('config/params', message, { hint: 'give weights from 0 up, at least one above it' })
  }
  const scored = rows.map(({ name, scores }): IndexRow => {
    const unweighted = Object.keys(scores).find((indicator) => !Object.hasOwn(weights, indicator))
    if (unweighted !== undefined) {
      throw new ConfigError('config/params', `the indicator "${unweighted}" has no weight`, {
        hint: 'give it a weight, 0 if it should not count',
      })
    }
    const present = indicators.filter((indicator) => (scores[indicator] ?? null) !== null)
    const weight = present.reduce((sum, indicator) => sum + weights[indicator], 0)
    const points = present.reduce((sum, indicator) => sum + (scores[indicator] ?? 0) * weights[indicator], 0)
    const partial = present.length < indicators.length
    return { name, score: weight === 0 ? null : points / weight, coverage: weight / total, partial }
  })
  return rankDescending(scored, ({ score }) => score)
}
