/**
 * Planned rows as batches of one data set each, cut to the size that the server's generation digests best.
 *
 * The rows are sorted first, so that the same rows give the same batches in whatever order they came.
 */
import type { DataSetFacts, MetadataIndex } from '../metadata-index.ts'
import type { ServerGeneration } from '../server-generation.ts'
import { batchId, type BatchRow, type DataValueBatch } from './data-value-batch.ts'
import { readWindows } from './read-windows.ts'
import type { RowTable, TextColumn } from './row-table.ts'
import { isNumericType, isZero } from './value-form.ts'

export interface CutContext {
  readonly index: MetadataIndex
  readonly generation: ServerGeneration
  /** Ids of the units below which the account may read; null when that is everywhere, or not known. */
  readonly readableRoots: readonly string[] | null
  /** Rows in a batch at most; left out, what the server's generation digests best. */
  readonly batchRows?: number | undefined
}

export interface Batches {
  readonly batchCount: number
  readonly batchAt: (number: number) => DataValueBatch
}

/** In place of the number of a data set: the row is not sent. */
export const NOT_SENT = -1

/** @param chosen the number of the data set of every row, in `sets`, or `NOT_SENT` */
export function cutBatches(
  table: RowTable,
  sets: readonly DataSetFacts[],
  chosen: Int32Array,
  context: CutContext,
): Batches {
  const batches = sets
    .map((set, number) => ({ set, rows: rowsOf(chosen, number) }))
    .toSorted((a, b) => (a.set.id < b.set.id ? -1 : 1))
    .flatMap(({ set, rows }) => {
      const rule = ruleFor(set, context)
      sortRows(rows, table, rule, context.index)
      return cutRows(rows, table, rule, context.batchRows).map((some) => ({ set, rows: some }))
    })
  return {
    batchCount: batches.length,
    batchAt(number) {
      const batch = batches[number]
      if (batch === undefined) throw new RangeError(`there is no batch ${number}, the plan has ${batches.length}`)
      return buildBatch(table, batch.set, batch.rows, context)
    },
  }
}

function rowsOf(chosen: Int32Array, number: number): Uint32Array {
  const rows = new Uint32Array(chosen.reduce((count, one) => (one === number ? count + 1 : count), 0))
  let filled = 0
  for (let row = 0; row < chosen.length; row += 1) {
    if (chosen[row] !== number) continue
    rows[filled] = row
    filled += 1
  }
  return rows
}

interface CutRule {
  readonly rows: number
  readonly orgUnits: number
}

/**
 * Up to 2.42 every request pays seconds of set-up and bigger is faster. From 2.43 the cost is even, but where attribute
 * options are limited to units it grows with rows × units, so that few units go together (quirks.md D2-107).
 */
const CUT_RULES: Readonly<Record<ServerGeneration | 'limited', CutRule>> = {
  'row-by-row': { rows: 50_000, orgUnits: Infinity },
  'by-group': { rows: 5_000, orgUnits: Infinity },
  limited: { rows: 200, orgUnits: 10 },
}

/** Of a request body before it is compressed: what common proxies take. */
const MOST_BYTES = 16_000_000

/** Ids, names of members and punctuation of one row as JSON. */
const BYTES_PER_ROW = 200

function ruleFor(set: DataSetFacts, { generation, index }: CutContext): CutRule {
  return CUT_RULES[generation === 'by-group' && isLimited(set, index) ? 'limited' : generation]
}

function isLimited(set: DataSetFacts, { combos, attributeLimits }: MetadataIndex): boolean {
  const optionCombos = [...(combos.get(set.attributeCombo)?.optionCombos ?? [])]
  return optionCombos.some((combo) => (attributeLimits.get(combo)?.orgUnits.length ?? 0) > 0)
}

/** By period and then along the tree of units, so that a batch is read back in few reads; few units: by unit first. */
function sortRows(rows: Uint32Array, table: RowTable, rule: CutRule, index: MetadataIndex): void {
  const byPeriod = order(table.periods)
  const byUnit = order(table.orgUnits, (id) => index.orgUnits.get(id)?.path ?? id)
  const orders = [
    ...(rule.orgUnits === Infinity ? [byPeriod, byUnit] : [byUnit, byPeriod]),
    order(table.elements),
    order(table.optionCombos),
    order(table.attributeCombos),
  ]
  rows.sort((a, b) => {
    for (const place of orders) {
      const difference = place(a) - place(b)
      if (difference !== 0) return difference
    }
    return 0
  })
}

/** The place of a row when rows are sorted by the text of one column. */
function order(column: TextColumn, sortedBy: (text: string) => string = (text) => text): (row: number) => number {
  const keys = column.texts.map(sortedBy)
  const places = new Int32Array(keys.length)
  const sorted = keys.map((_, code) => code).sort((a, b) => ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1))
  for (const [place, code] of sorted.entries()) places[code] = place
  return (row) => places[column.codeAt(row)] ?? 0
}

function cutRows(rows: Uint32Array, table: RowTable, rule: CutRule, batchRows: number | undefined): Uint32Array[] {
  const mostRows = Math.max(1, batchRows ?? rule.rows)
  const batches: Uint32Array[] = []
  let from = 0
  let bytes = 0
  let units = new Set<number>()
  for (let place = 0; place < rows.length; place += 1) {
    const row = rows[place] ?? 0
    const rowBytes = BYTES_PER_ROW + 2 * table.values.at(row).length + 2 * (table.commentAt(row)?.length ?? 0)
    const unit = table.orgUnits.codeAt(row)
    const full =
      place - from >= mostRows || bytes + rowBytes > MOST_BYTES || (units.size >= rule.orgUnits && !units.has(unit))
    if (full && place > from) {
      batches.push(rows.subarray(from, place))
      from = place
      bytes = 0
      units = new Set()
    }
    bytes += rowBytes
    units.add(unit)
  }
  if (from < rows.length) batches.push(rows.subarray(from))
  return batches
}

function buildBatch(table: RowTable, set: DataSetFacts, positions: Uint32Array, context: CutContext): DataValueBatch {
  const { elements, orgUnits, defaultOptionCombo } = context.index
  const rows = Array.from(positions, (position) => buildRow(table, position, context.index))
  const used = new Set(rows.map(({ dataElement }) => dataElement))
  const units = new Set(rows.map(({ orgUnit }) => orgUnit))
  const periods = new Set(rows.map(({ period }) => period))
  return {
    id: batchId(set.id, rows),
    dataSet: set.id,
    dataSetName: set.name,
    periodType: set.periodType,
    rows,
    valueTypes: Object.fromEntries([...used].map((id) => [id, elements.get(id)?.valueType ?? 'TEXT'])),
    reads: readWindows(
      [...units].map((id) => ({ id, path: orgUnits.get(id)?.path ?? `/${id}` })),
      [...periods],
      {
        dataSet: set.id,
        assignedPaths: set.orgUnits.values(),
        readableRoots: context.readableRoots,
        rows: rows.length,
      },
    ),
    defaultOptionCombo,
  }
}

function buildRow(table: RowTable, position: number, { elements }: MetadataIndex): BatchRow {
  const dataElement = table.elements.at(position)
  const value = table.values.at(position)
  const comment = table.commentAt(position)
  const followUp = table.followUpAt(position)
  const element = elements.get(dataElement)
  // quirks.md D2-108: 2.42 skips such a zero without counting it, 2.43 stores it
  const meansNothing = element?.zeroCounts === false && isNumericType(element.valueType) && isZero(value)
  return {
    position,
    dataElement,
    period: table.periods.at(position),
    orgUnit: table.orgUnits.at(position),
    categoryOptionCombo: table.optionCombos.at(position),
    attributeOptionCombo: table.attributeCombos.at(position),
    value,
    ...(comment === null ? {} : { comment }),
    ...(followUp === null ? {} : { followUp }),
    ...(meansNothing ? { onlyOverExisting: true } : {}),
  }
}
