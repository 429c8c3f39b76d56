/** Who is worst off: by class first, and only then by a number. */

/** How a row is judged; rows of one `place` count together, by the worst of them. */
export interface WorstFirstReading<Row> {
  readonly place: (row: Row) => string
  /** Higher is worse; see `severity` for classes of the air quality index. */
  readonly severity: (row: Row) => number
  /** Between rows of one class: higher is worse. */
  readonly value: (row: Row) => number
}

/**
 * The worst row of each place, the worst place first: by severity, then value, then name, whatever the order of the rows.
 * Never by a value alone, for 40 of one pollutant may be worse than 100 of another.
 *
 * @example worstFirst(rows, { place: (row) => row.city, severity: (row) => severity(row.category), value: (row) => row.index })
 */
export function worstFirst<Row>(rows: readonly Row[], { place, severity, value }: WorstFirstReading<Row>): Row[] {
  const worse = (a: Row, b: Row): number => severity(b) - severity(a) || value(b) - value(a)
  return [...Map.groupBy(rows, place).values()]
    .flatMap((own) => own.toSorted(worse).slice(0, 1))
    .toSorted((a, b) => worse(a, b) || byCodeUnits(place(a), place(b)))
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
