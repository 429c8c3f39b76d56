/**
 * Zonal statistics: 1,000 polygons of 200 vertices over 9 million cells, in processor seconds, and how far the sums are
 * from those of another method (every cell clipped out of the polygon by itself); then LZW, as population rasters use it.
 *
 * raw: exactextract on polygons and rasters of the same size in the same run, where Python has it; for shared coverage,
 * adding up the same cells in a plain loop; for LZW, copying the same bytes.
 */
import { seededRandom } from 'd2flow/analysis'
import { coverageOf, weightedMeanOf, zonalPlan, zonalStatistics, type Feature, type Grid } from 'd2flow/geo'
import { decodeLzw } from '../src/geo/lzw.ts'
import { encodeLzw } from '../test/geo/write-geo-tiff.ts'
import { printFigure } from './measure/figure.ts'
import { processorSeconds } from './measure/processor-seconds.ts'
import { pythonSeconds } from './measure/python-seconds.ts'

const SIDE = 3000
const POLYGONS = 1000
const VERTICES = 200
const CHECKED = 25

const random = seededRandom(20_261_124)
const grid: Grid = {
  width: SIDE,
  height: SIDE,
  originX: 29.5,
  originY: 4.25,
  cellWidth: 1 / 1200,
  cellHeight: 1 / 1200,
  values: Float32Array.from({ length: SIDE * SIDE }, () => random() * 40),
  nodata: -99_999,
}
const weights = { values: Float32Array.from({ length: SIDE * SIDE }, () => random()), nodata: null }

/** Rough-edged discs about as large as a mosaic of 1,000 would have, anywhere on the grid. */
const features = Array.from({ length: POLYGONS }, (): Feature => {
  const [x, y] = [60 + random() * (SIDE - 120), 60 + random() * (SIDE - 120)]
  const ring = Array.from({ length: VERTICES }, (_, index) => {
    const angle = (2 * Math.PI * index) / VERTICES
    const radius = 45 + random() * 15
    return [
      grid.originX + (x + radius * Math.cos(angle)) * grid.cellWidth,
      grid.originY - (y + radius * Math.sin(angle)) * grid.cellHeight,
    ]
  })
  return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] } }
})

const figure = (metric: string, value: number, unit: string, n: number, raw?: number) =>
  printFigure({ bench: 'zonal', metric, value, unit, n, ...(raw === undefined ? {} : { raw }) })

const peers = pythonSeconds(`
import json, time
import exactextract, numpy
from exactextract.raster import NumPyRasterSource
random = numpy.random.default_rng(1)
side, cell = ${SIDE}, 1 / 1200
place = dict(xmin=29.5, ymin=4.25 - side * cell, xmax=29.5 + side * cell, ymax=4.25)
values = NumPyRasterSource((random.random((side, side)) * 40).astype("float32"), **place)
weights = NumPyRasterSource(random.random((side, side)).astype("float32"), **place)
features = []
for index in range(${POLYGONS}):
    x, y = 60 + random.random(2) * (side - 120)
    angle = 2 * numpy.pi * numpy.arange(${VERTICES}) / ${VERTICES}
    radius = 45 + random.random(${VERTICES}) * 15
    ring = numpy.c_[29.5 + (x + radius * numpy.cos(angle)) * cell, 4.25 - (y + radius * numpy.sin(angle)) * cell].tolist()
    features.append({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring + ring[:1]]}})
def seconds(statistics, **more):
    exactextract.exact_extract(values, features[:10], statistics, **more)
    begin = time.process_time()
    exactextract.exact_extract(values, features, statistics, **more)
    return time.process_time() - begin
print(json.dumps({
    "plain": seconds(["count", "sum", "mean", "min", "max"]),
    "weighted": seconds(["weighted_mean"], weights=weights),
}))
`)

zonalStatistics(grid, features.slice(0, 10))
const zonal = processorSeconds(() => zonalStatistics(grid, features))
figure('1,000 polygons of 200 vertices over 9 Mcells', zonal.seconds, 's of processor', POLYGONS, peers['plain'])

const weighted = processorSeconds(() =>
  features.map((feature) => weightedMeanOf(coverageOf(grid, feature), grid, weights)),
)
figure('the same, weighted by a second raster', weighted.seconds, 's of processor', POLYGONS, peers['weighted'])

const plain = processorSeconds(() => {
  let sum = 0
  const cells = Math.round(zonal.result.reduce((all, { count }) => all + count, 0))
  for (let cell = 0; cell < cells; cell += 1) sum += grid.values[cell % (SIDE * SIDE)] ?? 0
  return sum
})
const plan = zonalPlan(grid, features)
const shared = processorSeconds(() => plan.statistics(grid))
figure('the same, coverage known from another raster', shared.seconds, 's of processor', POLYGONS, plain.seconds)

const errors = features.slice(0, CHECKED).map((feature, index) => {
  const sum = zonal.result[index]?.sum ?? Number.NaN
  const exact = sumByClipping(feature)
  return Math.abs(sum - exact) / exact
})
figure('largest relative error of a sum', Math.max(...errors), '1', CHECKED)
figure('peak memory of the process', process.resourceUsage().maxRSS / 1024, 'MB', 1)

const TILE = 512 * 512 * 4
const tile = new Uint8Array(
  Float32Array.from({ length: TILE / 4 }, (_, cell) => Math.round(Math.sin(cell / 900) * 60)).buffer,
)
const packed = encodeLzw(tile)
const tiles = Math.ceil(13_500_000 / (512 * 512))
const decoded = processorSeconds(() => {
  for (let index = 0; index < tiles; index += 1) decodeLzw(packed, TILE)
})
const copied = processorSeconds(() => {
  for (let index = 0; index < tiles; index += 1) tile.slice()
})
figure('LZW, 13.5 Mpx of 32 bits decoded', decoded.seconds, 's of processor', tiles, copied.seconds)

type Ring = readonly (readonly [number, number])[]

/** Sutherland and Hodgman's clipping, first to rows and then to cells: slow, and nothing in common with ours. */
function sumByClipping(feature: Feature): number {
  if (feature.geometry?.type !== 'Polygon') return Number.NaN
  const ring: Ring = (feature.geometry.coordinates[0] ?? []).map(
    ([x = 0, y = 0]) => [(x - grid.originX) / grid.cellWidth, (grid.originY - y) / grid.cellHeight] as const,
  )
  let sum = 0
  const [top, bottom] = [Math.min(...ring.map(([, y]) => y)), Math.max(...ring.map(([, y]) => y))]
  for (let row = Math.floor(top); row < bottom; row += 1) {
    const strip = clip(clip(ring, 1, row, 1), 1, row + 1, -1)
    const [left, right] = [Math.min(...strip.map(([x]) => x)), Math.max(...strip.map(([x]) => x))]
    for (let column = Math.floor(left); column < right; column += 1) {
      const cell = clip(clip(strip, 0, column, 1), 0, column + 1, -1)
      sum += areaOf(cell, column, row) * (grid.values[row * SIDE + column] ?? Number.NaN)
    }
  }
  return sum
}

/** What lies beyond `limit` along an axis, on the side that `side` says. */
function clip(ring: Ring, axis: 0 | 1, limit: number, side: 1 | -1): Ring {
  const kept: (readonly [number, number])[] = []
  for (const [index, from] of ring.entries()) {
    const to = ring[(index + 1) % ring.length] ?? from
    const [isIn, isNextIn] = [(from[axis] - limit) * side >= 0, (to[axis] - limit) * side >= 0]
    if (isIn) kept.push(from)
    if (isIn === isNextIn) continue
    const share = (limit - from[axis]) / (to[axis] - from[axis])
    const other = from[1 - axis === 0 ? 0 : 1] + share * (to[1 - axis === 0 ? 0 : 1] - from[1 - axis === 0 ? 0 : 1])
    kept.push(axis === 0 ? [limit, other] : [other, limit])
  }
  return kept
}

function areaOf(ring: Ring, originX: number, originY: number): number {
  let twice = 0
  for (const [index, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y]
    twice += (x - originX) * (nextY - originY) - (nextX - originX) * (y - originY)
  }
  return Math.abs(twice) / 2
}
