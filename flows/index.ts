/**
 * The catalogue: every bundled flow with the question it answers, and every block type of the bundled connectors.
 * Loaded one by one, when they are used.
 */
export const bundled = {
  flows: [
    {
      name: 'hello',
      about: 'Does everything stand?',
      load: async () => (await import('./basics/hello.ts')).hello,
    },
    {
      name: 'dhis2-org-units',
      about: 'What does the hierarchy look like?',
      load: async () => (await import('./dhis2/dhis2-org-units.ts')).dhis2OrgUnits,
    },
    {
      name: 'dhis2-indicators',
      about: 'Which indicators are complex?',
      load: async () => (await import('./dhis2/dhis2-indicators.ts')).dhis2Indicators,
    },
    {
      name: 'dhis2-data-value-push',
      about: 'What became of every row of this file?',
      load: async () => (await import('./dhis2/dhis2-data-value-push.ts')).dhis2DataValuePush,
    },
    {
      name: 'air-quality-index',
      about: 'Which city has the worst air, and where are limits exceeded?',
      load: async () => (await import('./climate/air-quality-index.ts')).airQualityIndex,
    },
  ],
  blocks: [
    {
      name: 'dhis2-credentials',
      shortName: 'dhis2',
      about: 'a DHIS2 server, by password or personal access token',
      load: async () => (await import('d2flow/connectors/dhis2')).dhis2,
    },
    {
      name: 'open-meteo',
      about: 'the Open-Meteo air quality service',
      load: async () => (await import('d2flow/connectors/open-meteo')).openMeteo,
    },
  ],
} as const
