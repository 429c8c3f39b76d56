/** Several scores as one: how much a strength may make up for a weakness. */
import { ConfigError, DataError } from '../base/errors.ts'

/**
 * - `arithmetic`: full compensation, Σ w·s.
 * - `geometric`: partial compensation, Π s^w; a score of 0 makes 0 of the whole.
 * - `harmonic`: little compensation, 1 / Σ w/s; a score of 0 makes 0 of the whole.
 * - `inform`: the inverted geometric mean of INFORM on 0–1, which lets high scores (bad ones) weigh more.
 * - `max`: none, the largest score.
 */
export type AggregationRule = 'arithmetic' | 'geometric' | 'harmonic' | 'inform' | 'max'

export interface Aggregated {
  readonly score: number | null
  /** Share of the weight whose scores are there. */
  readonly coverage: number
  readonly partial: boolean
}

/**
 * The score of one place, 0–1. The weights of missing scores are shared among those present; below `minimumCoverage`, two
 * thirds unless told, there is no score.
 *
 * @throws ConfigError `config/params` for a weight below 0, or weights that do not add up to 1 within 1e-9
 * @throws DataError `data/misaligned` when scores and weights differ in number, `data/value` for a score outside 0–1
 */
export function aggregateScores(
  scores: readonly (number | null)[],
  weights: readonly number[],
  rule: AggregationRule = 'arithmetic',
  options: { readonly minimumCoverage?: number } = {},
): Aggregated {
  refuse(scores, weights)
  const present = scores.flatMap((score, index) => (score === null ? [] : [{ score, weight: weights[index] ?? 0 }]))
  const partial = present.length < scores.length
  const coverage = partial ? present.reduce((sum, { weight }) => sum + weight, 0) : 1
  // 1e-9: two of three equal weights are two thirds, but for rounding
  if (coverage === 0 || coverage < (options.minimumCoverage ?? 2 / 3) - 1e-9) return { score: null, coverage, partial }
  const shares = present.map(({ score, weight }) => ({ score, weight: weight / coverage }))
  return { score: Math.min(1, Math.max(0, combine(shares, rule))), coverage, partial }
}

/**
 * Copeland's rule, which lets nothing be made up for: each place against each other one, by the weight of the indicators in
 * which it is better; a win counts 1, a defeat −1. Given as wins less defeats, in the order of the places.
 *
 * Indicators that one of the two lacks are left out of their comparison.
 *
 * @throws ConfigError, DataError as `aggregateScores`, but for the coverage
 */
export function copelandScores(places: readonly (readonly (number | null)[])[], weights: readonly number[]): number[] {
  for (const scores of places) refuse(scores, weights)
  return places.map((own, place) =>
    places.reduce((balance, other, index) => {
      if (index === place) return balance
      const advantage = weights.reduce((sum, weight, indicator) => {
        const [here, there] = [own[indicator] ?? null, other[indicator] ?? null]
        return here === null || there === null ? sum : sum + weight * Math.sign(here - there)
      }, 0)
      // What equal weights leave of a draw is rounding
      return Math.abs(advantage) < 1e-12 ? balance : balance + Math.sign(advantage)
    }, 0),
  )
}

function combine(
  shares: readonly { readonly score: number; readonly weight: number }[],
  rule: AggregationRule,
): number {
  const sum = (of: (score: number) => number): number =>
    shares.reduce((total, { score, weight }) => (weight === 0 ? total : total + weight * of(score)), 0)
  switch (rule) {
    case 'arithmetic':
      return sum((score) => score)
    case 'geometric':
      return Math.exp(sum(Math.log))
    case 'harmonic':
      return 1 / sum((score) => 1 / score)
    case 'inform':
      return (10 - Math.exp(sum((score) => Math.log((1 - score) * 9 + 1)))) / 9
    case 'max':
      return shares.reduce((most, { score, weight }) => (weight === 0 ? most : Math.max(most, score)), 0)
  }
}

function refuse(scores: readonly (number | null)[], weights: readonly number[]): void {
  if (scores.length !== weights.length) {
    throw new DataError('data/misaligned', `${scores.length} scores against ${weights.length} weights`, {
      hint: 'give one weight for each score',
    })
  }
  const wrong = scores.find((score) => score !== null && !(score >= 0 && score <= 1))
  if (wrong !== undefined) {
    throw new DataError('data/value', `the score ${wrong} lies outside 0–1`, {
      hint: 'bring it to the scale with indicatorScores',
    })
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (weights.some((weight) => !(weight >= 0)) || !(Math.abs(total - 1) <= 1e-9)) {
    throw new ConfigError('config/params', `the weights ${weights.join(', ')} are not shares of 1`, {
      hint: 'give weights from 0 up that add up to 1',
    })
  }
}
