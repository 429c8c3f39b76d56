/** Are these counts as they would be by chance? */
import { DataError } from '../base/errors.ts'
import { chiSquareUpper } from './distribution-tails.ts'

export type ChiSquare =
  | {
      readonly statistic: number
      readonly df: number
      readonly p: number
      /** In the shape of the counts. */
      readonly expected: readonly (readonly number[])[]
      /** 0–1: how strong the association is, whatever the number of cases. */
      readonly cramersV: number
      readonly n: number
      /** An expected count below 5: the p-value is rough. */
      readonly warning: string | null
    }
  | { readonly statistic: null; readonly n: number; readonly reason: string }

/**
 * Pearson's test of independence of a table's rows and columns. A table of 2 × 2 is corrected for continuity (Yates)
 * unless told otherwise, as R and scipy do.
 *
 * @throws DataError `data/misaligned` for rows of different widths, `data/value` for what is no count
 * @example chiSquareIndependence([[10, 20], [20, 10]], { continuity: false }).statistic // 6.67
 */
export function chiSquareIndependence(
  table: readonly (readonly number[])[],
  options: { readonly continuity?: boolean } = {},
): ChiSquare {
  const width = table[0]?.length ?? 0
  if (table.some((row) => row.length !== width)) {
    throw new DataError('data/misaligned', 'the rows of the table differ in width', {
      hint: 'put 0 where nothing was counted',
    })
  }
  refuseCounts(table.flat())
  const rowSums = table.map(total)
  const columnSums = Array.from({ length: width }, (_, column) => total(table.map((row) => row[column] ?? 0)))
  const n = total(rowSums)
  if (n === 0) return { statistic: null, n, reason: 'nothing was counted' }
  if (table.length < 2 || width < 2)
    return { statistic: null, n, reason: 'one row or one column has nothing to depend on' }
  if ([...rowSums, ...columnSums].includes(0))
    return { statistic: null, n, reason: 'a row or a column is 0 throughout' }
  const expected = rowSums.map((row) => columnSums.map((column) => (row * column) / n))
  const df = (table.length - 1) * (width - 1)
  const corrected = df === 1 && (options.continuity ?? true)
  const statistic = distance(table, expected, corrected)
  const strength = distance(table, expected, false)
  const cramersV = Math.sqrt(strength / (n * (Math.min(table.length, width) - 1)))
  return { statistic, df, p: chiSquareUpper(statistic, df), expected, cramersV, n, warning: roughness(expected.flat()) }
}

/**
 * Pearson's test of counts against shares that they should have: equal ones unless told.
 *
 * @throws DataError `data/misaligned` when counts and shares differ in number, `data/value` for what is no count or share
 */
export function chiSquareFit(
  counts: readonly number[],
  shares: readonly number[] = counts.map(() => 1),
): Exclude<ChiSquare, { readonly cramersV: number }> | Omit<Extract<ChiSquare, { readonly df: number }>, 'cramersV'> {
  if (counts.length !== shares.length) {
    throw new DataError('data/misaligned', `${counts.length} counts against ${shares.length} shares`, {
      hint: 'give one share for each count',
    })
  }
  refuseCounts(counts)
  const whole = total(shares)
  if (shares.some((share) => !(share > 0)) || !Number.isFinite(whole)) {
    throw new DataError('data/value', 'the shares are not all above 0', { hint: 'leave out what cannot happen' })
  }
  const n = total(counts)
  if (n === 0) return { statistic: null, n, reason: 'nothing was counted' }
  if (counts.length < 2) return { statistic: null, n, reason: 'one class has nothing to differ from' }
  const expected = shares.map((share) => (n * share) / whole)
  const statistic = distance([counts], [expected], false)
  const df = counts.length - 1
  return { statistic, df, p: chiSquareUpper(statistic, df), expected: [expected], n, warning: roughness(expected) }
}

/** Fewer values than this say nothing about their last digits. */
const ENOUGH_DIGITS = 50

/**
 * Whether people round: the last digits of whole numbers against equal shares. Numbers below 10 are left out, for their
 * last digit is their only one.
 *
 * `null` statistic with fewer than 50 numbers of two digits or more.
 */
export function lastDigitHeaping(values: readonly (number | null)[]): ReturnType<typeof chiSquareFit> & {
  /** How often each digit from 0 to 9 stands last. */
  readonly digits: readonly number[]
} {
  const digits = Array.from({ length: 10 }, () => 0)
  for (const value of values) {
    if (value === null || !Number.isInteger(value) || Math.abs(value) < 10) continue
    const last = Math.abs(value) % 10
    digits[last] = (digits[last] ?? 0) + 1
  }
  const n = total(digits)
  if (n < ENOUGH_DIGITS)
    return { statistic: null, n, reason: `fewer than ${ENOUGH_DIGITS} numbers of two digits`, digits }
  return { ...chiSquareFit(digits), digits }
}

function distance(
  counts: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  corrected: boolean,
): number {
  return total(
    counts.flatMap((row, i) =>
      row.map((count, j) => {
        const chance = expected[i]?.[j] ?? 0
        const off = Math.abs(count - chance)
        return (off - (corrected ? Math.min(0.5, off) : 0)) ** 2 / chance
      }),
    ),
  )
}

function roughness(expected: readonly number[]): string | null {
  const few = expected.filter((count) => count < 5).length
  return few === 0 ? null : `${few} of ${expected.length} expected counts are below 5: p is rough`
}

function refuseCounts(counts: readonly number[]): void {
  const wrong = counts.find((count) => !(count >= 0 && Number.isFinite(count)))
  if (wrong === undefined) return
  throw new DataError('data/value', `${wrong} is no count`, { hint: 'counts are finite numbers from 0' })
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
