/**
 * The catalogue: every bundled flow on its shelf, with the question it answers, and every block type of the bundled
 * connectors. Loaded one by one, when they are used.
 */
import { basics } from './basics/shelf.ts'
import { climate } from './climate/shelf.ts'
import { dhis2Shelf } from './dhis2/shelf.ts'
import { economy } from './economy/shelf.ts'
import { operations } from './operations/shelf.ts'
import { pipelines } from './pipelines/shelf.ts'
import { population } from './population/shelf.ts'
import { statistics } from './statistics/shelf.ts'

/** By folder, in the order in which a newcomer meets them. */
export const shelves = {
  basics,
  operations,
  pipelines,
  dhis2: dhis2Shelf,
  population,
  economy,
  climate,
  statistics,
} as const

export const bundled = {
  flows: Object.entries(shelves).flatMap(([shelf, flows]) => flows.map((entry) => ({ ...entry, shelf }))),
  blocks: [
    {
      name: 'dhis2-credentials',
      shortName: 'dhis2',
      about: 'a DHIS2 server, by password or personal access token',
      load: async () => (await import('d2flow/connectors/dhis2')).dhis2,
    },
    {
      name: 'open-meteo',
      about: 'air quality and weather by the hour, from Open-Meteo',
      load: async () => (await import('d2flow/connectors/open-meteo')).openMeteo,
    },
    {
      name: 'http-api',
      about: 'any JSON API, by key, token or password',
      load: async () => (await import('d2flow/connectors/http-api')).httpApi,
    },
    {
      name: 'world-bank',
      about: 'development indicators of the World Bank',
      load: async () => (await import('d2flow/connectors/world-bank')).worldBank,
    },
    {
      name: 'worldpop',
      about: 'people in polygons, and the catalogue of WorldPop',
      load: async () => (await import('d2flow/connectors/worldpop')).worldPop,
    },
    {
      name: 'open-lineage',
      about: 'lineage events to a server, a file or the log',
      load: async () => (await import('d2flow/connectors/open-lineage')).openLineage,
    },
    {
      name: 'object-store',
      about: 'a bucket of S3, or of a service that speaks like it',
      load: async () => (await import('d2flow/connectors/object-store')).objectStore,
    },
  ],
} as const
