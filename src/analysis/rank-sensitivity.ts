/** How much of a ranking is the data, and how much the way it was made? */
import { DataError } from '../base/errors.ts'
import { aggregateScores, type AggregationRule } from './aggregate-scores.ts'
import { indicatorScores, type Normalisation } from './indicator-scores.ts'
import { quantile } from './quantile.ts'

export interface RankedIndicator {
  /** One value for each place, in one order. */
  readonly values: readonly (number | null)[]
  readonly weight: number
  readonly higherIsBetter?: boolean
}

export interface SensitivityOptions {
  /** A source of numbers from 0 up to 1, such as `seededRandom(42)`: the same start gives the same answer. */
  readonly random: () => number
  readonly draws?: number
  /** How far each weight is moved, as a share of itself, before they are brought to 1 again. Default 0.25. */
  readonly weightSpread?: number
  readonly normalisations?: readonly Normalisation[]
  readonly rules?: readonly AggregationRule[]
  /** Whether a draw may leave one indicator out. Default true, from three indicators on. */
  readonly leaveOneOut?: boolean
}

export interface RankInterval {
  readonly name: string
  /** By the first normalisation and rule, with the weights as they are; `null` where too little is known. */
  readonly rank: number | null
  readonly median: number | null
  /** Between these lie nine draws of ten: the 5 % and 95 % quantiles (R type 7) of its ranks. */
  readonly low: number | null
  readonly high: number | null
}

/**
 * Ranks the places again and again, each time with another choice of normalisation, weights, rule and indicators; 1 is best.
 * A place whose interval is wide has no rank worth printing.
 *
 * @throws DataError `data/misaligned` when an indicator has another number of values than there are places
 * @throws ConfigError, DataError as `indicatorScores` and `aggregateScores`
 * @see Saisana, Saltelli and Tarantola, J. R. Stat. Soc. A 168 (2005)
 */
export function rankIntervals(
  names: readonly string[],
  indicators: Readonly<Record<string, RankedIndicator>>,
  options: SensitivityOptions,
): RankInterval[] {
  const {
    random,
    draws = 1000,
    weightSpread = 0.25,
    normalisations = [{ method: 'min-max' }, { method: 'rank' }, { method: 'z-score' }],
    rules = ['arithmetic', 'geometric'],
  } = options
  const list = Object.values(indicators)
  refuse(names, indicators)
  const scored = normalisations.map((normalisation) => list.map((indicator) => scoresOf(indicator, normalisation)))
  const usual = list.map(({ weight }) => weight)
  const base = ranksOf(names.length, scored[0] ?? [], usual, rules[0] ?? 'arithmetic')
  const leaveOut = (options.leaveOneOut ?? true) && list.length >= 3
  const found = names.map((): number[] => [])
  for (let draw = 0; draw < draws; draw += 1) {
    const scores = scored[Math.floor(random() * scored.length)] ?? []
    const rule = rules[Math.floor(random() * rules.length)] ?? 'arithmetic'
    // One place more than there are indicators: sometimes nothing is left out
    const out = leaveOut ? Math.floor(random() * (list.length + 1)) : list.length
    const weights = toOne(
      usual.map((weight, index) => (index === out ? 0 : weight * (1 + weightSpread * (2 * random() - 1)))),
    )
    for (const [place, rank] of ranksOf(names.length, scores, weights, rule).entries()) {
      if (rank !== null) found[place]?.push(rank)
    }
  }
  return names.map((name, place) => {
    // Moved weights may lift a place over the least coverage that it does not reach with its own
    const ranks = base[place] === null ? [] : (found[place] ?? [])
    return {
      name,
      rank: base[place] ?? null,
      median: quantile(ranks, 0.5),
      low: quantile(ranks, 0.05),
      high: quantile(ranks, 0.95),
    }
  })
}

export interface RankShift {
  /** Which choice was changed. */
  readonly change: string
  /** The mean of |new rank − usual rank| over the places that have both. */
  readonly meanShift: number
  /** The largest, and whose it is. */
  readonly largest: { readonly name: string; readonly from: number; readonly to: number } | null
}

/**
 * What each choice does alone: every indicator left out, every other normalisation and every other rule, one at a time, the
 * most disturbing first.
 *
 * @throws ConfigError, DataError as `rankIntervals`
 */
export function oneAtATime(
  names: readonly string[],
  indicators: Readonly<Record<string, RankedIndicator>>,
  options: Pick<SensitivityOptions, 'normalisations' | 'rules'> = {},
): RankShift[] {
  const {
    normalisations = [{ method: 'min-max' }, { method: 'rank' }, { method: 'z-score' }],
    rules = ['arithmetic', 'geometric'],
  } = options
  refuse(names, indicators)
  const entries = Object.entries(indicators)
  const weights = entries.map(([, { weight }]) => weight)
  const scoresBy = (normalisation: Normalisation) => entries.map(([, indicator]) => scoresOf(indicator, normalisation))
  const [usualNormalisation = { method: 'min-max' as const }, ...otherNormalisations] = normalisations
  const [usualRule = 'arithmetic' as const, ...otherRules] = rules
  const usualScores = scoresBy(usualNormalisation)
  const base = ranksOf(names.length, usualScores, weights, usualRule)
  const without =
    entries.length < 2
      ? []
      : entries.map(([name], out) => ({
          change: `without ${name}`,
          ranks: ranksOf(
            names.length,
            usualScores,
            toOne(weights.map((weight, index) => (index === out ? 0 : weight))),
            usualRule,
          ),
        }))
  const changes = [
    ...without,
    ...otherNormalisations.map((other) => ({
      change: `normalised by ${other.method}`,
      ranks: ranksOf(names.length, scoresBy(other), weights, usualRule),
    })),
    ...otherRules.map((rule) => ({
      change: `aggregated by ${rule}`,
      ranks: ranksOf(names.length, usualScores, weights, rule),
    })),
  ]
  return changes
    .map(({ change, ranks }) => shiftOf(change, names, base, ranks))
    .toSorted((a, b) => b.meanShift - a.meanShift)
}

function shiftOf(
  change: string,
  names: readonly string[],
  base: readonly (number | null)[],
  ranks: readonly (number | null)[],
): RankShift {
  const shifts = names.flatMap((name, place) => {
    const [from, to] = [base[place] ?? null, ranks[place] ?? null]
    return from === null || to === null ? [] : [{ name, from, to }]
  })
  const size = ({ from, to }: { readonly from: number; readonly to: number }): number => Math.abs(to - from)
  const largest = shifts.toSorted((a, b) => size(b) - size(a))[0]
  const total = shifts.reduce((sum, shift) => sum + size(shift), 0)
  return {
    change,
    meanShift: shifts.length === 0 ? 0 : total / shifts.length,
    largest: largest === undefined || size(largest) === 0 ? null : largest,
  }
}

/** 1 is best; equal scores share the better place. */
function ranksOf(
  places: number,
  scores: readonly (readonly (number | null)[])[],
  weights: readonly number[],
  rule: AggregationRule,
): (number | null)[] {
  const used = weights.flatMap((weight, index) => (weight > 0 ? [index] : []))
  const totals = Array.from({ length: places }, (_, place) => {
    return aggregateScores(
      used.map((index) => scores[index]?.[place] ?? null),
      used.map((index) => weights[index] ?? 0),
      rule,
    ).score
  })
  const rankOf = new Map<number, number>()
  const falling = totals.filter((score) => score !== null).toSorted((a, b) => b - a)
  for (const [index, score] of falling.entries()) if (!rankOf.has(score)) rankOf.set(score, index + 1)
  return totals.map((score) => (score === null ? null : (rankOf.get(score) ?? null)))
}

function scoresOf(
  { values, higherIsBetter = true }: RankedIndicator,
  normalisation: Normalisation,
): readonly (number | null)[] {
  return indicatorScores(values, normalisation, { higherIsBetter }).scores
}

function toOne(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function refuse(names: readonly string[], indicators: Readonly<Record<string, RankedIndicator>>): void {
  const uneven = Object.entries(indicators).find(([, { values }]) => values.length !== names.length)
  if (uneven === undefined) return
  throw new DataError(
    'data/misaligned',
    `"${uneven[0]}" has ${uneven[1].values.length} values for ${names.length} places`,
    {
      hint: 'give one value for each place, null where there is none',
    },
  )
}
