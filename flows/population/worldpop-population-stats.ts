/**
 * How many people live inside this polygon?
 *
 * Source: WorldPop's statistics service, 2000 to 2020. Each part of a shape is a question of its own; the service makes a
 * job of it, which is followed to its end: a run that is resumed looks at the old job and asks no second time.
 * A part without coverage is null and counted, and so is then the whole.
 */
import { flow, handleTask } from 'd2flow'
import { FIRST_YEAR, LAST_YEAR, worldPop, type PopulationPolygon, type SourceNote } from 'd2flow/connectors/worldpop'
import { areaKm2 } from 'd2flow/geo'
import { formatCount, formatNumber } from 'd2flow/render'
import { roundTo } from 'd2flow/analysis'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const Ring = z.array(z.array(z.number()).min(2)).min(4)
const Shape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
])

const Params = z.object({
  year: z.int().min(FIRST_YEAR).max(LAST_YEAR).default(2020).describe('calendar year'),
  geojson: Shape.default({
    type: 'Polygon',
    coordinates: [
      [
        [38.7, 9],
        [38.8, 9],
        [38.8, 9.1],
        [38.7, 9.1],
        [38.7, 9],
      ],
    ],
  }).describe('a GeoJSON Polygon or MultiPolygon, longitude first'),
  runAsync: z.boolean().default(false).describe('let the service make a job of it: for large polygons'),
  pollMs: z.int().min(1).default(5_000).describe('milliseconds between two looks at a job'),
  timeoutMs: z.int().min(0).default(120_000).describe('milliseconds until a look-out for a job is given up'),
  connection: z.string().default('public').describe('name of a saved worldpop block'),
})

interface Asked {
  readonly connection: string
  readonly polygon: PopulationPolygon
  readonly year: number
  readonly runAsync: boolean
  readonly pollMs: number
  readonly timeoutMs: number
}

interface Handle {
  readonly connection: string
  readonly jobId: string | null
  readonly people: number | null
}

const countPeople = handleTask({
  name: 'count-people',
  retry: RETRY_READING,
  intervalMs: ({ pollMs }: Asked) => pollMs,
  timeoutMs: ({ timeoutMs }: Asked) => timeoutMs,
  async submit({ connection, polygon, year, runAsync }: Asked, ctx): Promise<Handle> {
    const client = await ctx.open(worldPop, connection)
    const answer = await client.askPopulation({ polygon, year }, { runAsync })
    return answer.done
      ? { connection, jobId: null, people: answer.people }
      : { connection, jobId: answer.jobId, people: null }
  },
  async follow({ connection, jobId }: Handle, ctx) {
    if (jobId === null) return true
    const client = await ctx.open(worldPop, connection)
    return (await client.population(jobId)).done
  },
  async collect({ connection, jobId, people }: Handle, ctx): Promise<{ people: number | null; source: SourceNote }> {
    const client = await ctx.open(worldPop, connection)
    if (jobId === null) return { people, source: client.source }
    const answer = await client.population(jobId)
    return { people: answer.done ? answer.people : null, source: client.source }
  },
})

export const worldpopPopulationStats = flow({
  name: 'worldpop-population-stats',
  params: Params,
  async run({ year, geojson, runAsync, pollMs, timeoutMs, connection }, ctx) {
    const parts = geojson.type === 'Polygon' ? [geojson.coordinates] : geojson.coordinates
    const answers = await Promise.all(
      parts.map((coordinates, at) =>
        countPeople(
          { connection, polygon: { type: 'Polygon', coordinates }, year, runAsync, pollMs, timeoutMs },
          { key: `part-${at + 1}` },
        ),
      ),
    )

    const missing = answers.filter(({ people }) => people === null).length
    const totalPopulation =
      missing > 0
        ? null
        : roundTo(
            answers.reduce((sum, { people }) => sum + (people ?? 0), 0),
            0,
          )
    const km2 = areaKm2(geojson)
    const source = answers[0]?.source
    await publishReport(ctx, {
      key: 'worldpop-population-stats',
      title: `People inside the shape in ${year}`,
      sample: false,
      rows: answers.map(({ people }, at) => ({ part: at + 1, people, year })),
      paragraphs: [
        totalPopulation === null
          ? 'Not every part of the shape has data, so its population cannot be told.'
          : `**${formatNumber(totalPopulation, 0)} people** lived inside the shape in ${year}: ${formatNumber(totalPopulation / km2, 1)} on each of ${formatNumber(km2, 1)} km².`,
        missing === 0
          ? `${formatCount(parts.length, 'part')} of the shape, none without data.`
          : `${missing} of ${formatCount(parts.length, 'part')} of the shape have no data.`,
      ],
      method: 'sum over the parts; areas on a sphere of radius 6371.0088 km',
      ...(source === undefined ? {} : { source: { ...source, what: `wpgppop, ${year}` } }),
    })
    return {
      results: answers.map(({ people }) => ({ totalPopulation: people, year, source: 'worldpop' })),
      totalPopulation,
      totalQueries: answers.length,
    }
  },
})
