/** How many people there were between two counts, at a steady rate of growth. */
import { DataError } from '../base/errors.ts'

export interface PopulationEstimate {
  readonly people: number
  /** True before the first and after the last count: the rate is taken to go on. */
  readonly extrapolated: boolean
}

/**
 * Exponential interpolation between the counts around the year; beyond them, the rate of the nearest two goes on, and the
 * answer says so. `null` without two counts above 0.
 *
 * @throws DataError `data/value` for two counts of one year
 * @example populationBetween([{ year: 2000, people: 100 }, { year: 2010, people: 400 }], 2005)?.people // 200
 */
export function populationBetween(
  counts: readonly { readonly year: number; readonly people: number | null }[],
  year: number,
): PopulationEstimate | null {
  const known = counts
    .flatMap(({ year: at, people }) => (people !== null && people > 0 ? [{ at, people }] : []))
    .toSorted((a, b) => a.at - b.at)
  const twice = known.find(({ at }, index) => known[index - 1]?.at === at)
  if (twice !== undefined) {
    throw new DataError('data/value', `there are two counts of ${twice.at}`, { hint: 'choose one of them' })
  }
  const after = known.findIndex(({ at }) => at >= year)
  const place = after < 0 ? known.length - 1 : Math.max(1, after)
  const [before, next] = [known[place - 1], known[place]]
  if (before === undefined || next === undefined) return null
  const share = (year - before.at) / (next.at - before.at)
  const people = before.people * (next.people / before.people) ** share
  return { people: exactAt(known, year) ?? people, extrapolated: share < 0 || share > 1 }
}

function exactAt(known: readonly { readonly at: number; readonly people: number }[], year: number): number | undefined {
  return known.find(({ at }) => at === year)?.people
}
