/** Every column against every other. */
import { DataError } from '../base/errors.ts'
import { adjustPValues } from './adjust-p-values.ts'
import { ascending, correlate } from './correlate.ts'
import type { Column } from './paired.ts'
import { correlationP } from './pearson.ts'

export interface CorrelationPair {
  readonly a: string
  readonly b: string
  readonly r: number | null
  /** Observations with both values: its own number for every pair, unless `missing` is `listwise`. */
  readonly n: number
  /** Two-sided; `null` where there is no r. */
  readonly p: number | null
  /** p adjusted by Benjamini and Hochberg over the pairs that were tested. */
  readonly q: number | null
  /** Why there is no r: "too few", "all missing", "no variance". */
  readonly reason?: string
}

export interface CorrelationMatrixOptions {
  readonly method?: 'pearson' | 'spearman'
  /** `pairwise` (default) uses all a pair has; `listwise` only the rows in which no column is missing. */
  readonly missing?: 'pairwise' | 'listwise'
}

/** A column packed for counting: NaN stands for missing, and stays in this file. */
interface Packed {
  readonly name: string
  readonly values: Float64Array
  /** Places from the smallest value up, without the missing: for ranks only. */
  readonly order: Uint32Array
}

/**
 * The correlations of all pairs of columns, in the order of the columns, each as `pearson` or `spearman` gives it.
 *
 * Rank correlations rank anew within the rows a pair shares; each column is sorted once for all its pairs.
 *
 * @throws DataError `data/misaligned` when the columns differ in length
 * @throws DataError `data/value` for a value that is not finite
 */
export function correlationMatrix(
  columns: Readonly<Record<string, Column>>,
  options: CorrelationMatrixOptions = {},
): { readonly pairs: CorrelationPair[] } {
  const ranked = options.method === 'spearman'
  const packed = pack(columns, options.missing === 'listwise', ranked)
  const rows = packed[0]?.values.length ?? 0
  const [xs, ys] = [new Float64Array(rows), new Float64Array(rows)]
  const fill = ranked ? sharedRanks(rows) : sharedValues
  const found: Omit<CorrelationPair, 'q'>[] = []
  for (const [index, a] of packed.entries()) {
    for (const b of packed.slice(index + 1)) {
      const n = fill(a, b, xs, ys)
      const r = n < 3 ? null : correlate(xs, ys, n)
      found.push(
        r === null
          ? { a: a.name, b: b.name, r, n, p: null, reason: reasonFor(n, rows) }
          : { a: a.name, b: b.name, r, n, p: correlationP(r, n) },
      )
    }
  }
  const q = adjustPValues(
    found.map(({ p }) => p),
    'bh',
  )
  return { pairs: found.map((pair, index) => ({ ...pair, q: q[index] ?? null })) }
}

function reasonFor(n: number, rows: number): string {
  if (n === 0 && rows > 0) return 'all missing'
  return n < 3 ? 'too few' : 'no variance'
}

function pack(columns: Readonly<Record<string, Column>>, listwise: boolean, ranked: boolean): Packed[] {
  const entries = Object.entries(columns)
  const [first] = entries
  for (const [name, column] of entries) {
    if (first !== undefined && column.length !== first[1].length) {
      throw new DataError(
        'data/misaligned',
        `column "${name}" has ${column.length} values, "${first[0]}" has ${first[1].length}`,
        { hint: 'join the columns by unit and period first; put null where one has no value' },
      )
    }
    const wrong = column.findIndex((value) => value !== null && !Number.isFinite(value))
    if (wrong >= 0) {
      throw new DataError('data/value', `column "${name}" at ${wrong} is ${column[wrong]}, not a finite number`, {
        hint: 'put null where nothing was measured',
      })
    }
  }
  const complete = (row: number): boolean => entries.every(([, column]) => column[row] !== null)
  const kept = first === undefined || !listwise ? null : first[1].map((_, row) => complete(row))
  return entries.map(([name, column]) => {
    const values = Float64Array.from(column, (value, row) => (kept?.[row] === false ? NaN : (value ?? NaN)))
    return { name, values, order: ranked ? ascending(values) : NO_ORDER }
  })
}

const NO_ORDER = new Uint32Array(0)

function isMissing(value: number | undefined): boolean {
  return value === undefined || Number.isNaN(value)
}

type Fill = (a: Packed, b: Packed, xs: Float64Array, ys: Float64Array) => number

/** The values of the rows both have, side by side from the start; how many there are. */
const sharedValues: Fill = (a, b, xs, ys) => {
  let n = 0
  for (let row = 0; row < a.values.length; row += 1) {
    const [left, right] = [a.values[row] ?? NaN, b.values[row] ?? NaN]
    // NaN is the one value that differs from itself
    if (left !== left || right !== right) continue
    xs[n] = left
    ys[n] = right
    n += 1
  }
  return n
}

/** The mid-ranks within the rows both have. */
function sharedRanks(rows: number): Fill {
  const place = new Uint32Array(rows)
  return (a, b, xs, ys) => {
    let n = 0
    for (let row = 0; row < rows; row += 1) {
      if (isMissing(a.values[row]) || isMissing(b.values[row])) continue
      place[row] = n
      n += 1
    }
    ranksAmong(a, b.values, place, xs)
    ranksAmong(b, a.values, place, ys)
    return n
  }
}

/** Ranks `column` among the rows where `partner` is there too, each written to its row's place. */
function ranksAmong(column: Packed, partner: Float64Array, place: Uint32Array, ranks: Float64Array): void {
  const { values, order } = column
  let rank = 0
  let index = 0
  while (index < order.length) {
    const value = values[order[index] ?? 0]
    let end = index
    let tied = 0
    for (; end < order.length && values[order[end] ?? 0] === value; end += 1) {
      if (!isMissing(partner[order[end] ?? 0])) tied += 1
    }
    for (; index < end; index += 1) {
      const row = order[index] ?? 0
      if (!isMissing(partner[row])) ranks[place[row] ?? 0] = rank + (tied + 1) / 2
    }
    rank += tied
  }
}
