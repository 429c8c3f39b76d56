/**
 * The metadata a push of data values needs, and no more: read once, looked up by every row.
 *
 * Everything the rows name is resolved here before anything is sent, because a server from 2.43 refuses a whole
 * request for one id it does not know, and because neither server checks all of it (quirks.md D2-102, D2-104).
 */
import { z } from 'zod'
import type { Dhis2Api } from './api.ts'
import { fetchByIds, fetchMetadata } from './metadata.ts'

export interface ElementFacts {
  readonly id: string
  readonly name: string
  readonly valueType: string
  /** Whether a zero says something: it is significant, or it counts in an average. */
  readonly zeroCounts: boolean
  /** The codes it takes; null without an option set. */
  readonly options: ReadonlySet<string> | null
  /** Id of its category combination. */
  readonly combo: string
}

export interface DataSetFacts {
  readonly id: string
  readonly name: string
  /** DHIS2's name. */
  readonly periodType: string
  /** 0: data may be entered up to the period before the one that holds today. */
  readonly openFuturePeriods: number
  /** Days after the end of a period until which data may be entered; 0 or less: for ever. */
  readonly expiryDays: number
  /** Periods that may be entered even after the end date of an attribute option. */
  readonly openPeriodsAfterOptionEnd: number
  /** Null when the server does not say. */
  readonly canWrite: boolean | null
  /** By period id; empty when every period may be entered. */
  readonly inputPeriods: ReadonlyMap<string, readonly OpenSpan[]>
  /** Id of the category combination whose options every value of the set is attributed to. */
  readonly attributeCombo: string
  /** Category combination by element: its own, or the one that this set gives it. Null: the element's. */
  readonly elements: ReadonlyMap<string, string | null>
  /** Path by id of every unit the set is assigned to; null when the server gave no path. */
  readonly orgUnits: ReadonlyMap<string, string | null>
}

/** Both ends included; null is open. As the server writes moments, in its own zone. */
export interface OpenSpan {
  readonly from: string | null
  readonly to: string | null
}

export interface OrgUnitFacts {
  readonly id: string
  readonly name: string
  /** `/country/district/clinic`. */
  readonly path: string
  readonly openedOn: string | null
  readonly closedOn: string | null
}

export interface ComboFacts {
  readonly id: string
  readonly isDefault: boolean
  readonly optionCombos: ReadonlySet<string>
}

/** What limits an attribute option combination; all its options must allow. */
export interface AttributeLimits {
  readonly spans: readonly OpenSpan[]
  /** Each list: the unit must be one of these, or below one of them. */
  readonly orgUnits: readonly ReadonlySet<string>[]
}

export interface MetadataIndex {
  readonly elements: ReadonlyMap<string, ElementFacts>
  readonly orgUnits: ReadonlyMap<string, OrgUnitFacts>
  readonly combos: ReadonlyMap<string, ComboFacts>
  /** Only of combinations that are limited. */
  readonly attributeLimits: ReadonlyMap<string, AttributeLimits>
  /** Those that hold a wanted element, and the one that was named. */
  readonly dataSets: ReadonlyMap<string, DataSetFacts>
  /** By element, in the order of their ids. */
  readonly dataSetsOf: ReadonlyMap<string, readonly DataSetFacts[]>
  /** The one default option combination of the server; null when a merge left several. */
  readonly defaultOptionCombo: string | null
}

export interface MetadataWanted {
  readonly elements: Iterable<string>
  readonly orgUnits: Iterable<string>
  /** Only this data set is looked at. */
  readonly dataSet?: string | undefined
}

const UID = /^[A-Za-z][A-Za-z0-9]{10}$/

/** @throws HttpError, Dhis2Error */
export async function fetchMetadataIndex(api: Dhis2Api, wanted: MetadataWanted): Promise<MetadataIndex> {
  const elementIds = [...wanted.elements].filter((id) => UID.test(id))
  const [elements, dataSets, orgUnits] = await Promise.all([
    fetchByIds(api, 'dataElements', elementIds, ELEMENT_FIELDS, Element),
    fetchDataSets(api, new Set(elementIds), wanted.dataSet),
    fetchOrgUnits(api, wanted.orgUnits),
  ])
  const optionSetIds = elements.flatMap(({ optionSet }) => (optionSet === null ? [] : [optionSet]))
  const comboIds = [
    ...elements.map(({ combo }) => combo),
    ...dataSets.flatMap(({ attributeCombo, elements }) => [attributeCombo, ...elements.values()]),
  ].flatMap((id) => (id === null ? [] : [id]))
  const [optionSets, combos, defaults] = await Promise.all([
    fetchByIds(api, 'optionSets', optionSetIds, 'id,options[code]', OptionSet),
    fetchByIds(api, 'categoryCombos', comboIds, COMBO_FIELDS, Combo),
    fetchMetadata(api, 'categoryOptionCombos', { fields: 'id', filter: 'name:eq:default' }, Identified),
  ])
  const codesOf = new Map(optionSets.map(({ id, codes }) => [id, codes]))
  return {
    elements: new Map(
      elements.map(({ optionSet, ...element }) => [
        element.id,
        { ...element, options: optionSet === null ? null : (codesOf.get(optionSet) ?? null) },
      ]),
    ),
    orgUnits: new Map(orgUnits.map((unit) => [unit.id, unit])),
    combos: new Map(combos.map(({ optionsOf, ...combo }) => [combo.id, { ...combo, optionCombos: keysOf(optionsOf) }])),
    attributeLimits: await fetchAttributeLimits(api, dataSets, combos),
    dataSets: new Map(dataSets.map((set) => [set.id, set])),
    dataSetsOf: byElement(dataSets),
    defaultOptionCombo: defaults.length === 1 ? (defaults[0]?.id ?? null) : null,
  }
}

const Reference = z.object({ id: z.string() }).transform(({ id }) => id)
const Moment = z
  .string()
  .nullish()
  .transform((moment) => moment ?? null)
const Identified = z.object({ id: z.string() })

const ELEMENT_FIELDS = 'id,name,valueType,aggregationType,zeroIsSignificant,optionSet[id],categoryCombo[id]'

const Element = z
  .object({
    id: z.string(),
    name: z.string().default(''),
    valueType: z.string(),
    aggregationType: z.string().optional(),
    zeroIsSignificant: z.boolean().default(false),
    optionSet: Reference.nullish(),
    categoryCombo: Reference,
  })
  .transform(({ optionSet, categoryCombo, aggregationType = '', zeroIsSignificant, ...element }) => ({
    ...element,
    // both generations keep the zeros of averages (source of 2.42)
    zeroCounts: zeroIsSignificant || aggregationType.startsWith('AVERAGE'),
    optionSet: optionSet ?? null,
    combo: categoryCombo,
  }))

const DATA_SET_FIELDS =
  'id,name,periodType,openFuturePeriods,expiryDays,openPeriodsAfterCoEndDate,access[data[write]],categoryCombo[id],' +
  'dataInputPeriods[period[id],openingDate,closingDate],dataSetElements[dataElement[id],categoryCombo[id]]'

const DataSet = z.object({
  id: z.string(),
  name: z.string().default(''),
  periodType: z.string(),
  openFuturePeriods: z.int().default(0),
  // a decimal since 2.36
  expiryDays: z.number().default(0),
  openPeriodsAfterCoEndDate: z.int().default(0),
  access: z.object({ data: z.object({ write: z.boolean().optional() }).optional() }).optional(),
  categoryCombo: Reference,
  dataInputPeriods: z.array(z.object({ period: Reference, openingDate: Moment, closingDate: Moment })).default([]),
  dataSetElements: z.array(z.object({ dataElement: Reference, categoryCombo: Reference.nullish() })).default([]),
})

const SetUnits = z.object({
  organisationUnits: z.array(z.object({ id: z.string(), path: z.string().optional() })).default([]),
})

const OrgUnit = z
  .object({ id: z.string(), name: z.string().default(''), path: z.string(), openingDate: Moment, closedDate: Moment })
  .transform(({ openingDate, closedDate, ...unit }) => ({
    ...unit,
    openedOn: openingDate?.slice(0, 10) ?? null,
    closedOn: closedDate?.slice(0, 10) ?? null,
  }))

const OptionSet = z
  .object({ id: z.string(), options: z.array(z.object({ code: z.string().nullish() })).default([]) })
  .transform(({ id, options }) => ({ id, codes: new Set(options.flatMap(({ code }) => code ?? [])) }))

const COMBO_FIELDS = 'id,name,categoryOptionCombos[id,categoryOptions[id]]'

const Combo = z
  .object({
    id: z.string(),
    name: z.string(),
    categoryOptionCombos: z
      .array(z.object({ id: z.string(), categoryOptions: z.array(Reference).default([]) }))
      .default([]),
  })
  .transform(({ id, name, categoryOptionCombos }) => ({
    id,
    isDefault: name === 'default',
    optionsOf: new Map(categoryOptionCombos.map(({ id, categoryOptions }) => [id, categoryOptions])),
  }))

const CategoryOption = z.object({
  id: z.string(),
  startDate: Moment,
  endDate: Moment,
  organisationUnits: z.array(Reference).default([]),
})

/** Every set that holds one of the elements, with its units. */
async function fetchDataSets(
  api: Dhis2Api,
  elements: ReadonlySet<string>,
  only: string | undefined,
): Promise<DataSetFacts[]> {
  const filter = only === undefined ? [] : [`id:eq:${only}`]
  const sets = await fetchMetadata(api, 'dataSets', { fields: DATA_SET_FIELDS, filter }, DataSet)
  const used = sets.filter(
    ({ id, dataSetElements }) => id === only || dataSetElements.some(({ dataElement }) => elements.has(dataElement)),
  )
  return await Promise.all(
    used.map(async (set) => ({
      id: set.id,
      name: set.name,
      periodType: set.periodType,
      openFuturePeriods: set.openFuturePeriods,
      expiryDays: set.expiryDays,
      openPeriodsAfterOptionEnd: set.openPeriodsAfterCoEndDate,
      canWrite: set.access?.data?.write ?? null,
      inputPeriods: inputPeriodsOf(set.dataInputPeriods),
      attributeCombo: set.categoryCombo,
      elements: new Map(
        set.dataSetElements.map(({ dataElement, categoryCombo }) => [dataElement, categoryCombo ?? null]),
      ),
      orgUnits: await fetchSetUnits(api, set.id),
    })),
  )
}

async function fetchSetUnits(api: Dhis2Api, dataSet: string): Promise<ReadonlyMap<string, string | null>> {
  const { body } = await api.send({
    path: `dataSets/${dataSet}`,
    query: { fields: 'organisationUnits[id,path]' },
    schema: SetUnits,
  })
  return new Map(body.organisationUnits.map(({ id, path }) => [id, path ?? null]))
}

/**
 * 12 requests by id answer for about as many units as one list of a whole country answers for all: from there on the
 * list is cheaper. DHIS2 2.42.4, measured: 1,332 units in 0.1–0.2 s.
 */
const MOST_UNITS_BY_ID = 1_200

async function fetchOrgUnits(api: Dhis2Api, wanted: Iterable<string>): Promise<OrgUnitFacts[]> {
  const ids = [...wanted].filter((id) => UID.test(id))
  const fields = 'id,name,path,openingDate,closedDate'
  if (ids.length <= MOST_UNITS_BY_ID) return await fetchByIds(api, 'organisationUnits', ids, fields, OrgUnit)
  const all = await fetchMetadata(api, 'organisationUnits', { fields }, OrgUnit)
  const asked = new Set(ids)
  return all.filter(({ id }) => asked.has(id))
}

/** The options of the attribute combinations in use, and what they are limited to. */
async function fetchAttributeLimits(
  api: Dhis2Api,
  dataSets: readonly DataSetFacts[],
  combos: readonly z.output<typeof Combo>[],
): Promise<ReadonlyMap<string, AttributeLimits>> {
  const attributes = new Set(dataSets.map(({ attributeCombo }) => attributeCombo))
  const used = combos.filter(({ id, isDefault }) => attributes.has(id) && !isDefault)
  const optionIds = used.flatMap(({ optionsOf }) => [...optionsOf.values()].flat())
  const fields = 'id,startDate,endDate,organisationUnits[id]'
  const options = await fetchByIds(api, 'categoryOptions', optionIds, fields, CategoryOption)
  const optionOf = new Map(options.map((option) => [option.id, option]))

  const limits = new Map<string, AttributeLimits>()
  for (const [combo, ids] of used.flatMap(({ optionsOf }) => [...optionsOf])) {
    const parts = ids.flatMap((id) => optionOf.get(id) ?? [])
    const spans = parts
      .filter(({ startDate, endDate }) => startDate !== null || endDate !== null)
      .map(({ startDate, endDate }) => ({ from: startDate?.slice(0, 10) ?? null, to: endDate?.slice(0, 10) ?? null }))
    const orgUnits = parts
      .filter(({ organisationUnits }) => organisationUnits.length > 0)
      .map(({ organisationUnits }) => new Set(organisationUnits))
    if (spans.length > 0 || orgUnits.length > 0) limits.set(combo, { spans, orgUnits })
  }
  return limits
}

function inputPeriodsOf(
  periods: readonly {
    readonly period: string
    readonly openingDate: string | null
    readonly closingDate: string | null
  }[],
): ReadonlyMap<string, readonly OpenSpan[]> {
  const spans = new Map<string, OpenSpan[]>()
  for (const { period, openingDate, closingDate } of periods) {
    spans.set(period, [...(spans.get(period) ?? []), { from: openingDate, to: closingDate }])
  }
  return spans
}

function byElement(dataSets: readonly DataSetFacts[]): ReadonlyMap<string, readonly DataSetFacts[]> {
  const setsOf = new Map<string, DataSetFacts[]>()
  for (const set of dataSets.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const element of set.elements.keys()) setsOf.set(element, [...(setsOf.get(element) ?? []), set])
  }
  return setsOf
}

function keysOf(optionsOf: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set(optionsOf.keys())
}
