/** Rows laid on the periods they should fill: what every series here begins with. */
import { DataError } from '../base/errors.ts'

export interface OnCalendar {
  /** One value for each period, in their order; `null` for a gap, and where the row itself has none. */
  readonly values: readonly (number | null)[]
  /** Periods without a row. */
  readonly gaps: readonly string[]
}

/**
 * The value of each expected period, whatever the order of the rows. Windows, lags and seasons then count periods and not
 * rows, so that a gap stays a gap.
 *
 * @param periods all that are due, from the period engine: differences of dates do not know that May is missing
 * @throws DataError `data/value` for two rows of one period, `data/misaligned` for a row of a period that is not expected
 * @example onCalendar([{ period: '202601', value: 3 }], ['202601', '202602'], (r) => r.period, (r) => r.value).gaps // ['202602']
 */
export function onCalendar<Row>(
  rows: readonly Row[],
  periods: readonly string[],
  periodOf: (row: Row) => string,
  valueOf: (row: Row) => number | null,
): OnCalendar {
  const byPeriod = new Map<string, Row>()
  const expected = new Set(periods)
  for (const row of rows) {
    const period = periodOf(row)
    if (!expected.has(period)) {
      throw new DataError(
        'data/misaligned',
        `a row is of ${period}, which is not among the ${periods.length} periods`,
        {
          hint: 'ask for all periods from the first row to the last, of the same type',
          details: { period },
        },
      )
    }
    if (byPeriod.has(period)) {
      throw new DataError('data/value', `two rows are of ${period}`, { hint: 'add them up first', details: { period } })
    }
    byPeriod.set(period, row)
  }
  const values = periods.map((period) => {
    const row = byPeriod.get(period)
    return row === undefined ? null : valueOf(row)
  })
  return { values, gaps: periods.filter((period) => !byPeriod.has(period)) }
}
