/** Data values as a server holds them, in one shape whatever its version, read as they come. */
import { ConfigError, HttpError } from '../../src/base/errors.ts'
import { streamArray } from '../../src/http/json-stream.ts'
import type { Query } from '../../src/http/http-request.ts'
import type { Dhis2Api } from './api.ts'
import { Dhis2Error } from './errors.ts'
import { fetchByIds } from './metadata.ts'
import { parsePeriod } from './periods/parse-period.ts'
import { MetadataObject } from './schemas.ts'

type OneOrMore = string | readonly string[]

/** Ids are UIDs. Something of each is needed: a data set, element or group; periods, days or a moment; units. */
export interface DataValueQuery {
  readonly dataSet?: OneOrMore | undefined
  readonly dataElement?: OneOrMore | undefined
  readonly dataElementGroup?: OneOrMore | undefined
  readonly orgUnit?: OneOrMore | undefined
  readonly orgUnitGroup?: OneOrMore | undefined
  /** With all units below the ones named. */
  readonly children?: boolean | undefined
  readonly period?: OneOrMore | undefined
  /** ISO days; both or none. */
  readonly startDate?: string | undefined
  readonly endDate?: string | undefined
  readonly attributeOptionCombo?: OneOrMore | undefined
  /** Only what was stored or deleted since, as the server reads moments: `2024-05-01T00:00:00.000`. */
  readonly lastUpdated?: string | undefined
  /** The same as a length before now: `3d`, `12h`. */
  readonly lastUpdatedDuration?: string | undefined
  readonly includeDeleted?: boolean | undefined
  readonly limit?: number | undefined
}

export interface StoredDataValue {
  readonly dataElement: string
  readonly period: string
  readonly orgUnit: string
  readonly categoryOptionCombo: string
  readonly attributeOptionCombo: string
  /** Null where only a comment is stored. */
  readonly value: string | null
  readonly comment: string | null
  readonly followUp: boolean
  readonly storedBy: string | null
  /** Moments with their offset. */
  readonly created: string | null
  readonly lastUpdated: string | null
  /** Only with `includeDeleted`. */
  readonly deleted: boolean
}

/** quirks.md D2-011: wide enough for every period there is, so that it leaves out nothing. */
const ALL_DAYS = { startDate: '1900-01-01', endDate: '2100-12-31' }

/**
 * The values a query matches, in no promised order.
 *
 * Every id is looked up first, because a server from 2.43 answers an unknown one with an empty list (quirks.md
 * D2-010): an empty result therefore means that there is nothing.
 *
 * @param known ids that were looked up before; those that are found are added
 * @throws Dhis2Error `dhis2/unknown-uid` naming every id that is not there, `dhis2/no-access`
 * @throws DataError `data/period` for a period id that does not parse
 */
export async function* readDataValues(
  api: Dhis2Api,
  query: DataValueQuery,
  known: Set<string>,
): AsyncGenerator<StoredDataValue> {
  const asked = checkedQuery(query)
  await resolveIds(api, query, known)

  const { url, body } = await api.stream({ path: 'dataValueSets', query: asked })
  const source = `GET ${url}`
  const { batches, envelope } = streamArray<WireValue>(body, 'dataValues', { source })
  const waiting: WireValue[] = []
  try {
    for await (const batch of batches) {
      const shared = envelope()
      for (const wire of batch) {
        const row = toRow(wire, shared)
        // what all rows share may also stand behind the list: such a row waits for it
        if (row === undefined) waiting.push(wire)
        else yield row
      }
    }
  } catch (thrown) {
    throw asNoAccess(thrown)
  }
  for (const wire of waiting) {
    const row = toRow(wire, envelope())
    if (row === undefined) throw incompleteRow(wire, source)
    yield row
  }
}

type WireValue = Readonly<Record<string, unknown>>

/**
 * quirks.md D2-012: what all rows share, 2.43 writes once, beside the list. A row's own member goes first: with
 * `children` the unit beside the list of 2.42 is the one that was asked for.
 *
 * By hand and not by a schema: a schema takes longer for a row than JSON.parse does.
 */
function toRow(wire: WireValue, shared: WireValue): StoredDataValue | undefined {
  const dataElement = wire['dataElement'] ?? shared['dataElement']
  const period = wire['period'] ?? shared['period']
  const orgUnit = wire['orgUnit'] ?? shared['orgUnit']
  const categoryOptionCombo = wire['categoryOptionCombo'] ?? shared['categoryOptionCombo']
  const attributeOptionCombo = wire['attributeOptionCombo'] ?? shared['attributeOptionCombo']
  if (
    typeof dataElement !== 'string' ||
    typeof period !== 'string' ||
    typeof orgUnit !== 'string' ||
    typeof categoryOptionCombo !== 'string' ||
    typeof attributeOptionCombo !== 'string'
  ) {
    return undefined
  }
  return {
    dataElement,
    period,
    orgUnit,
    categoryOptionCombo,
    attributeOptionCombo,
    value: textOrNull(wire['value']),
    comment: textOrNull(wire['comment']),
    followUp: wire['followup'] === true || wire['followUp'] === true,
    storedBy: textOrNull(wire['storedBy']),
    created: textOrNull(wire['created']),
    lastUpdated: textOrNull(wire['lastUpdated']),
    deleted: wire['deleted'] === true,
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function incompleteRow(wire: WireValue, source: string): HttpError {
  const missing = ['dataElement', 'period', 'orgUnit', 'categoryOptionCombo', 'attributeOptionCombo'].find(
    (member) => typeof wire[member] !== 'string',
  )
  return new HttpError('http/shape', `${source} answered a data value without "${missing}"`, {
    hint: 'the server is of a version that is not known yet: please report it',
    details: { field: `dataValues.${missing}` },
  })
}

/** quirks.md D2-013: 2.42 answers 200 without a body where 2.43 says that the account may not read this. */
function asNoAccess(thrown: unknown): unknown {
  if (!(thrown instanceof HttpError) || thrown.details['empty'] !== true) return thrown
  return new Dhis2Error('dhis2/no-access', 'the server answered a read of data values with an empty body', {
    hint: 'the account may not read this data set or these organisation units: check its units and the data sharing',
    details: thrown.details,
    cause: thrown,
  })
}

function checkedQuery(query: DataValueQuery): Query {
  const { period, startDate, endDate, lastUpdated, lastUpdatedDuration, ...others } = query
  const hasPeriods = list(period).length > 0
  const isDelta = lastUpdated !== undefined || lastUpdatedDuration !== undefined
  needOneOf('dataSet, dataElement or dataElementGroup', query.dataSet, query.dataElement, query.dataElementGroup)
  needOneOf('orgUnit or orgUnitGroup', query.orgUnit, query.orgUnitGroup)
  if (!hasPeriods && !isDelta) needOneOf('period, startDate and endDate, or lastUpdated', startDate)
  if (startDate !== undefined) needOneOf('endDate beside startDate', endDate)
  if (endDate !== undefined) needOneOf('startDate beside endDate', startDate)
  const days = isDelta && !hasPeriods && startDate === undefined ? ALL_DAYS : { startDate, endDate }
  return {
    ...others,
    // 2.42 answers a period that does not parse with a message about something else
    period: hasPeriods ? list(period).map((id) => parsePeriod(id).id) : undefined,
    ...days,
    lastUpdated,
    lastUpdatedDuration,
  }
}

function needOneOf(what: string, ...values: readonly (OneOrMore | undefined)[]): void {
  if (values.some((value) => list(value).length > 0)) return
  throw new ConfigError('config/params', `a read of data values needs ${what}`, {
    hint: 'name what to read: a data set, a period and an organisation unit, for example',
  })
}

/** Which list an id of each member is looked up in. */
const LOOKED_UP_IN = {
  dataSet: 'dataSets',
  dataElement: 'dataElements',
  dataElementGroup: 'dataElementGroups',
  orgUnit: 'organisationUnits',
  orgUnitGroup: 'organisationUnitGroups',
  attributeOptionCombo: 'categoryOptionCombos',
} as const

async function resolveIds(api: Dhis2Api, query: DataValueQuery, known: Set<string>): Promise<void> {
  const lookups = Object.entries(LOOKED_UP_IN).map(async ([member, endpoint]) => {
    const wanted = list(query[member as keyof typeof LOOKED_UP_IN]).filter((id) => !known.has(`${endpoint}/${id}`))
    if (wanted.length === 0) return []
    const found = await fetchByIds(api, endpoint, wanted, 'id', MetadataObject)
    for (const { id } of found) known.add(`${endpoint}/${id}`)
    return wanted.filter((id) => !known.has(`${endpoint}/${id}`)).map((id) => `${endpoint}/${id}`)
  })
  const missing = (await Promise.all(lookups)).flat()
  if (missing.length === 0) return
  throw new Dhis2Error(
    'dhis2/unknown-uid',
    `not in this instance, or not visible to this account: ${missing.join(', ')}`,
    {
      hint: 'check the ids, and what the account may see',
      details: { missing },
    },
  )
}

function list(value: OneOrMore | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
