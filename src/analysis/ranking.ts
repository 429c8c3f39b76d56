/** Best first, worst first, and by how far a fit was missed. */
import { DataError } from '../base/errors.ts'
import type { Regression } from './least-squares.ts'

/** A row with its place. Equal values share the better place, and the next one is skipped: 1, 2, 2, 4. */
export type Ranked<Row> = Row & { readonly rank: number }

export interface Ranking<Row> {
  readonly ranked: Ranked<Row>[]
  /** Rows without a value, in the order given: not last, but nowhere. */
  readonly missing: Row[]
}

/**
 * The rows from the largest value down; rows with equal values keep their order. What is `null` or not finite is missing.
 *
 * @example rankDescending([{ gdp: 1 }, { gdp: null }, { gdp: 2 }], (row) => row.gdp).ranked[0] // { gdp: 2, rank: 1 }
 */
export function rankDescending<Row extends object>(
  rows: readonly Row[],
  valueOf: (row: Row) => number | null,
): Ranking<Row> {
  return rank(rows, valueOf, (a, b) => b - a)
}

/** The rows from the smallest value up; see `rankDescending`. */
export function rankAscending<Row extends object>(
  rows: readonly Row[],
  valueOf: (row: Row) => number | null,
): Ranking<Row> {
  return rank(rows, valueOf, (a, b) => a - b)
}

/**
 * The rows of a fit by actual less predicted, from the most negative up: for an outcome that should be low, the best come
 * first. Ranks are 1 … n without gaps; equal residuals keep the order of the rows. Raw residuals favour points far from
 * the mean of x, which pull the line towards them.
 *
 * @throws DataError `data/misaligned` when the fit is of another number of rows
 */
export function rankByResidual<Row extends object>(
  rows: readonly Row[],
  fit: Pick<Regression, 'residuals'>,
): (Ranked<Row> & { readonly residual: number })[] {
  if (rows.length !== fit.residuals.length) {
    throw new DataError('data/misaligned', `${rows.length} rows against ${fit.residuals.length} residuals`, {
      hint: 'rank exactly the rows that were fitted, in the same order',
    })
  }
  return rows
    .map((row, index) => ({ ...row, residual: fit.residuals[index] ?? 0 }))
    .toSorted((a, b) => a.residual - b.residual)
    .map((row, index) => ({ ...row, rank: index + 1 }))
}

function rank<Row extends object>(
  rows: readonly Row[],
  valueOf: (row: Row) => number | null,
  order: (a: number, b: number) => number,
): Ranking<Row> {
  const missing: Row[] = []
  const present: { readonly row: Row; readonly value: number }[] = []
  for (const row of rows) {
    const value = valueOf(row)
    if (value === null || !Number.isFinite(value)) missing.push(row)
    else present.push({ row, value })
  }
  const ranked: Ranked<Row>[] = []
  let place = 0
  let before: number | null = null
  for (const [index, { row, value }] of present.toSorted((a, b) => order(a.value, b.value)).entries()) {
    if (value !== before) place = index + 1
    before = value
    ranked.push({ ...row, rank: place })
  }
  return { ranked, missing }
}
