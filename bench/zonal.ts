/**
 * Zonal statistics: 1,000 polygons of 200 vertices over 9 million cells, in processor seconds, and how far the sums are
 * from those of another method (every cell clipped out of the polygon by itself); then LZW, as population rasters use it.
 *
 * raw: adding up the same cells in a plain loop, and copying the same bytes. exactextract needs 1.83 s for the 1,000
 * polygons, and 2.46 s weighted by a second raster (2-core machine).
 */
import { coverageOf, weightedMeanOf, zonalOf, zonalStatistics, type Feature, type Grid } from 'd2flow/geo'
import { decodeLzw } from '../src/geo/lzw.ts'
import { encodeLzw } from '../test/geo/write-geo-tiff.ts'
import { printFigure } from './measure/figure.ts'

const SIDE = 3000
const POLYGONS = 1000
const VERTICES = 200
const CHECKED = 25

/** mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = seeded(20_261_124)
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

const zonal = processorSeconds(() => zonalStatistics(grid, features))
const plain = processorSeconds(() => {
  let sum = 0
  const cells = Math.round(zonal.result.reduce((all, { count }) => all + count, 0))
  for (let cell = 0; cell < cells; cell += 1) sum += grid.values[cell % (SIDE * SIDE)] ?? 0
  return sum
})
figure('1,000 polygons of 200 vertices over 9 Mcells', zonal.seconds, 's of processor', POLYGONS, plain.seconds)

const weighted = processorSeconds(() =>
  features.map((feature) => weightedMeanOf(coverageOf(grid, feature), grid, weights)),
)
figure('the same, weighted by a second raster', weighted.seconds, 's of processor', POLYGONS)

const coverages = features.map((feature) => coverageOf(grid, feature))
const shared = processorSeconds(() => coverages.map((coverage) => zonalOf(coverage, grid)))
figure('the same, coverage known from another raster', shared.seconds, 's of processor', POLYGONS)

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

function processorSeconds<Result>(work: () => Result): { readonly seconds: number; readonly result: Result } {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, result }
}

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
