/** DHIS2: reading an instance, judging its metadata, writing into it. */
import type { Shelf } from '../shelf.ts'

export const dhis2Shelf: Shelf = [
  {
    name: 'dhis2-connection',
    about: 'Can we reach this instance, and what is it?',
    load: async () => (await import('./dhis2-connection.ts')).dhis2Connection,
  },
  {
    name: 'dhis2-authenticated-api',
    about: 'Does each kind of authentication work?',
    load: async () => (await import('./dhis2-authenticated-api.ts')).dhis2AuthenticatedApi,
  },
  {
    name: 'dhis2-org-units',
    about: 'What does the hierarchy look like?',
    load: async () => (await import('./dhis2-org-units.ts')).dhis2OrgUnits,
  },
  {
    name: 'dhis2-indicators',
    about: 'Which indicators are complex?',
    load: async () => (await import('./dhis2-indicators.ts')).dhis2Indicators,
  },
  {
    name: 'dhis2-data-value-push',
    about: 'What became of every row of this file?',
    load: async () => (await import('./dhis2-data-value-push.ts')).dhis2DataValuePush,
  },
  {
    name: 'dhis2-geoparquet-export',
    about: 'Can org-unit geometry be kept as GeoParquet?',
    load: async () => (await import('./dhis2-geoparquet-export.ts')).dhis2GeoparquetExport,
  },
]
