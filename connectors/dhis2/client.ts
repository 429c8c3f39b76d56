/** A DHIS2 server as a client: reads give rows with our names, lazily where there may be many. */
import { z } from 'zod'
import type { Io } from '../../src/base/io.ts'
import { createDhis2Api, type Dhis2Api } from './api.ts'
import { createDataValuePush, type DataValuePush } from './data-values/push-data-values.ts'
import {
  countMetadata,
  fetchByIds,
  fetchMetadata,
  readMetadata,
  type MetadataQuery,
  type PagedQuery,
} from './metadata.ts'
import { Account, DataElement, DataSet, Indicator, MetadataObject, OrgUnit, ServerInfo } from './schemas.ts'
import { checkDhis2Settings, type Dhis2Settings } from './settings.ts'
import { readDataValues, type DataValueQuery, type StoredDataValue } from './stored-values.ts'

export interface ListQuery {
  readonly filter?: string | readonly string[] | undefined
  /** How many objects a page holds; 1,000 unless said otherwise, 200 with geometry. */
  readonly pageSize?: number | undefined
}

export interface OrgUnitQuery extends ListQuery {
  /** 1 is the root. */
  readonly level?: number | undefined
  /** Outlines are most of the weight of a unit, so they come only when asked for. */
  readonly geometry?: boolean | undefined
}

export interface Dhis2Client extends DataValuePush {
  /** As a person may see it: no secret in it. */
  readonly baseUrl: string
  readonly username: string | null
  /** The Web API itself, for what the methods below do not cover. Paths begin below `/api/`. */
  readonly api: Dhis2Api
  /** What the server is. Also tells whether the credentials are taken. */
  serverInfo(): Promise<ServerInfo>
  /** Whose credentials these are, and what they allow. */
  me(): Promise<Account>
  orgUnits(query?: OrgUnitQuery): AsyncIterable<OrgUnit>
  dataElements(query?: ListQuery): AsyncIterable<DataElement>
  dataSets(query?: ListQuery): AsyncIterable<DataSet>
  indicators(query?: ListQuery): AsyncIterable<Indicator>
  /** Objects of any type, each once, by id; `fields` says what is in them, `:owner` unless given. */
  metadata(endpoint: string, query?: PagedQuery): AsyncIterable<MetadataObject>
  /** A whole list in one call, as the server gives it; for lists that fit in memory. */
  fetchMetadata(endpoint: string, query?: MetadataQuery): Promise<Readonly<Record<string, unknown>>[]>
  /** The objects of these ids that the account sees, in any order. */
  fetchByIds(endpoint: string, ids: readonly string[], query?: { readonly fields?: string }): Promise<MetadataObject[]>
  /** How many objects a list has. */
  count(endpoint: string, query?: Omit<MetadataQuery, 'fields'>): Promise<number>
  /** The values a query matches, as they come; an empty result means that there are none. */
  dataValues(query: DataValueQuery): AsyncIterable<StoredDataValue>
  close(): Promise<void>
}

const ORG_UNIT_FIELDS =
  'id,code,name,shortName,level,path,parent[id],openingDate,closedDate,createdBy[username],translations'
const DATA_ELEMENT_FIELDS =
  'id,code,name,shortName,valueType,aggregationType,domainType,categoryCombo[id],zeroIsSignificant'
const DATA_SET_FIELDS =
  'id,code,name,shortName,periodType,categoryCombo[id],openFuturePeriods,expiryDays,dataSetElements[dataElement[id]]'
const INDICATOR_FIELDS = 'id,code,name,shortName,numerator,denominator,annualized,decimals,indicatorType[id,factor]'
const ACCOUNT_FIELDS = 'id,username,authorities,organisationUnits,dataViewOrganisationUnits,settings'

/** An outline may have thousands of corners, so that fewer of them fit well in a page. */
const PAGE_SIZE_WITH_GEOMETRY = 200

/** @throws ConfigError `config/block-invalid` naming each setting that does not fit */
export function createDhis2Client(settings: Dhis2Settings, io: Io = {}): Dhis2Client {
  const checked = checkDhis2Settings(settings)
  const api = createDhis2Api(checked, io)
  const known = new Set<string>()

  return {
    baseUrl: checked.baseUrl,
    username: checked.username ?? null,
    api,
    async serverInfo() {
      const { body } = await api.send({ path: 'system/info', schema: ServerInfo })
      return body
    },
    async me() {
      const { body } = await api.send({ path: 'me', query: { fields: ACCOUNT_FIELDS }, schema: Account })
      return body
    },
    orgUnits({ level, geometry = false, filter, pageSize } = {}) {
      const levels = level === undefined ? [] : [`level:eq:${level}`]
      return readMetadata(
        api,
        'organisationUnits',
        {
          fields: geometry ? `${ORG_UNIT_FIELDS},geometry` : ORG_UNIT_FIELDS,
          filter: [...levels, ...(typeof filter === 'string' ? [filter] : (filter ?? []))],
          pageSize: pageSize ?? (geometry ? PAGE_SIZE_WITH_GEOMETRY : undefined),
        },
        OrgUnit,
        io.log,
      )
    },
    dataElements: (query = {}) =>
      readMetadata(api, 'dataElements', { ...query, fields: DATA_ELEMENT_FIELDS }, DataElement, io.log),
    dataSets: (query = {}) => readMetadata(api, 'dataSets', { ...query, fields: DATA_SET_FIELDS }, DataSet, io.log),
    indicators: (query = {}) =>
      readMetadata(api, 'indicators', { ...query, fields: INDICATOR_FIELDS }, Indicator, io.log),
    metadata: (endpoint, { fields = ':owner', ...query } = {}) =>
      readMetadata(api, endpoint, { ...query, fields: withId(fields) }, MetadataObject, io.log),
    fetchMetadata: (endpoint, { fields = ':owner', ...query } = {}) =>
      fetchMetadata(api, endpoint, { ...query, fields }, AnyObject),
    fetchByIds: (endpoint, ids, { fields = ':owner' } = {}) =>
      fetchByIds(api, endpoint, ids, withId(fields), MetadataObject),
    count: (endpoint, query = {}) => countMetadata(api, endpoint, query),
    dataValues: (query) => readDataValues(api, query, known),
    ...createDataValuePush(api, io),
    close: () => api.close(),
  }
}

const AnyObject = z.record(z.string(), z.unknown())

/** Rows are told apart by their ids, so that an id is asked for whatever else is. */
function withId(fields: string): string {
  const holdsId = /(^|,)\s*(id|\*|:(all|owner|identifiable|nameable|persisted|simple))\s*(,|$)/.test(fields)
  return holdsId ? fields : `id,${fields}`
}
