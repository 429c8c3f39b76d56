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
export type { ImportedBatch } from './data-values/batch-ledger.ts'
export type { ComparedRows } from './data-values/compare-with-stored.ts'
export type { BatchRow, DataValueBatch } from './data-values/data-value-batch.ts'
export type { DataValueRow } from './data-values/data-value-row.ts'
export type { LedgerCounts, LedgerEntry, Outcome, Reason, RowCode } from './data-values/ledger.ts'
export type { DataValuePlan } from './data-values/plan-data-values.ts'
export type {
  DataValuePush,
  DataValueRows,
  ImportOptions,
  PlanOptions,
  PushCheckpoints,
  PushOptions,
  PushReport,
} from './data-values/push-data-values.ts'
export { createPushLedger } from './data-values/push-ledger.ts'
export type { PushLedger } from './data-values/push-ledger.ts'
