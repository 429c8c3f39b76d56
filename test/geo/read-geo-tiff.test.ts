/** GeoTIFFs written by the test and read through the door, from disk and over the wire. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readGeoTiff, zonalStatistics } from 'd2flow/geo'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { writeGeoTiff, type TiffOptions } from './write-geo-tiff.ts'

const folder = mkdtempSync(join(tmpdir(), 'd2flow-geotiff-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function saved(options: TiffOptions): string {
  files += 1
  const path = join(folder, `${files}.tif`)
  writeFileSync(path, writeGeoTiff(options))
  return path
}

const upTo = (count: number) => Float32Array.from({ length: count }, (_, index) => index)

it.each([{ isLzw: true }, { isLzw: false }])('reads cells, place and nodata (LZW: $isLzw)', async ({ isLzw }) => {
  const values = upTo(12)
  values[5] = -99_999
  const path = saved({ width: 4, values, isLzw, rowsPerStrip: 2, nodata: '-99999' })

  const grid = await readGeoTiff(path)

  expect({ ...grid, values: Array.from(grid.values) }).toEqual({
    width: 4,
    height: 3,
    originX: 30,
    originY: 5,
    cellWidth: 0.5,
    cellHeight: 0.5,
    values: [0, 1, 2, 3, 4, -99_999, 6, 7, 8, 9, 10, 11],
    nodata: -99_999,
  })
})

it('reads only the cells that touch a box, and answers the same for a place inside it', async () => {
  const path = saved({ width: 100, values: upTo(5000), rowsPerStrip: 7 })
  const place = {
    type: 'Feature',
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [41.2, -3.1],
          [44.9, -4.4],
          [43, -9.7],
        ],
      ],
    },
  } as const

  const window = await readGeoTiff(path, { bbox: [41.2, -9.7, 44.9, -3.1] })

  expect(window).toMatchObject({ width: 8, height: 14, originX: 41, originY: -3 })
  expect(window.values[0]).toBe(16 * 100 + 22)
  const [fromWindow] = zonalStatistics(window, [place])
  const [fromWhole] = zonalStatistics(await readGeoTiff(path), [place])
  expect(fromWindow?.sum).toBeCloseTo(fromWhole?.sum ?? 0, 8)
  expect(fromWindow?.count).toBeCloseTo(fromWhole?.count ?? 0, 10)
})

it('moves the grid by half a cell where a pixel is a point', async () => {
  const grid = await readGeoTiff(saved({ width: 4, values: upTo(12), isPoint: true }))

  expect([grid.originX, grid.originY]).toEqual([29.75, 5.25])
})

it('applies scale and offset, and turns nodata into NaN before it does', async () => {
  const path = saved({
    width: 3,
    values: Int16Array.from([100, -32_768, 250]),
    nodata: '-32768',
    metadata:
      '<GDALMetadata><Item name="OFFSET" sample="0" role="offset">-5</Item><Item name="SCALE" sample="0" role="scale">0.1</Item></GDALMetadata>',
  })

  const grid = await readGeoTiff(path)

  expect(Array.from(grid.values)).toEqual([5, Number.NaN, 20])
  expect(grid.nodata).toBeNaN()
})

it('knows a nodata that is written with more digits than a 32-bit number has', async () => {
  const path = saved({ width: 2, values: Float32Array.from([-3.4e38, 1]), nodata: '-3.4e+38' })

  const grid = await readGeoTiff(path)

  expect(grid.nodata).toBe(grid.values[0])
})

it('refuses another reference system, and none', async () => {
  const utm = saved({ width: 4, values: upTo(12), epsg: 32_636 })
  const none = saved({ width: 4, values: upTo(12), epsg: null })

  await expect(readGeoTiff(utm)).rejects.toMatchObject({
    code: 'data/grid',
    message: expect.stringContaining('EPSG:32636, not EPSG:4326'),
    hint: expect.stringContaining('gdalwarp -t_srs EPSG:4326'),
  })
  await expect(readGeoTiff(none)).rejects.toThrow(/has no reference system/)
})

it('refuses a rotated image, a box outside it, a box without an inside, and a band it has not', async () => {
  const matrix = [0.5, 0.1, 0, 30, 0.1, -0.5, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]
  const path = saved({ width: 4, values: upTo(12) })

  await expect(readGeoTiff(saved({ width: 4, values: upTo(12), matrix }))).rejects.toMatchObject({ code: 'data/grid' })
  await expect(readGeoTiff(path, { bbox: [0, 0, 1, 1] })).rejects.toMatchObject({
    code: 'data/grid',
    hint: 'the raster covers 30, 3.5, 32, 5',
  })
  await expect(readGeoTiff(path, { bbox: [31, 4, 30, 5] })).rejects.toThrow(/has no inside/)
  await expect(readGeoTiff(path, { band: 2 })).rejects.toThrow(/has no band 2/)
})

it('names a file that is not there, one that is no GeoTIFF, and one that ends in the middle', async () => {
  const text = join(folder, 'page.tif')
  writeFileSync(text, '<!doctype html><title>Sign in</title>')
  const half = join(folder, 'half.tif')
  writeFileSync(half, writeGeoTiff({ width: 100, values: upTo(5000) }).subarray(0, 3000))

  await expect(readGeoTiff(join(folder, 'none.tif'))).rejects.toMatchObject({ code: 'data/file' })
  await expect(readGeoTiff(text)).rejects.toMatchObject({
    code: 'data/grid',
    hint: expect.stringContaining('complete'),
  })
  await expect(readGeoTiff(half)).rejects.toMatchObject({ code: 'data/grid' })
})

it.each([
  { knowsRanges: true, atMost: 200_000 },
  { knowsRanges: false, atMost: 400_000 },
])('reads over HTTP (the server knows ranges: $knowsRanges)', async ({ knowsRanges, atMost }) => {
  const file = writeGeoTiff({ width: 300, values: upTo(90_000), isLzw: false, rowsPerStrip: 10 })
  const served: number[] = []
  const address = await listen(
    createServer((request, response) => {
      const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
      const body = knowsRanges ? file.subarray(Number(from), Math.min(file.length, Number(to) + 1)) : file
      served.push(body.length)
      response.writeHead(
        knowsRanges ? 206 : 200,
        knowsRanges
          ? {
              'content-range': `bytes ${from}-${Number(from) + body.length - 1}/${file.length}`,
              'content-type': 'image/tiff',
            }
          : { 'content-type': 'image/tiff' },
      )
      response.end(body)
    }),
  )

  const grid = await readGeoTiff(`${address}/pop.tif`, { bbox: [30, 4, 31, 5] })

  expect(Array.from(grid.values)).toEqual([0, 1, 300, 301])
  // 360 kB in all, sent once; with ranges, the block at the top and the tags at the end
  expect(served.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(atMost)
})

it('says what the server said when it has no such raster', async () => {
  const address = await listen(createServer((_, response) => response.writeHead(404).end('no')))

  await expect(readGeoTiff(`${address}/none.tif`)).rejects.toMatchObject({
    code: 'http/status',
    retryable: false,
    hint: 'is there a raster at this address?',
  })
})

async function listen(server: Server): Promise<string> {
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}
