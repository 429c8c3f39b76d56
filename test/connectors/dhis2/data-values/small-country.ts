/** The metadata of a small country, as a push sees it: two data sets, a few elements, a few units. */
import type {
  DataSetFacts,
  ElementFacts,
  MetadataIndex,
  OrgUnitFacts,
} from '../../../../connectors/dhis2/metadata-index.ts'
import type { DataValueRow } from '../../../../connectors/dhis2/data-values/data-value-row.ts'
import {
  planDataValues,
  type DataValuePlan,
  type PlanContext,
} from '../../../../connectors/dhis2/data-values/plan-data-values.ts'
import { createRowTable } from '../../../../connectors/dhis2/data-values/row-table.ts'

export const DEFAULT_COMBO = 'HllvX50cXC0'

const ELEMENTS: readonly ElementFacts[] = [
  element('deBeds00001', 'INTEGER_POSITIVE'),
  element('deVisits001', 'NUMBER', { combo: 'ccSex000001' }),
  element('deStock0001', 'INTEGER_ZERO_OR_POSITIVE', { zeroCounts: true }),
  element('deColour001', 'TEXT', { options: new Set(['RED', 'GREEN']) }),
  element('deShared001', 'NUMBER'),
  element('deFunded001', 'NUMBER'),
  element('deOrphan001', 'NUMBER'),
]

const UNITS: readonly OrgUnitFacts[] = [
  unit('ouClinic001'),
  unit('ouClinic002'),
  unit('ouClosed001', { closedOn: '2016-12-31' }),
  unit('ouYoung0001', { openedOn: '2024-02-15' }),
  unit('ouStray0001'),
]

const MONTHLY = dataSet('dsMonthly01', {
  elements: ['deBeds00001', 'deVisits001', 'deStock0001', 'deColour001', 'deShared001'],
})
const FUNDING = dataSet('dsFunding01', {
  elements: ['deShared001', 'deFunded001'],
  attributeCombo: 'ccFunding01',
})

/** @param sets other data sets than the two */
export function smallCountry(sets: readonly DataSetFacts[] = [FUNDING, MONTHLY]): MetadataIndex {
  return {
    elements: new Map(ELEMENTS.map((one) => [one.id, one])),
    orgUnits: new Map(UNITS.map((one) => [one.id, one])),
    combos: new Map([
      combo('bjDvmb4bfuf', [DEFAULT_COMBO], true),
      combo('ccSex000001', ['ocFemale001', 'ocMale00001']),
      combo('ccFunding01', ['ocGovern001', 'ocPartner01']),
    ]),
    attributeLimits: new Map(),
    dataSets: new Map(sets.map((set) => [set.id, set])),
    dataSetsOf: new Map(
      ELEMENTS.map(({ id }) => [id, sets.filter(({ elements }) => elements.has(id))] as const).filter(
        ([, found]) => found.length > 0,
      ),
    ),
    defaultOptionCombo: DEFAULT_COMBO,
  }
}

/** A good row, but for what is said. */
export function row(parts: Partial<DataValueRow> = {}): DataValueRow {
  return { dataElement: 'deBeds00001', period: '202401', orgUnit: 'ouClinic001', value: '7', ...parts }
}

export function plan(rows: readonly DataValueRow[], context: Partial<PlanContext> = {}): DataValuePlan {
  const table = createRowTable()
  for (const one of rows) table.add(one)
  return planDataValues(table, {
    index: smallCountry(),
    now: '2024-06-10T08:00:00.000',
    generation: 'by-group',
    writableRoots: null,
    readableRoots: null,
    onDuplicate: 'first',
    closedPeriods: 'refuse',
    ...context,
  })
}

export function dataSet(
  id: string,
  { elements = [], ...facts }: Partial<Omit<DataSetFacts, 'elements'>> & { elements?: readonly string[] },
): DataSetFacts {
  return {
    id,
    name: '',
    periodType: 'Monthly',
    openFuturePeriods: 0,
    expiryDays: 0,
    openPeriodsAfterOptionEnd: 0,
    canWrite: true,
    inputPeriods: new Map(),
    attributeCombo: 'bjDvmb4bfuf',
    orgUnits: new Map(UNITS.filter((one) => one.id !== 'ouStray0001').map((one) => [one.id, one.path])),
    ...facts,
    elements: new Map(elements.map((element) => [element, null])),
  }
}

function element(id: string, valueType: string, facts: Partial<ElementFacts> = {}): ElementFacts {
  return { id, name: '', valueType, zeroCounts: false, options: null, combo: 'bjDvmb4bfuf', ...facts }
}

function unit(id: string, facts: Partial<OrgUnitFacts> = {}): OrgUnitFacts {
  return { id, name: '', path: `/ouCountry01/${id}`, openedOn: '1980-01-01', closedOn: null, ...facts }
}

function combo(id: string, optionCombos: readonly string[], isDefault = false) {
  return [id, { id, isDefault, optionCombos: new Set(optionCombos) }] as const
}
