/** What is in these columns: kinds, counts, spread, lengths, and what would break an import. */
import { describe } from './describe.ts'
import { quantile } from './quantile.ts'

export type ValueKind = 'number' | 'text' | 'boolean' | 'date' | 'other'

export interface ColumnProfile {
  readonly column: string
  /** Values that are there: not `null`, undefined or blank text. */
  readonly count: number
  readonly missing: number
  /** missing / rows; `null` without rows. */
  readonly missingRate: number | null
  readonly distinct: number
  readonly kinds: Readonly<Record<ValueKind, number>>
  /** Of the numbers, and of text that reads as one; `null` without any. */
  readonly numbers: NumberProfile | null
  /** Of the texts; `null` without any. */
  readonly lengths: { readonly shortest: number; readonly longest: number } | null
  /** The most frequent values, most frequent first, then by their text. */
  readonly top: readonly { readonly value: string; readonly count: number }[]
  /** Share of the numeric texts that begin with 0, such as "007": an import as a number loses it. */
  readonly leadingZeroShare: number | null
  /** Share of the numeric texts with a decimal point: an import as a whole number refuses them. */
  readonly decimalShare: number | null
}

export interface NumberProfile {
  readonly n: number
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Of a sample (n − 1); `null` of one. */
  readonly sd: number | null
  /** Quartiles and median by R's type 7. */
  readonly lowerQuartile: number
  readonly median: number
  readonly upperQuartile: number
}

export interface Profile {
  readonly rows: number
  readonly columns: readonly ColumnProfile[]
  /** 1 − missing cells / cells; `null` when there is no cell. */
  readonly completeness: number | null
}

/**
 * Every column of the rows, in order of first appearance; a row without a column counts as missing there.
 *
 * @example profile([{ age: 4 }, { age: null }]).columns[0]?.missingRate // 0.5
 */
export function profile(rows: readonly Readonly<Record<string, unknown>>[], options: { top?: number } = {}): Profile {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns = names.map((column) => {
    return profileColumn(
      column,
      rows.map((row) => row[column]),
      options.top ?? 5,
    )
  })
  const cells = rows.length * names.length
  const missing = columns.reduce((sum, column) => sum + column.missing, 0)
  return { rows: rows.length, columns, completeness: cells === 0 ? null : 1 - missing / cells }
}

function profileColumn(column: string, values: readonly unknown[], top: number): ColumnProfile {
  const present = values.filter((value) => !isMissing(value))
  const kinds: Record<ValueKind, number> = { number: 0, text: 0, boolean: 0, date: 0, other: 0 }
  const counts = new Map<string, number>()
  for (const value of present) {
    kinds[kindOf(value)] += 1
    const text = textOf(value)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const texts = present.filter((value) => typeof value === 'string')
  const numericTexts = texts.filter((text) => numberOf(text) !== null)
  const numbers = present.flatMap((value) => numberOf(value) ?? [])
  const lengths = texts.map((text) => text.length)
  const missing = values.length - present.length
  return {
    column,
    count: present.length,
    missing,
    missingRate: values.length === 0 ? null : missing / values.length,
    distinct: counts.size,
    kinds,
    numbers: profileNumbers(numbers),
    lengths: lengths.length === 0 ? null : { shortest: least(lengths), longest: -least(lengths.map((each) => -each)) },
    top: [...counts]
      .map(([value, count]) => ({ value, count }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, top),
    leadingZeroShare: share(numericTexts, (text) => /^[-+]?0\d/.test(text.trim())),
    decimalShare: share(numericTexts, (text) => text.includes('.')),
  }
}

function profileNumbers(numbers: readonly number[]): NumberProfile | null {
  const { n, min, max, mean, sd, median } = describe(numbers)
  const [lowerQuartile, upperQuartile] = [quantile(numbers, 0.25), quantile(numbers, 0.75)]
  if (min === null || max === null || mean === null || median === null) return null
  if (lowerQuartile === null || upperQuartile === null) return null
  return { n, min, max, mean, sd, lowerQuartile, median, upperQuartile }
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
}

function kindOf(value: unknown): ValueKind {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value !== 'string') return 'other'
  if (numberOf(value) !== null) return 'number'
  return /^\d{4}-\d{2}(-\d{2})?([T ]|$)/.test(value) && !Number.isNaN(Date.parse(value)) ? 'date' : 'text'
}

function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity)
}

function share<Value>(values: readonly Value[], holds: (value: Value) => boolean): number | null {
  return values.length === 0 ? null : values.filter(holds).length / values.length
}
