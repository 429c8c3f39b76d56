/** The exports to object storage: the stored bytes are what counts. */
import { dhis2 } from 'd2flow/connectors/dhis2'
import { objectStore } from 'd2flow/connectors/object-store'
import { fromParquet } from 'd2flow/files'
import { dhis2GeoparquetExport } from 'd2flow/flows/dhis2/dhis2-geoparquet-export'
import { s3ParquetExport } from 'd2flow/flows/pipelines/s3-parquet-export'
import { dhis2Handlers, mockNetwork, objectStoreHandlers, runFlow } from 'd2flow/testing'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ownFolder } from '../patterns/folder.ts'

const network = mockNetwork()
let store: ReturnType<typeof objectStoreHandlers>
beforeAll(() => network.enable())
beforeEach(() => {
  store = objectStoreHandlers()
  network.use(...store.handlers)
})
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

const blocks = () => [
  { block: objectStore, name: 'exports', values: store.values },
  { block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', username: 'admin', password: 'district' } },
]

async function storedRows(key: string) {
  return await fromParquet(store.objects.get(key)?.bytes ?? new Uint8Array())
}

describe('s3-parquet-export', () => {
  it('keeps the plausible readings as Parquet, with their class', async () => {
    const { result, artifacts } = await runFlow(s3ParquetExport, {}, { blocks: blocks() })

    // by hand: one reading in fifty is broken
    expect(result).toMatchObject({
      rows: 490,
      leftOut: 10,
      key: 'readings.parquet',
      backend: 'https://objects.test/exports',
    })
    const rows = await storedRows('readings.parquet')
    expect(rows).toHaveLength(490)
    for (const row of rows as { temperatureC: number; humidityPercent: number; heatIndexC: number; class: string }[]) {
      expect(row.heatIndexC).toBeCloseTo(row.temperatureC + 0.05 * row.humidityPercent, 0)
      const [cold, mild, warm] = [row.heatIndexC <= 0, row.heatIndexC <= 15, row.heatIndexC <= 30]
      expect(row.class).toBe(cold ? 'cold' : mild ? 'mild' : warm ? 'warm' : 'hot')
    }
    expect(artifacts.every(({ description }) => description?.startsWith('Sample data'))).toBe(true)
  })

  it('R9 fails when the upload is refused', async () => {
    store.answerNext(403, 'AccessDenied', 9)

    const { state, run } = await runFlow(s3ParquetExport, {}, { blocks: blocks() })

    expect(state.type).toBe('failed')
    expect(run.failure).toMatchObject({ code: 'http/status', message: expect.stringContaining('AccessDenied') })
  })

  it('R9 finds out when the store holds other bytes than were sent, and tries again', async () => {
    store.spoilNext()

    const { state, waitsMs } = await runFlow(s3ParquetExport, {}, { blocks: blocks() })

    expect(state.type).toBe('completed')
    expect(waitsMs).toEqual([5_000])
    expect(await storedRows('readings.parquet')).toHaveLength(490)
  })

  it('keeps a local copy when it is told to, and says why', async () => {
    const folder = await ownFolder()
    store.answerNext(403, 'AccessDenied', 9)

    const { state, run } = await runFlow(
      s3ParquetExport,
      { localCopy: true },
      { blocks: blocks(), host: { workDir: ({ id }) => join(folder, id) } },
    )

    expect(state).toMatchObject({ name: 'CompletedWithErrors', message: expect.stringContaining('AccessDenied') })
    expect(existsSync(join(folder, run.id, 'readings.parquet'))).toBe(true)
  })

  it('makes a file with columns and no rows of no readings', async () => {
    const { result } = await runFlow(s3ParquetExport, { rows: 0 }, { blocks: blocks() })

    expect(result).toMatchObject({ rows: 0, leftOut: 0 })
    expect(await storedRows('readings.parquet')).toEqual([])
  })

  it('keeps the same bytes of the same seed', async () => {
    await runFlow(s3ParquetExport, { key: 'one' }, { blocks: blocks() })
    await runFlow(s3ParquetExport, { key: 'two' }, { blocks: blocks() })
    await runFlow(s3ParquetExport, { key: 'three', seed: 7 }, { blocks: blocks() })

    const [one, two, three] = ['one', 'two', 'three'].map((key) => Buffer.from(store.objects.get(key)?.bytes ?? []))
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true)
    expect(one?.equals(three ?? Buffer.alloc(0))).toBe(false)
  })
})

describe('dhis2-geoparquet-export', () => {
  it('keeps every shape of the country, and counts the units without one', async () => {
    network.use(...dhis2Handlers({ personality: '2.42', country: 'full' }).handlers)

    const { result } = await runFlow(dhis2GeoparquetExport, {}, { blocks: blocks() })

    // fixtures/dhis2/country: 1,332 units, 766 of which have a geometry, 601 of them points
    expect(result).toMatchObject({ features: 766, withoutGeometry: 566, backend: 'https://objects.test/exports' })
    expect(result?.geometryTypes.find(({ type }) => type === 'Point')?.units).toBe(601)
    const rows = await storedRows('org-units.parquet')
    expect(rows).toHaveLength(766)
    expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'name', 'shortName', 'level', 'parentId', 'geometry'])
    expect(rows.find(({ level }) => level === 1)).toMatchObject({
      parentId: null,
      geometry: { type: expect.any(String) },
    })
  })

  it('reads one level when it is asked to', async () => {
    network.use(...dhis2Handlers({ personality: '2.43', country: 'full' }).handlers)

    const { result } = await runFlow(dhis2GeoparquetExport, { level: 2 }, { blocks: blocks() })

    expect(result?.features).toBe(13)
  })

  it('R9 fails when the bucket is not there', async () => {
    network.use(...dhis2Handlers({ personality: '2.42', country: 'small' }).handlers)
    const [saved] = blocks()
    const elsewhere = { block: objectStore, name: 'exports', values: { ...saved?.values, bucket: 'nobody' } }

    const { run } = await runFlow(dhis2GeoparquetExport, {}, { blocks: [elsewhere, ...blocks().slice(1)] })

    expect(run.failure).toMatchObject({ code: 'http/status', message: expect.stringContaining('NoSuchBucket') })
  })
})
