/** Zonal statistics straight from a GeoTIFF, band of rows after band: a raster of any size in little memory. */
import { boundingBox, splitBox } from './bounding-box.ts'
import type { Coverage } from './coverage.ts'
import type { Feature, Geometry } from './geojson.ts'
import { withRasterImage, type RasterImage, type Window } from './raster-image.ts'
import { zonalPlan, type ZonalPlanOptions } from './zonal-plan.ts'
import { ZonalSums, type Zonal, type ZonalOptions } from './zonal-sums.ts'

export interface ZonalGeoTiffOptions extends ZonalOptions, ZonalPlanOptions {
  /** Counted from 1; the first unless said otherwise. */
  readonly band?: number
  /** About as many cells are held at once, at least one row of blocks. Default 2²⁴: 64 MB of 32-bit numbers. */
  readonly cellsAtOnce?: number
}

/**
 * What `zonalStatistics` gives for the whole raster, without ever holding it: every block is unpacked once, for all
 * features. Blocks of rows and columns where no feature lies are not read.
 *
 * @throws DataError as `readGeoTiff` and `zonalStatistics`
 */
export async function zonalOfGeoTiff(
  pathOrUrl: string,
  features: readonly Feature[],
  options: ZonalGeoTiffOptions = {},
): Promise<Zonal[]> {
  return withRasterImage(pathOrUrl, options.band ?? 1, async (image) => {
    const window = windowAround(image, features)
    const [left, top, right, bottom] = window
    const plan = zonalPlan(image.geometryOf(window), features, options)
    const width = right - left
    const rows = rowsAtOnce(image, width, options.cellsAtOnce ?? 2 ** 24)
    const runs = plan.coverages.map(inRowOrder)
    const next = runs.map(() => 0)
    let sums: ZonalSums[] | undefined
    // Bands begin where blocks do, so that none is unpacked for two of them
    for (let from = top - (top % image.blockRows); from < bottom; from += rows) {
      const [first, last] = [Math.max(top, from), Math.min(bottom, from + rows)]
      const ends = runs.map(({ starts }, index) => firstAtOrAfter(starts, (last - top) * width, next[index] ?? 0))
      if (ends.every((end, index) => end === next[index])) continue
      const { values, nodata } = await image.read([left, first, right, last])
      sums ??= runs.map((coverage) => new ZonalSums(coverage, nodata, options))
      for (const [index, end] of ends.entries()) {
        sums[index]?.add(values, next[index] ?? 0, end, (first - top) * width)
        next[index] = end
      }
    }
    return (sums ?? runs.map((coverage) => new ZonalSums(coverage, null, options))).map((each) => each.result())
  })
}

/** The part of the image that the features may touch, a cell wider; all columns where they may go round the globe. */
function windowAround(image: RasterImage, features: readonly Feature[]): Window {
  const { originX, originY, width, height, cellWidth, cellHeight } = image.geometry
  const geometries = features.flatMap(({ geometry }): Geometry[] => (geometry === null ? [] : [geometry]))
  const boxes = geometries.flatMap((geometry) => splitBox(boundingBox(geometry)))
  const nothing: Window = [0, 0, 1, 1]
  if (boxes.length === 0) return nothing
  const west = (Math.min(...boxes.map((box) => box[0])) - originX) / cellWidth
  const east = (Math.max(...boxes.map((box) => box[2])) - originX) / cellWidth
  const top = Math.max(0, Math.floor((originY - Math.max(...boxes.map((box) => box[3]))) / cellHeight) - 1)
  const bottom = Math.min(height, Math.ceil((originY - Math.min(...boxes.map((box) => box[1]))) / cellHeight) + 1)
  if (top >= bottom) return nothing
  if (west < 0 || east > width) return [0, top, width, bottom]
  return [Math.max(0, Math.floor(west) - 1), top, Math.min(width, Math.ceil(east) + 1), bottom]
}

function rowsAtOnce(image: RasterImage, width: number, cells: number): number {
  const blocks = Math.floor(cells / (width * image.blockRows))
  return Math.max(1, blocks) * image.blockRows
}

/** Points of a collection come before its areas; here rows come one after the other. */
function inRowOrder(coverage: Coverage): Coverage {
  const { starts, lengths, fractions } = coverage
  const isSorted = starts.every((start, run) => run === 0 || start >= (starts[run - 1] ?? 0))
  if (isSorted) return coverage
  const order = Array.from(starts.keys()).toSorted((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0))
  return {
    ...coverage,
    starts: Uint32Array.from(order, (run) => starts[run] ?? 0),
    lengths: Uint32Array.from(order, (run) => lengths[run] ?? 0),
    fractions: Float64Array.from(order, (run) => fractions[run] ?? 0),
  }
}

function firstAtOrAfter(starts: Uint32Array, cell: number, from: number): number {
  let [low, high] = [from, starts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] ?? 0) < cell) low = middle + 1
    else high = middle
  }
  return low
}
