/**
 * The fewest reads that show what a server holds of some rows, each short enough for every proxy and every memory.
 *
 * Units are either listed, or an ancestor is asked for with everything below it: whichever costs less.
 */
import type { BatchRow, DataValueBatch, StoredValuesQuery } from './data-value-batch.ts'

export interface WindowUnit {
  readonly id: string
  /** `/country/district/clinic`. */
  readonly path: string
}

export interface WindowContext {
  readonly dataSet: string
  /** Paths of every unit the data set is assigned to; null where the path is not known. */
  readonly assignedPaths: Iterable<string | null>
  /** Ids of the units below which the account may read; null when that is everywhere, or not known. */
  readonly readableRoots: readonly string[] | null
  /** How many rows there are to look for. */
  readonly rows: number
}

/** 20 characters a unit and up to 400 of periods and the rest: below 1,900, which no proxy refuses. */
const UNITS_AT_ONCE = 70
const PERIODS_AT_ONCE = 24
/** About 8 MB as 2.42 writes them. */
const ROWS_AT_ONCE = 25_000
/** A request takes about as long as the server takes to write this many rows. DHIS2 2.42.4, measured. */
const ROWS_WORTH_A_REQUEST = 500

export function readWindows(
  units: readonly WindowUnit[],
  periods: readonly string[],
  context: WindowContext,
): StoredValuesQuery[] {
  const rowsPerUnit = context.rows / Math.max(1, units.length)
  const assigned = [...context.assignedPaths]
  return scopes(units, context.readableRoots).flatMap((scope) => {
    const below = assigned.filter((path) => path === null || path.split('/').includes(scope.ancestor)).length
    const read = Math.max(below, scope.units.length)
    const listed = chunks(scope.units.map(({ id }) => id).toSorted(), UNITS_AT_ONCE)
    const strangers = (read - scope.units.length) * rowsPerUnit
    const asked =
      listed.length * ROWS_WORTH_A_REQUEST <= ROWS_WORTH_A_REQUEST + strangers
        ? listed.map((orgUnits) => ({ orgUnits, children: false, rows: orgUnits.length * rowsPerUnit }))
        : [{ orgUnits: [scope.ancestor], children: true, rows: read * rowsPerUnit }]
    return asked.flatMap(({ orgUnits, children, rows }) =>
      chunks(periods.toSorted(), periodsAtOnce(rows, periods.length)).map((some) => ({
        dataSet: context.dataSet,
        periods: some,
        orgUnits,
        children,
      })),
    )
  })
}

/** What to read to see some rows of a batch: as little of what the whole batch needs as these rows allow. */
export function readsFor(rows: readonly BatchRow[], batch: DataValueBatch): readonly StoredValuesQuery[] {
  const units = [...new Set(rows.map(({ orgUnit }) => orgUnit))].toSorted()
  const periods = new Set(rows.map(({ period }) => period))
  const wanted = batch.reads
    .map((read) => ({ ...read, periods: read.periods.filter((period) => periods.has(period)) }))
    .filter((read) => read.periods.length > 0)
  const listed = chunks(units, UNITS_AT_ONCE).flatMap((orgUnits) =>
    chunks([...periods].toSorted(), PERIODS_AT_ONCE).map((some) => ({
      dataSet: batch.dataSet,
      periods: some,
      orgUnits,
      children: false,
    })),
  )
  return listed.length <= wanted.length ? listed : wanted
}

/** Units by the readable root they lie below, with the lowest unit that has all of them below it. */
function scopes(
  units: readonly WindowUnit[],
  roots: readonly string[] | null,
): { readonly units: readonly WindowUnit[]; readonly ancestor: string }[] {
  const rootOf = (path: string) => path.split('/').find((part) => roots?.includes(part)) ?? ''
  return [...Map.groupBy(units, ({ path }) => rootOf(path)).values()].map((group) => ({
    units: group,
    ancestor: commonAncestor(group.map(({ path }) => path)),
  }))
}

function commonAncestor(paths: readonly string[]): string {
  let [common = []] = paths.map((path) => path.split('/'))
  for (const path of paths) {
    const parts = path.split('/')
    const until = common.findIndex((part, index) => parts[index] !== part)
    if (until !== -1) common = common.slice(0, until)
  }
  return common.at(-1) ?? ''
}

function periodsAtOnce(rows: number, periods: number): number {
  const fit = Math.floor((ROWS_AT_ONCE * periods) / Math.max(1, rows))
  return Math.min(PERIODS_AT_ONCE, Math.max(1, fit))
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
