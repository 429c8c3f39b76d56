/**
 * The measures a population is known by. What cannot be said (nobody to divide by, a source that failed) is `null`: no age
 * and no sex is ever invented.
 *
 * @see Preston, Heuveline and Guillot, Demography: Measuring and Modeling Population Processes (2001)
 */
import { DataError } from '../base/errors.ts'

/** People in one age group; `to` is exclusive, and `null` for the open group at the top. */
export interface AgeGroup {
  readonly from: number
  readonly to: number | null
  readonly people: number | null
}

/** People per square kilometre; `null` without an area. */
export function populationDensity(people: number | null, areaKm2: number | null): number | null {
  return quotient(people, areaKm2)
}

/** Males per 100 females. */
export function sexRatio(males: number | null, females: number | null): number | null {
  return scaled(quotient(males, females), 100)
}

/** Children under five per 1,000 women of 15–49: how many are born, where births are not counted. */
export function childWomanRatio(childrenUnder5: number | null, women15To49: number | null): number | null {
  return scaled(quotient(childrenUnder5, women15To49), 1000)
}

/**
 * Whipple's index of age heaping: people of 25, 30 … 60, times five, per 100 people of 23–62. 100 is no preference for ages
 * that end in 0 or 5, 500 nothing else; below 105 data are held very accurate, above 175 very rough (UN scale).
 *
 * @param peopleByAge counts by single years of age, from 0; `null` when one of 23–62 is missing, or nobody is there
 * @see United Nations, Demographic Yearbook 1955
 */
export function whippleIndex(peopleByAge: readonly (number | null)[]): number | null {
  const ages = Array.from({ length: 40 }, (_, index) => index + 23)
  const counts = ages.map((age) => ({ age, people: peopleByAge[age] ?? null }))
  if (counts.some(({ people }) => people === null)) return null
  const sumWhere = (holds: (age: number) => boolean): number =>
    counts.reduce((sum, { age, people }) => sum + (holds(age) ? (people ?? 0) : 0), 0)
  return scaled(
    quotient(
      sumWhere((age) => age % 5 === 0),
      sumWhere(() => true),
    ),
    500,
  )
}

export interface Growth {
  /** ln(last / first) / years: the rate of growth at every moment. */
  readonly exponential: number
  /** (last / first)^(1 / years) − 1: the growth from one year to the next. */
  readonly geometric: number
  /** Years until it has doubled at this rate, ln 2 / exponential; `null` unless it grows. */
  readonly doublingYears: number | null
}

/**
 * How fast a population grew over so many years; `null` unless both counts and the years are above 0.
 *
 * @example populationGrowth(100, 200, 10)?.doublingYears // 10
 */
export function populationGrowth(first: number | null, last: number | null, years: number): Growth | null {
  if (first === null || last === null || !(first > 0 && last > 0 && years > 0)) return null
  const exponential = Math.log(last / first) / years
  if (!Number.isFinite(exponential)) return null
  return {
    exponential,
    geometric: Math.expm1(exponential),
    doublingYears: exponential > 0 ? Math.LN2 / exponential : null,
  }
}

export interface Dependency {
  /** Under 15 and from 65 up, per 100 of 15–64. */
  readonly total: number
  readonly youth: number
  readonly oldAge: number
}

/**
 * The dependency ratios; `null` when a group is missing or nobody is 15–64.
 *
 * @throws DataError `data/misaligned` when the groups are not cut at 15 and 65, overlap or leave a gap
 */
export function dependencyRatio(groups: readonly AgeGroup[]): Dependency | null {
  const [young, working, old] = [peopleBetween(groups, 0, 15), peopleBetween(groups, 15, 65), peopleFrom(groups, 65)]
  const [youth, oldAge] = [scaled(quotient(young, working), 100), scaled(quotient(old, working), 100)]
  return youth === null || oldAge === null ? null : { total: youth + oldAge, youth, oldAge }
}

/**
 * The age that half the people have not reached, by linear interpolation within its group. `null` when a group is missing,
 * there is nobody, or the median lies in the open group, where nothing says how old people are.
 *
 * @throws DataError `data/misaligned` when the groups overlap or leave a gap
 */
export function medianAge(groups: readonly AgeGroup[]): number | null {
  const inOrder = ordered(groups)
  const total = sumOf(inOrder)
  if (total === null || total === 0) return null
  let before = 0
  for (const { from, to, people } of inOrder) {
    const here = people ?? 0
    if (here > 0 && before + here >= total / 2) {
      return to === null ? null : from + ((total / 2 - before) / here) * (to - from)
    }
    before += here
  }
  return null
}

/**
 * A directly standardised rate: Σ weight · rate / Σ weight, over groups in one order. `null` when a rate is missing, for a
 * share of the standard left out would make two places incomparable.
 *
 * @throws DataError `data/misaligned` when rates and weights differ in number
 * @throws DataError `data/value` for a weight below 0, or weights that are all 0
 * @example standardisedRate([2, 4], [3, 1]) // 2.5
 */
export function standardisedRate(rates: readonly (number | null)[], weights: readonly number[]): number | null {
  if (rates.length !== weights.length) {
    throw new DataError('data/misaligned', `${rates.length} rates against ${weights.length} weights`, {
      hint: 'bring the rates to the age groups of the standard, by sums of cases and people',
    })
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (weights.some((weight) => !(weight >= 0)) || !(total > 0)) {
    throw new DataError('data/value', 'the weights of the standard are not all from 0 up, with some above it', {
      hint: 'use a published standard, such as WHO_WORLD_STANDARD',
    })
  }
  let sum = 0
  for (const [index, rate] of rates.entries()) {
    if (rate === null || !Number.isFinite(rate)) return null
    sum += rate * (weights[index] ?? 0)
  }
  return sum / total
}

/**
 * The WHO world standard population 2000–2025, per cent in five-year groups from 0–4 to 85 and over. As published they add
 * up to 100.03; `standardisedRate` divides by their sum.
 *
 * @see Ahmad et al., Age standardization of rates: a new WHO standard (GPE discussion paper 31, 2001)
 */
export const WHO_WORLD_STANDARD: readonly number[] = Object.freeze([
  8.86, 8.69, 8.6, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59, 6.04, 5.37, 4.55, 3.72, 2.96, 2.21, 1.52, 0.91, 0.63,
])

function peopleBetween(groups: readonly AgeGroup[], from: number, to: number): number | null {
  const inside = ordered(groups).filter((group) => group.from < to && (group.to === null || group.to > from))
  const across = inside.find((group) => group.from < from || group.to === null || group.to > to)
  if (across !== undefined || inside[0]?.from !== from || inside.at(-1)?.to !== to) throw notCut(from, to)
  return sumOf(inside)
}

function peopleFrom(groups: readonly AgeGroup[], from: number): number | null {
  const above = ordered(groups).filter((group) => group.to === null || group.to > from)
  if (above[0]?.from !== from) throw notCut(from, null)
  return sumOf(above)
}

function notCut(from: number, to: number | null): DataError {
  return new DataError('data/misaligned', `no age groups make up ${from} to ${to ?? 'the top'}`, {
    hint: 'ask the source for groups cut at 0, 15 and 65; a group is never split',
  })
}

/** By age; refused when they overlap or leave a gap. */
function ordered(groups: readonly AgeGroup[]): readonly AgeGroup[] {
  const inOrder = groups.toSorted((a, b) => a.from - b.from)
  for (const [index, group] of inOrder.entries()) {
    const next = inOrder[index + 1]
    if (next === undefined || group.to === next.from) continue
    throw new DataError('data/misaligned', `the group from ${group.from} ends at ${group.to}, not at ${next.from}`, {
      hint: 'age groups follow one another without gap or overlap',
    })
  }
  return inOrder
}

/** `null` when one is missing. */
function sumOf(groups: readonly AgeGroup[]): number | null {
  return groups.reduce<number | null>((sum, { people }) => (sum === null || people === null ? null : sum + people), 0)
}

function quotient(above: number | null, below: number | null): number | null {
  if (above === null || below === null || !(below > 0)) return null
  const value = above / below
  return Number.isFinite(value) ? value : null
}

function scaled(value: number | null, by: number): number | null {
  return value === null ? null : value * by
}
