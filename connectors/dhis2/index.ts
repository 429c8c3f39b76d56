/** The door of the DHIS2 connector. */
export type { Dhis2Api } from './api.ts'
export { dhis2 } from './block.ts'
export { createDhis2Client } from './client.ts'
export type { Dhis2Client, ListQuery, OrgUnitQuery } from './client.ts'
export { Dhis2Error } from './errors.ts'
export type { Dhis2Code } from './errors.ts'
export type { MetadataQuery, PagedQuery } from './metadata.ts'
export type {
  Account,
  DataElement,
  DataSet,
  Geometry,
  Indicator,
  MetadataObject,
  OrgUnit,
  ServerInfo,
} from './schemas.ts'
export { DEMO_CONNECTION, Dhis2Connection } from './settings.ts'
export type { Dhis2Settings } from './settings.ts'
export type { DataValueQuery, StoredDataValue } from './stored-values.ts'
