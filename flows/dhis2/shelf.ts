/** DHIS2: reading an instance, judging its metadata, writing into it. */
import type { Shelf } from '../shelf.ts'

export const dhis2Shelf: Shelf = [
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
