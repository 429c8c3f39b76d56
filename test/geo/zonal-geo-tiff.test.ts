/** Zonal statistics straight from a file: the same numbers as from a raster in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readGeoTiff, zonalOfGeoTiff, zonalStatistics, type Feature, type Zonal } from 'd2flow/geo'
import { afterAll, expect, it } from 'vitest'
import { seededRandom } from '../../src/analysis/seeded-random.ts'
import { writeGeoTiff, type TiffOptions } from './write-geo-tiff.ts'

const folder = mkdtempSync(join(tmpdir(), 'd2flow-zonal-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function saved(options: TiffOptions): string {
  files += 1
  const path = join(folder, `${files}.tif`)
  writeFileSync(path, writeGeoTiff(options))
  return path
}

/** A rough disc around a place; the file begins at 30° E, 5° N. */
function disc(longitude: number, latitude: number, radius: number, seed: number): Feature {
  const random = seededRandom(seed)
  const ring = Array.from({ length: 30 }, (_, index) => {
    const angle = (2 * Math.PI * index) / 30
    const reach = radius * (0.7 + 0.3 * random())
    return [longitude + reach * Math.cos(angle), latitude + reach * Math.sin(angle)]
  })
  return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] } }
}

const random = seededRandom(5)
const values = Float32Array.from({ length: 60 * 50 }, () => (random() < 0.1 ? -99_999 : random() * 100))
const path = saved({ width: 60, values, rowsPerStrip: 7, nodata: '-99999' })

it.each([
  ['inside', [disc(45, -10, 3, 1), disc(52, -4, 5, 2), disc(45, -11, 0.2, 3)]],
  ['across the edges', [disc(30, 5, 4, 4), disc(59, -19, 5, 5), disc(45, -10, 60, 6)]],
  ['beside the raster', [disc(10, 10, 2, 7), disc(45, 20, 2, 8), disc(45, -10, 2, 9)]],
  ['nowhere near', [disc(45, 40, 2, 8)]],
  ['a turn of the globe away', [disc(45 - 360, -10, 3, 1), disc(45, -10, 3, 1)]],
  ['of no place', [{ type: 'Feature', geometry: null } as const]],
])('gives what the raster in memory gives for places %s', async (_, places) => {
  const grid = await readGeoTiff(path)

  for (const options of [
    {},
    { nodata: 'zero' as const },
    { areaWeight: true },
    { cellsAtOnce: 1 },
    { cellsAtOnce: 900 },
  ]) {
    expect(rounded(await zonalOfGeoTiff(path, places, options))).toEqual(
      rounded(zonalStatistics(grid, places, options)),
    )
  }
})

/** To twelve digits: bands are added up in another order, and the last digits may differ. */
function rounded(answers: readonly Zonal[]): object[] {
  return answers.map((answer) =>
    Object.fromEntries(
      Object.entries(answer).map(([name, value]) => [name, value === null ? null : Number(value.toPrecision(12))]),
    ),
  )
}

it('takes a point before an area in one collection', async () => {
  const grid = await readGeoTiff(path)
  const place: Feature = {
    type: 'Feature',
    geometry: {
      type: 'GeometryCollection',
      geometries: [
        {
          type: 'Polygon',
          coordinates: [
            [
              [40, -5],
              [44, -5],
              [44, -2],
              [40, -2],
            ],
          ],
        },
        { type: 'Point', coordinates: [50.2, -15.2] },
      ],
    },
  }

  expect(rounded(await zonalOfGeoTiff(path, [place]))).toEqual(rounded(zonalStatistics(grid, [place])))
})

it('counts cells by their middle when asked to, and refuses a broken shape', async () => {
  const bowTie: Feature = {
    type: 'Feature',
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [40, -10],
          [44, -6],
          [44, -10],
          [40, -6],
        ],
      ],
    },
  }

  expect((await zonalOfGeoTiff(path, [disc(45, -10, 3, 1)], { cells: 'centre', nodata: 'zero' }))[0]?.count).toSatisfy(
    Number.isInteger,
  )
  await expect(zonalOfGeoTiff(path, [bowTie])).rejects.toMatchObject({ code: 'data/geometry' })
})

it('refuses a raster in another reference system, and a file that is none', async () => {
  const utm = saved({ width: 4, values: new Float32Array(16), epsg: 32_636 })

  await expect(zonalOfGeoTiff(utm, [])).rejects.toMatchObject({
    code: 'data/grid',
    message: expect.stringContaining('EPSG:32636') as string,
  })
  await expect(zonalOfGeoTiff(join(folder, 'none.tif'), [])).rejects.toMatchObject({ code: 'data/file' })
})
