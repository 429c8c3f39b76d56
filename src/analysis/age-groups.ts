/** Age groups of one source as those of another: by sums only, for splitting a group would invent people. */
import { DataError } from '../base/errors.ts'
import type { AgeGroup } from './population.ts'

const FIVES = (last: number): number[] => Array.from({ length: last / 5 + 1 }, (_, index) => index * 5)

/** 0, 1–4, 5–9 … 80 and over: 18 groups, as WorldPop's service gives them. */
export const AGES_TO_80: readonly number[] = Object.freeze([0, 1, ...FIVES(80).slice(1)])

/** 0, 1–4, 5–9 … 90 and over: 20 groups, as WorldPop's rasters since 2015 give them. */
export const AGES_TO_90: readonly number[] = Object.freeze([0, 1, ...FIVES(90).slice(1)])

/** 0–4, 5–9 … 85 and over: 18 groups, as the WHO world standard has them. */
export const FIVE_YEAR_AGES: readonly number[] = Object.freeze(FIVES(85))

/**
 * The groups that begin at these ages, the last one open. A sum with a missing part is missing.
 *
 * @param ages where the new groups begin, rising
 * @throws DataError `data/misaligned` when a group would have to be split, or the groups overlap or leave a gap
 * @example regroup(byAge, FIVE_YEAR_AGES)
 */
export function regroup(groups: readonly AgeGroup[], ages: readonly number[]): AgeGroup[] {
  const inOrder = groups.toSorted((a, b) => a.from - b.from)
  const broken = inOrder.find((group, index) => index + 1 < inOrder.length && group.to !== inOrder[index + 1]?.from)
  if (broken !== undefined) {
    throw new DataError(
      'data/misaligned',
      `the group from ${broken.from} ends at ${broken.to}, not where the next begins`,
      {
        hint: 'age groups follow one another without gap or overlap',
      },
    )
  }
  const wanted = ages.map((from, index) => ({ from, to: ages[index + 1] ?? null }))
  const last = inOrder.at(-1)
  return wanted.map(({ from, to }) => {
    const inside = inOrder.filter((group) => group.from >= from && (to === null || group.from < to))
    const ends = inside.at(-1)?.to
    if (inside[0]?.from !== from || ends !== to) {
      const source =
        last === undefined
          ? 'there are no groups'
          : `the source is cut at ${inOrder.map((each) => each.from).join(', ')}`
      throw new DataError('data/misaligned', `no groups make up ${from} to ${to ?? 'the top'}`, {
        hint: `${source}; a group is never split`,
        details: { from, to },
      })
    }
    const people = inside.reduce<number | null>(
      (sum, group) => (sum === null || group.people === null ? null : sum + group.people),
      0,
    )
    return { from, to, people }
  })
}
