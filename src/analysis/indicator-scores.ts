/** Indicators on one scale, 0–1 and higher is better, in one of five ways. */
import { ConfigError, DataError } from '../base/errors.ts'
import { minMaxScores, type MinMaxScores } from './composite-index.ts'
import { midRanks } from './correlate.ts'
import { describe } from './describe.ts'
import { shareBetween } from './share-between.ts'

export type Normalisation =
  /** From the least to the largest of these values: comparable within them only. */
  | { readonly method: 'min-max' }
  /** Between fixed bounds, held there: comparable over time. */
  | { readonly method: 'goalposts'; readonly min: number; readonly max: number }
  /** 0.5 + z / 6, held in 0–1: three standard deviations either way fill the scale. */
  | { readonly method: 'z-score' }
  /** (mid-rank − 1) / (n − 1): only the order counts. */
  | { readonly method: 'rank' }
  /** value / target, at most 1 (with lower is better: target / value). */
  | { readonly method: 'target'; readonly target: number }

/**
 * The scores of one indicator over places, in their order; missing stays missing. Values that do not differ give 0.5 each
 * and `discriminates: false`.
 *
 * @throws DataError `data/value` for a value that is not finite, or below 0 against a target
 * @throws ConfigError `config/params` for goalposts that do not rise, or a target that is not above 0
 * @see OECD and JRC, Handbook on constructing composite indicators (2008), step 5
 */
export function indicatorScores(
  values: readonly (number | null)[],
  normalisation: Normalisation,
  options: { readonly higherIsBetter?: boolean } = {},
): MinMaxScores {
  const higherIsBetter = options.higherIsBetter ?? true
  const spread = minMaxScores(values, { higherIsBetter })
  if (normalisation.method === 'target') return againstTarget(values, normalisation.target, higherIsBetter)
  if (normalisation.method === 'goalposts') return betweenGoalposts(values, normalisation, higherIsBetter)
  if (normalisation.method === 'min-max' || !spread.discriminates) return spread
  const upwards = normalisation.method === 'rank' ? rankShares(values) : deviationShares(values)
  const scores = upwards.map((share) => (share === null ? null : higherIsBetter ? share : 1 - share))
  return { scores, discriminates: true }
}

function againstTarget(values: readonly (number | null)[], target: number, higherIsBetter: boolean): MinMaxScores {
  if (!(target > 0 && Number.isFinite(target))) {
    throw new ConfigError('config/params', `${target} is no target`, { hint: 'give a finite number above 0' })
  }
  const below = values.findIndex((value) => value !== null && value < 0)
  if (below >= 0) {
    throw new DataError('data/value', `value ${below} is ${values[below]}, which has no distance to a target`, {
      hint: 'use goalposts where values may lie below 0',
    })
  }
  const scores = values.map((value) => {
    if (value === null) return null
    if (higherIsBetter) return Math.min(1, value / target)
    return value === 0 ? 1 : Math.min(1, target / value)
  })
  return { scores, discriminates: new Set(scores).size > 1 }
}

function betweenGoalposts(
  values: readonly (number | null)[],
  { min, max }: { readonly min: number; readonly max: number },
  higherIsBetter: boolean,
): MinMaxScores {
  if (!(min < max) || !Number.isFinite(min) || !Number.isFinite(max)) {
    throw new ConfigError('config/params', `${min} to ${max} are no goalposts`, {
      hint: 'give a finite min below a finite max',
    })
  }
  const scores = values.map((value) => {
    if (value === null) return null
    const share = shareBetween(Math.min(max, Math.max(min, value)), min, max)
    return higherIsBetter ? share : 1 - share
  })
  return { scores, discriminates: new Set(scores.filter((score) => score !== null)).size > 1 }
}

function rankShares(values: readonly (number | null)[]): (number | null)[] {
  const present = values.filter((value) => value !== null)
  const ranks = midRanks(Float64Array.from(present))
  let place = 0
  return values.map((value) => (value === null ? null : ((ranks[place++] ?? 1) - 1) / (present.length - 1)))
}

function deviationShares(values: readonly (number | null)[]): (number | null)[] {
  const { mean, sd } = describe(values)
  return values.map((value) => {
    if (value === null || mean === null || sd === null) return null
    return Math.min(1, Math.max(0, 0.5 + (value - mean) / (6 * sd)))
  })
}
