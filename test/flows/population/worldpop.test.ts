import { worldPopHandlers } from 'd2flow/fixtures/worldpop'
import { worldpopCountryComparison } from 'd2flow/flows/population/worldpop-country-comparison'
import { worldpopDatasetCatalog } from 'd2flow/flows/population/worldpop-dataset-catalog'
import { worldpopPopulationStats } from 'd2flow/flows/population/worldpop-population-stats'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const worldPop = worldPopHandlers()
const network = mockNetwork(...worldPop.handlers)
beforeAll(() => network.enable())
afterEach(() => worldPop.clear())
afterAll(() => network.disable())

function square(west: number, south: number, size: number): number[][][] {
  const [east, north] = [west + size, south + size]
  return [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ]
}

describe('worldpop-population-stats', () => {
  it('R14 gives the same figure at once and through a job, and always says which it wants', async () => {
    const atOnce = await runFlow(worldpopPopulationStats, {})
    const sent = worldPop.requests.map(({ asked }) => asked['runasync'])
    worldPop.clear()
    const throughJob = await runFlow(worldpopPopulationStats, { runAsync: true })

    expect(throughJob.result).toEqual(atOnce.result)
    expect(sent).toEqual(['false'])
    expect(worldPop.requests[0]?.asked).toMatchObject({ runasync: 'true', dataset: 'wpgppop', year: '2020' })
    // 0.1° by 0.1° at 9.05° north: 11.12 km by 10.98 km, 120 people to the km², 20 years of 2.5 %
    expect((atOnce.result?.totalPopulation ?? 0) / (11.1195 * 10.981 * 120 * 1.025 ** 20)).toBeCloseTo(1, 3)
  })

  it('R15 looks at the job alone until it is over, and stops at its first error', async () => {
    worldPop.setLooks(3)
    const { waitsMs } = await runFlow(worldpopPopulationStats, { runAsync: true })
    const paths = worldPop.requests.map(({ path }) => path)
    worldPop.clear()
    worldPop.refuseNext('Geometry is invalid')
    const refused = await runFlow(worldpopPopulationStats, { runAsync: true })

    expect(paths[0]).toBe('/v1/services/stats')
    expect(new Set(paths.slice(1))).toEqual(new Set(['/v1/tasks/job-1']))
    expect(waitsMs).toEqual([5_000, 5_000])
    expect(refused.error).toMatchObject({
      code: 'worldpop/refused',
      message: expect.stringContaining('Geometry is invalid'),
    })
    expect(worldPop.requests.filter(({ path }) => path === '/v1/services/stats')).toHaveLength(1)
  })

  it('R36 looks as often, and as long, as it is told', async () => {
    worldPop.setLooks(3)
    const often = await runFlow(worldpopPopulationStats, { runAsync: true, pollMs: 1_000 })
    worldPop.clear()
    worldPop.setLooks(9)
    const short = await runFlow(worldpopPopulationStats, { runAsync: true, timeoutMs: 7_000 })

    expect(often.waitsMs).toEqual([1_000, 1_000])
    expect(short.error).toMatchObject({ code: 'engine/timeout' })
  })

  it('adds the parts of a MultiPolygon, each a question of its own', async () => {
    const parts = [square(38, 9, 0.1), square(39, 9, 0.1)]

    const { result, artifacts } = await runFlow(worldpopPopulationStats, {
      geojson: { type: 'MultiPolygon', coordinates: parts },
    })
    const [one, other] = result?.results.map(({ totalPopulation }) => totalPopulation ?? 0) ?? []

    expect(result?.totalQueries).toBe(2)
    expect(result?.totalPopulation).toBe(Math.round((one ?? 0) + (other ?? 0)))
    expect(JSON.stringify(artifacts)).toContain('2 parts of the shape, none without data.')
  })

  it('takes a place where nobody lives for 0, which is not "no data"', async () => {
    worldPop.refuseNext('No settled grid cells found')

    const { result } = await runFlow(worldpopPopulationStats, {})

    expect(result?.totalPopulation).toBe(0)
  })

  it('R16 refuses an area above 100,000 km² and a year outside of 2000 to 2020 before anything is asked', async () => {
    const { error } = await runFlow(worldpopPopulationStats, {
      geojson: { type: 'Polygon', coordinates: square(30, 0, 4) },
    })

    expect(error).toMatchObject({ code: 'worldpop/out-of-range', retryable: false })
    await expect(runFlow(worldpopPopulationStats, { year: 2021 })).rejects.toMatchObject({ code: 'config/params' })
    expect(worldPop.requests).toEqual([])
  })
})

describe('worldpop-dataset-catalog', () => {
  it('reads a level only when its filter is given', async () => {
    const all = await runFlow(worldpopDatasetCatalog, {})
    const read = worldPop.requests.map(({ path }) => path)
    worldPop.clear()
    const bare = await runFlow(worldpopDatasetCatalog, { dataset: null })

    expect(read).toEqual(['/rest/data', '/rest/data/pop', '/rest/data/pop/wpgp'])
    expect(all.result?.records).toHaveLength(21)
    expect(all.result?.datasets[0]).toMatchObject({ id: 'pop' })
    expect(worldPop.requests.map(({ path }) => path)).toEqual(['/rest/data'])
    expect(bare.result).toMatchObject({ subdatasets: [], records: [] })
  })

  it('takes a list that is null for an empty one', async () => {
    const { result, artifacts } = await runFlow(worldpopDatasetCatalog, { iso3: 'NOR' })

    expect(result?.records).toEqual([])
    expect(JSON.stringify(artifacts)).toContain('Nothing is offered for **NOR**')
  })
})

describe('worldpop-country-comparison', () => {
  it('R38 asks for four countries at once at the most, and for all of them', async () => {
    const countries = ['ETH', 'KEN', 'TZA', 'UGA', 'RWA', 'BDI', 'SSD', 'SOM', 'DJI', 'ERI']
    let [now, most] = [0, 0]
    const catalogue = async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return []
    }

    const { result } = await runFlow(
      worldpopCountryComparison,
      { countries },
      { open: () => ({ catalogue, source: { name: 'WorldPop', licence: 'CC BY 4.0' } }) },
    )

    expect(most).toBe(4)
    expect(result?.without).toHaveLength(10)
  })

  it('compares the year as a number, whether the catalogue writes text or number', async () => {
    const { result, steps } = await runFlow(worldpopCountryComparison, { countries: ['RWA', 'ETH', 'KEN'] })
    const odd = await runFlow(worldpopCountryComparison, { countries: ['RWA'], year: 2019 })

    expect(steps).toHaveLength(3)
    expect(result?.countries.map(({ iso3, dataAvailable, years }) => [iso3, dataAvailable, years])).toEqual([
      ['ETH', true, 21],
      ['KEN', true, 21],
      ['RWA', false, 20],
    ])
    expect(result?.without).toEqual(['RWA'])
    expect(odd.result?.available).toBe(1)
  })
})
