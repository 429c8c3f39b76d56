/** Could chance alone have dealt the values like this? Asked by dealing them again. */
import { DataError } from '../base/errors.ts'

/** What two samples are compared by. */
export type Contrast = (a: readonly number[], b: readonly number[]) => number

export interface PermutationTest {
  readonly statistic: number
  /** Two-sided: (deals at least as far from 0 + 1) / (deals + 1), never 0. */
  readonly p: number
  readonly draws: number
}

/** The difference of the means. */
export const differenceOfMeans: Contrast = (a, b) => mean(a) - mean(b)

/**
 * Deals the values of both samples anew so many times, and counts how often the contrast lies as far from 0 as it did.
 * Nothing is assumed but that the values could change places. The same random source gives the same answer.
 *
 * @throws DataError `data/too-few-points` for an empty sample
 * @throws DataError `data/value` for a value that is not finite, or fewer than one draw
 * @see Phipson and Smyth (2010), on the + 1
 */
export function permutationTest(
  a: readonly number[],
  b: readonly number[],
  options: { readonly random: () => number; readonly draws?: number; readonly contrast?: Contrast },
): PermutationTest {
  const { random, draws = 9999, contrast = differenceOfMeans } = options
  if (a.length === 0 || b.length === 0) {
    throw new DataError('data/too-few-points', 'a sample is empty', { hint: 'bring at least one value on each side' })
  }
  const values = [...a, ...b]
  const wrong = values.find((value) => !Number.isFinite(value))
  if (wrong !== undefined || !(draws >= 1)) {
    throw new DataError(
      'data/value',
      wrong === undefined ? `${draws} draws are none` : `${wrong} is not a finite number`,
      {
        hint: 'leave out what is missing, and ask for a thousand draws or more',
      },
    )
  }
  const statistic = contrast(a, b)
  // What rounding makes of two deals of the same sums must count as equal
  const reach = Math.abs(statistic) * (1 - 1e-12)
  let asFar = 0
  for (let draw = 0; draw < draws; draw += 1) {
    shuffle(values, random)
    if (Math.abs(contrast(values.slice(0, a.length), values.slice(a.length))) >= reach) asFar += 1
  }
  return { statistic, p: (asFar + 1) / (draws + 1), draws }
}

/** Fisher and Yates' shuffle, in place. */
function shuffle(values: number[], random: () => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const place = Math.floor(random() * (last + 1))
    ;[values[last], values[place]] = [values[place] ?? 0, values[last] ?? 0]
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
