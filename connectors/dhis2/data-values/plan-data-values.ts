/**
 * Rows in, batches out: everything that can be decided without sending anything.
 *
 * A bad row is refused by name and never holds up a good one.
 */
import type { DataSetFacts, MetadataIndex } from '../metadata-index.ts'
import { parsePeriod } from '../periods/parse-period.ts'
import type { Period } from '../periods/period.ts'
import { cutBatches, NOT_SENT, type CutContext } from './cut-batches.ts'
import type { DataValueBatch } from './data-value-batch.ts'
import type { Reason } from './ledger.ts'
import {
  checkedComment,
  checkedValue,
  comboOf,
  DATA_SET_CHECKS,
  filledCombo,
  foreignUnit,
  named,
  reason,
  type CheckContext,
  type ResolvedRow,
} from './row-checks.ts'
import { createKeyIndex, type RowTable } from './row-table.ts'

export interface PlanContext extends CheckContext, CutContext {
  /** The data set that all rows are for; left out, each row's element says. */
  readonly dataSet?: string | undefined
  /** Which of several rows with one key is sent. */
  readonly onDuplicate: 'first' | 'last'
}

export interface DataValuePlan {
  /** As planned: canonical periods, values in the form in which they leave, combinations filled in. */
  readonly table: RowTable
  /** By position. */
  readonly refused: ReadonlyMap<number, Reason>
  readonly batchCount: number
  /** Made when it is asked for: a plan of many rows does not hold all of them as objects. */
  readonly batchAt: (number: number) => DataValueBatch
}

/** Rewrites the rows of `table` that will be sent into the form in which they are. */
export function planDataValues(table: RowTable, context: PlanContext): DataValuePlan {
  const refused = new Map<number, Reason>()
  const sets = [...context.index.dataSets.values()]
  const chosen = new Int32Array(table.length).fill(NOT_SENT)
  const periodOf = createPeriodReader()
  const keys = createKeyIndex(
    [table.elements, table.periods, table.orgUnits, table.optionCombos, table.attributeCombos],
    table.length,
  )
  for (let row = 0; row < table.length; row += 1) {
    const found = settle(table, row, periodOf, context)
    if ('code' in found) {
      refused.set(row, found)
      continue
    }
    chosen[row] = sets.indexOf(found)
    const earlier = keys.claim(row)
    if (earlier === -1) continue
    // quirks.md D2-103: 2.42 keeps the first of them and says nothing, 2.43 refuses the group
    const [kept, lost] = context.onDuplicate === 'first' ? [earlier, row] : [row, earlier]
    keys.pass(earlier, kept)
    chosen[lost] = NOT_SENT
    refused.set(lost, duplicateOf(table, kept))
  }
  return { table, refused, ...cutBatches(table, sets, chosen, context) }
}

type PeriodReader = (text: string) => Period | Reason

/** Few periods are different, and one that cannot be read is costly to find out. */
function createPeriodReader(): PeriodReader {
  const read = new Map<string, Period | Reason>()
  return (text) => {
    const known = read.get(text)
    if (known !== undefined) return known
    const found = readPeriod(text)
    read.set(text, found)
    return found
  }
}

/** quirks.md D2-106: a period that does not parse makes 2.43.1 answer 500, and so does the year 24. */
function readPeriod(text: string): Period | Reason {
  try {
    const period = parsePeriod(text)
    if (period.startDate >= '1000') return period
    return reason('row/period', `"${text}" is a period of a year that not every server takes`)
  } catch (error) {
    return reason('row/period', error instanceof Error ? error.message : `"${text}" is no period`)
  }
}

/** Writes what is to be sent into the table and gives the data set, or the reason why nothing is sent. */
function settle(table: RowTable, row: number, periodOf: PeriodReader, context: PlanContext): DataSetFacts | Reason {
  const resolved = resolve(table, row, periodOf, context.index)
  if ('code' in resolved) return resolved
  const foreign = foreignUnit(resolved, context)
  if (foreign !== null) return foreign
  const set = chooseSet(resolved, context)
  if ('code' in set) return set
  const { element, period, optionCombo, attributeCombo } = resolved
  const checked = checkedValue(table.values.at(row), element)
  if ('code' in checked) return checked
  const comment = checkedComment(table.commentAt(row))
  if (comment !== null) return comment

  const { combos, defaultOptionCombo } = context.index
  const options = comboOf(element, set, context.index)
  const attributes = combos.get(set.attributeCombo)
  table.periods.set(row, period.id)
  table.values.set(row, checked.value)
  table.optionCombos.set(row, filledCombo(optionCombo, options, defaultOptionCombo) ?? '')
  table.attributeCombos.set(row, filledCombo(attributeCombo, attributes, defaultOptionCombo) ?? '')
  return set
}

function resolve(table: RowTable, row: number, periodOf: PeriodReader, index: MetadataIndex): ResolvedRow | Reason {
  const elementId = table.elements.at(row)
  const element = index.elements.get(elementId)
  if (element === undefined) return reason('row/unknown-element', `there is no data element "${elementId}"`)
  const period = periodOf(table.periods.at(row))
  if ('code' in period) return period
  const unitId = table.orgUnits.at(row)
  const orgUnit = index.orgUnits.get(unitId)
  if (orgUnit === undefined) return reason('row/unknown-unit', `there is no organisation unit "${unitId}"`)
  const optionCombo = table.optionCombos.at(row)
  return { element, period, orgUnit, optionCombo, attributeCombo: table.attributeCombos.at(row) }
}

/** The first data set that has nothing against the row; else the reason of the one that came furthest. */
function chooseSet(row: ResolvedRow, context: PlanContext): DataSetFacts | Reason {
  let furthest = { step: -1, reason: noDataSet(row, context) }
  for (const set of context.index.dataSetsOf.get(row.element.id) ?? []) {
    const problem = firstProblem(row, set, context)
    if (problem === null) return set
    if (problem.step > furthest.step) furthest = problem
  }
  return furthest.reason
}

function firstProblem(row: ResolvedRow, set: DataSetFacts, context: PlanContext) {
  for (let step = 0; step < DATA_SET_CHECKS.length; step += 1) {
    const reason = DATA_SET_CHECKS[step]?.(row, set, context) ?? null
    if (reason !== null) return { step, reason }
  }
  return null
}

function noDataSet({ element }: ResolvedRow, { dataSet }: PlanContext): Reason {
  return dataSet === undefined
    ? reason('row/no-data-set', `${named(element)} is in no data set that this account sees`)
    : reason('row/element-not-in-set', `${named(element)} is not in data set ${dataSet}`)
}

function duplicateOf(table: RowTable, winner: number): Reason {
  const { line } = table.rowAt(winner)
  const where = line === undefined ? `position ${winner}` : `position ${winner} (line ${line})`
  return reason('row/duplicate', `the row at ${where} has the same key and was taken instead`)
}
