/**
 * What is wrong with a row, found before anything is sent: one small check for each thing that one generation of DHIS2
 * refuses and the other stores, and for each thing that would take the good rows of a request down with it.
 *
 * The checks run in order and the first that finds something is the reason of the row (quirks.md D2-102, D2-104).
 */
import type {
  AttributeLimits,
  ComboFacts,
  DataSetFacts,
  ElementFacts,
  MetadataIndex,
  OrgUnitFacts,
} from '../metadata-index.ts'
import type { Period } from '../periods/period.ts'
import { nextPeriod, periodHolding, previousPeriod } from '../periods/period-sequence.ts'
import { parsePeriod } from '../periods/parse-period.ts'
import type { Reason, RowCode } from './ledger.ts'
import { LONGEST_TEXT, normaliseValue } from './value-form.ts'

/** What of a row could be resolved without knowing its data set. */
export interface ResolvedRow {
  readonly element: ElementFacts
  readonly period: Period
  readonly orgUnit: OrgUnitFacts
  /** As given; empty when left out. */
  readonly optionCombo: string
  readonly attributeCombo: string
}

export interface CheckContext {
  readonly index: MetadataIndex
  /** The moment on the server, as it writes it: `2026-11-22T11:40:49`. */
  readonly now: string
  /** What to do with periods whose days of entry are over. */
  readonly closedPeriods: 'refuse' | 'send'
  /** Ids of the units below which the account may write; null when it may everywhere, or when that is not known. */
  readonly writableRoots: readonly string[] | null
}

export type DataSetCheck = (row: ResolvedRow, set: DataSetFacts, context: CheckContext) => Reason | null

/** Of a row for one data set. A row of several data sets is sent in the first that has nothing against it. */
export const DATA_SET_CHECKS: readonly DataSetCheck[] = [
  noDataAccess,
  unassignedUnit,
  wrongPeriodType,
  wrongAttributeCombo,
  wrongOptionCombo,
  unitOutsideAttribute,
  closedUnit,
  periodOutsideAttribute,
  futurePeriod,
  closedPeriod,
  notAnInputPeriod,
]

export function reason(code: RowCode, message: string): Reason {
  return { code, message }
}

/** Whether a unit is one of these, or lies below one of them. */
export function isBelow(path: string, roots: Iterable<string>): boolean {
  for (const root of roots) if (path.split('/').includes(root)) return true
  return false
}

export function foreignUnit({ orgUnit }: ResolvedRow, { writableRoots }: CheckContext): Reason | null {
  if (writableRoots === null || isBelow(orgUnit.path, writableRoots)) return null
  return reason('row/foreign-unit', `the account may not enter data for ${named(orgUnit)}`)
}

/**
 * The combination a row is stored under, or null when what it names does not belong to `combo`.
 *
 * Left out, it is the default where the combination is the default one: there the server fills in the same.
 */
export function filledCombo(given: string, combo: ComboFacts | undefined, fallback: string | null): string | null {
  if (combo === undefined) return given === '' ? fallback : given
  if (given !== '') return combo.optionCombos.has(given) ? given : null
  const [only = null] = combo.isDefault ? combo.optionCombos : []
  return only
}

/** The category combination of an element, where a data set may give it another than its own. */
export function comboOf(element: ElementFacts, set: DataSetFacts, index: MetadataIndex): ComboFacts | undefined {
  return index.combos.get(set.elements.get(element.id) ?? element.combo)
}

/** The value as it leaves, or why it does not. Text of an option set must be one of its codes, letter by letter. */
export function checkedValue(text: string, element: ElementFacts): { readonly value: string } | Reason {
  const form = normaliseValue(text, element.valueType)
  if ('problem' in form) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
    return reason('row/value', `"${shown}" for ${named(element)} (${element.valueType}): ${form.problem}`)
  }
  const codes = element.valueType === 'MULTI_TEXT' ? form.value.split(',') : [form.value]
  const stray = element.options === null ? undefined : codes.find((code) => element.options?.has(code) !== true)
  if (stray === undefined) return form
  return reason('row/option', `"${stray}" is no code of the options of ${named(element)}`)
}

export function checkedComment(comment: string | null): Reason | null {
  if (comment === null || comment.length <= LONGEST_TEXT) return null
  return reason('row/comment', `a comment of ${comment.length} characters, at most ${LONGEST_TEXT} are stored`)
}

function noDataAccess(_row: ResolvedRow, set: DataSetFacts): Reason | null {
  if (set.canWrite !== false) return null
  return reason('row/no-data-access', `the account may not enter data for data set ${named(set)}`)
}

function unassignedUnit({ orgUnit }: ResolvedRow, set: DataSetFacts): Reason | null {
  if (set.orgUnits.has(orgUnit.id)) return null
  return reason('row/unassigned-unit', `data set ${named(set)} is not assigned to ${named(orgUnit)}`)
}

function wrongPeriodType({ period }: ResolvedRow, set: DataSetFacts): Reason | null {
  if (period.type === set.periodType) return null
  return reason('row/period-type', `${period.id} is ${period.type}, data set ${named(set)} is ${set.periodType}`)
}

function wrongAttributeCombo(
  { attributeCombo }: ResolvedRow,
  set: DataSetFacts,
  { index }: CheckContext,
): Reason | null {
  const combo = index.combos.get(set.attributeCombo)
  if (filledCombo(attributeCombo, combo, index.defaultOptionCombo) !== null) return null
  const problem =
    attributeCombo === ''
      ? `data set ${named(set)} needs an attribute option combination, and none is given`
      : `"${attributeCombo}" is no attribute option combination of data set ${named(set)}`
  return reason('row/attribute-combo', problem)
}

function wrongOptionCombo(row: ResolvedRow, set: DataSetFacts, { index }: CheckContext): Reason | null {
  const combo = comboOf(row.element, set, index)
  if (filledCombo(row.optionCombo, combo, index.defaultOptionCombo) !== null) return null
  const problem =
    row.optionCombo === ''
      ? `${named(row.element)} needs a category option combination, and none is given`
      : `"${row.optionCombo}" is no category option combination of ${named(row.element)}`
  return reason('row/option-combo', problem)
}

function unitOutsideAttribute(row: ResolvedRow, set: DataSetFacts, context: CheckContext): Reason | null {
  const limits = limitsOf(row, set, context)
  if (limits === undefined || limits.orgUnits.every((units) => isBelow(row.orgUnit.path, units))) return null
  return reason('row/attribute-unit', `the attribute option "${row.attributeCombo}" is not for ${named(row.orgUnit)}`)
}

/** Stored by 2.42 and refused by 2.43, for which the first day of the period decides. */
function closedUnit({ orgUnit, period }: ResolvedRow): Reason | null {
  if (orgUnit.openedOn !== null && period.startDate < orgUnit.openedOn) {
    return reason('row/closed-unit', `${named(orgUnit)} opened on ${orgUnit.openedOn}, after ${period.id} began`)
  }
  if (orgUnit.closedOn !== null && period.startDate > orgUnit.closedOn) {
    return reason('row/closed-unit', `${named(orgUnit)} closed on ${orgUnit.closedOn}, before ${period.id} began`)
  }
  return null
}

function periodOutsideAttribute(row: ResolvedRow, set: DataSetFacts, context: CheckContext): Reason | null {
  const limits = limitsOf(row, set, context)
  // how far a set moves the end of its options is for the server to count
  if (limits === undefined || set.openPeriodsAfterOptionEnd !== 0) return null
  const { startDate, endDate, id } = row.period
  const fits = limits.spans.every(({ from, to }) => (from ?? startDate) <= startDate && endDate <= (to ?? endDate))
  if (fits) return null
  return reason('row/attribute-period', `the attribute option "${row.attributeCombo}" is not for ${id}`)
}

/** The last open period is the one `openFuturePeriods - 1` after today's; 2.43 does not hold superusers to it. */
function futurePeriod({ period }: ResolvedRow, set: DataSetFacts, { now }: CheckContext): Reason | null {
  const last = latestOpen(set.periodType, set.openFuturePeriods, now.slice(0, 10))
  if (period.startDate <= last.startDate) return null
  return reason('row/future-period', `${period.id} is after ${last.id}, the last open period of data set ${named(set)}`)
}

function closedPeriod({ period }: ResolvedRow, set: DataSetFacts, context: CheckContext): Reason | null {
  if (set.expiryDays <= 0 || context.closedPeriods === 'send') return null
  const daysOver = (Date.parse(context.now.slice(0, 10)) - Date.parse(period.endDate)) / 86_400_000
  if (daysOver <= set.expiryDays) return null
  return reason(
    'row/closed-period',
    `${period.id} ended on ${period.endDate}, and data set ${named(set)} closes after ${set.expiryDays} days`,
  )
}

function notAnInputPeriod({ period }: ResolvedRow, set: DataSetFacts, { now }: CheckContext): Reason | null {
  if (set.inputPeriods.size === 0) return null
  const spans = set.inputPeriods.get(period.id) ?? []
  if (spans.some(({ from, to }) => (from ?? now) <= now && now <= (to ?? now))) return null
  return reason('row/input-period', `data set ${named(set)} takes no data for ${period.id} at this time`)
}

function limitsOf(
  { attributeCombo }: ResolvedRow,
  set: DataSetFacts,
  { index }: CheckContext,
): AttributeLimits | undefined {
  const combo = filledCombo(attributeCombo, index.combos.get(set.attributeCombo), index.defaultOptionCombo)
  return combo === null ? undefined : index.attributeLimits.get(combo)
}

const latestOpenPeriods = new Map<string, Period>()

function latestOpen(type: string, openFuturePeriods: number, today: string): Period {
  const key = `${type} ${openFuturePeriods} ${today}`
  const known = latestOpenPeriods.get(key)
  if (known !== undefined) return known
  let { id } = periodHolding(type, today)
  if (openFuturePeriods < 1) id = previousPeriod(id)
  for (let step = 1; step < openFuturePeriods; step += 1) id = nextPeriod(id)
  const latest = parsePeriod(id)
  if (latestOpenPeriods.size > 1_000) latestOpenPeriods.clear()
  latestOpenPeriods.set(key, latest)
  return latest
}

export function named({ id, name }: { readonly id: string; readonly name: string }): string {
  return name === '' ? id : `${id} "${name}"`
}
