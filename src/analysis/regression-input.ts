/** What regressions are given, checked: rows of predictors as columns, and an outcome of the same length. */
import { DataError } from '../base/errors.ts'
import type { Predictor } from './least-squares.ts'

/**
 * Rows of predictors as named columns.
 *
 * @throws DataError `data/misaligned` for rows of different widths, `data/value` for what is not finite
 */
export function predictorsOf(rows: readonly (readonly number[])[]): Predictor[] {
  const width = rows[0]?.length ?? 0
  const ragged = rows.findIndex((row) => row.length !== width)
  if (ragged >= 0) {
    throw new DataError('data/misaligned', `row ${ragged} has ${rows[ragged]?.length} predictors, row 0 has ${width}`, {
      hint: 'every row needs the same predictors in the same order',
    })
  }
  return Array.from({ length: width }, (_, column) => {
    const name = `predictor ${column}`
    return { name, values: columnOf(name, rows, (row) => row[column]) }
  })
}

/**
 * The outcome, of as many rows as the predictors have.
 *
 * @throws DataError `data/misaligned`, `data/value`
 */
export function outcomeOf(rows: number, y: readonly number[]): Float64Array {
  if (rows !== y.length) {
    throw new DataError('data/misaligned', `${rows} rows of predictors against ${y.length} of y`, {
      hint: 'join x and y by entity first, and drop what is missing from both',
      details: { x: rows, y: y.length },
    })
  }
  return columnOf('y', y)
}

/**
 * One column of finite numbers.
 *
 * @throws DataError `data/value` for anything else, by its place
 */
export function columnOf(name: string, values: readonly number[]): Float64Array
export function columnOf<Row>(name: string, rows: readonly Row[], read: (row: Row) => number | undefined): Float64Array
export function columnOf<Row>(
  name: string,
  rows: readonly Row[],
  read?: (row: Row) => number | undefined,
): Float64Array {
  const column = new Float64Array(rows.length)
  for (const [index, row] of rows.entries()) {
    const value: unknown = read === undefined ? row : read(row)
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new DataError('data/value', `${name} at ${index} is ${String(value)}, not a finite number`, {
        hint: 'drop the row from x and y together before fitting, and say how many were dropped',
      })
    }
    column[index] = value
  }
  return column
}
