/**
 * WorldPop: how many people live inside a polygon, and what the catalogue has for a country.
 *
 * The statistics service works by jobs unless it is told otherwise: asking gives a job, the job is looked at until it is
 * over, and its answer may be an error with status 200. A job is never read as a figure.
 */
import { z } from 'zod'
import type { Io } from '../../src/base/io.ts'
import { areaKm2 } from '../../src/geo/area-km2.ts'
import type { Geometry } from '../../src/geo/geojson.ts'
import { createHttpClient } from '../../src/http/client.ts'
import { HttpAddress } from '../../src/http/http-address.ts'
import type { SourceNote } from '../../src/http/source-note.ts'
import { WorldPopError } from './errors.ts'
import { CatalogueAnswer, StatsAnswer, type CatalogueEntry } from './schemas.ts'
import { sourceNote } from './source.ts'

export const WorldPopConnection = z.object({
  statsUrl: HttpAddress.default('https://api.worldpop.org').describe('address of the statistics service'),
  hubUrl: HttpAddress.default('https://hub.worldpop.org').describe('address of the catalogue'),
})

export type WorldPopSettings = z.output<typeof WorldPopConnection>

/** One polygon: a MultiPolygon is asked for part by part. */
export type PopulationPolygon = Extract<Geometry, { readonly type: 'Polygon' }>

export interface PopulationQuestion {
  readonly polygon: PopulationPolygon
  /** 2000 to 2020. */
  readonly year: number
}

/** Either a job to look at again, or the answer. */
export type PopulationAnswer =
  | { readonly done: false; readonly jobId: string }
  /** Null: the service has no data for the place. Nobody living there is 0. */
  | { readonly done: true; readonly people: number | null }

export interface WorldPopClient {
  /** What has to stand beside the figures. */
  readonly source: SourceNote
  /**
   * Asks for the people inside a polygon; `runAsync: false` is for small polygons only.
   *
   * @throws WorldPopError `worldpop/out-of-range` for a year or an area the service does not take, before anything is sent;
   *   `worldpop/refused` with the service's words; HttpError
   */
  askPopulation(question: PopulationQuestion, options?: { readonly runAsync?: boolean }): Promise<PopulationAnswer>
  /** One look at a job. @throws WorldPopError `worldpop/refused`; HttpError */
  population(jobId: string): Promise<PopulationAnswer>
  /** Data sets; of one its sub-data sets; of those the records of a country. */
  catalogue(where?: {
    readonly dataset: string
    readonly subdataset?: string
    readonly iso3?: string
  }): Promise<CatalogueEntry[]>
  close(): Promise<void>
}

export const FIRST_YEAR = 2000
export const LAST_YEAR = 2020
const LARGEST_KM2 = 100_000
/** The quota is counted by the day, so that there is no hurry. */
const AT_ONCE = 4

export function createWorldPopClient(settings: WorldPopSettings, io: Io = {}): WorldPopClient {
  const stats = createHttpClient({ baseUrl: settings.statsUrl, timeoutMs: 60_000, atOnce: AT_ONCE }, io)
  const hub = createHttpClient({ baseUrl: settings.hubUrl, timeoutMs: 30_000, atOnce: AT_ONCE }, io)
  return {
    source: sourceNote(settings.statsUrl),
    async askPopulation({ polygon, year }, { runAsync = true } = {}) {
      checkQuestion(polygon, year)
      const form = new URLSearchParams({
        dataset: 'wpgppop',
        year: String(year),
        geojson: JSON.stringify({ type: 'Polygon', coordinates: polygon.coordinates }),
        // always said: what is left out means true
        runasync: String(runAsync),
      })
      const { body } = await stats.send({
        method: 'POST',
        path: '/v1/services/stats',
        body: form.toString(),
        contentType: 'application/x-www-form-urlencoded',
        // asked twice it makes two jobs, and neither changes anything
        idempotent: true,
        schema: StatsAnswer,
      })
      return read(body)
    },
    async population(jobId) {
      const { body } = await stats.send({ path: `/v1/tasks/${encodeURIComponent(jobId)}`, schema: StatsAnswer })
      return read({ ...body, taskid: body.taskid ?? jobId })
    },
    async catalogue(where) {
      const parts =
        where === undefined ? [] : [where.dataset, ...(where.subdataset === undefined ? [] : [where.subdataset])]
      const { body } = await hub.send({
        path: ['/rest/data', ...parts.map(encodeURIComponent)].join('/'),
        query: where?.iso3 === undefined ? {} : { iso3: where.iso3 },
        schema: CatalogueAnswer,
      })
      return body.data
    },
    async close() {
      await Promise.all([stats.close(), hub.close()])
    },
  }
}

/** The service's words for a place where nobody lives. */
const NOBODY = /no settled grid cells/i

function read({ status, taskid, error, error_message: words, data }: StatsAnswer): PopulationAnswer {
  if (error) {
    if (NOBODY.test(words ?? '')) return { done: true, people: 0 }
    throw new WorldPopError('worldpop/refused', `WorldPop could not answer: ${words ?? 'it gives no reason'}`, {
      hint: 'is the polygon valid, and does it lie where the data set has data?',
      details: { taskid, status },
    })
  }
  if (status === 'finished') return { done: true, people: data?.total_population ?? null }
  if (taskid === null || taskid === undefined) {
    throw new WorldPopError('worldpop/refused', `WorldPop answered "${status}" and named no job`, {
      hint: 'try again later; if it stays so, the service has changed',
      details: { status },
    })
  }
  return { done: false, jobId: taskid }
}

function checkQuestion(polygon: PopulationPolygon, year: number): void {
  if (!(Number.isInteger(year) && year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new WorldPopError('worldpop/out-of-range', `WorldPop has no population of ${year}`, {
      hint: `ask for a year from ${FIRST_YEAR} to ${LAST_YEAR}`,
    })
  }
  const km2 = areaKm2(polygon)
  if (km2 > LARGEST_KM2) {
    throw new WorldPopError(
      'worldpop/out-of-range',
      `a polygon of ${Math.round(km2)} km² is too large for one question`,
      {
        hint: `cut it into parts of at most ${LARGEST_KM2} km², or use rasters`,
        details: { km2 },
      },
    )
  }
}
