/** GeoTIFF, cloud-optimised or not: a window of it as a grid. */
import type { GeoTIFFImage } from 'geotiff'
import { DataError, isToolkitError, type ToolkitError } from '../base/errors.ts'
import { checkFile } from '../files/check-file.ts'
import type { BoundingBox } from './bounding-box.ts'
import { checkGridGeometry, type Grid, type GridGeometry } from './grid.ts'

/** Values of GeoKeys, from the GeoTIFF 1.1 standard (OGC 19-008r4). */
const [GEOGRAPHIC, PIXEL_IS_POINT, WGS84] = [2, 2, 4326]

export interface GeoTiffOptions {
  /** Only the cells that touch this box, `[west, south, east, north]` in degrees. */
  readonly bbox?: BoundingBox | undefined
  /** Counted from 1, as maps do; the first unless said otherwise. */
  readonly band?: number | undefined
}

/**
 * The full-resolution image of a GeoTIFF in longitude and latitude (EPSG:4326), from a path or an http(s) address.
 *
 * Scale and offset of the band are applied. Where the file says that a pixel is a point, the grid is moved by half a
 * cell, so that its origin is a corner. Over the network only the blocks of the window are fetched, if the server knows
 * ranges.
 *
 * @throws DataError `data/file` when there is no such file
 * @throws DataError `data/grid` for another reference system, a rotated or damaged image, a box outside it
 * @throws HttpError when the address does not answer, or not with the file
 */
export async function readGeoTiff(pathOrUrl: string, options: GeoTiffOptions = {}): Promise<Grid> {
  const isUrl = /^https?:\/\//i.test(pathOrUrl)
  // Only now: most users of the geometry never open a raster, and the package takes its time to load.
  const { openTiffFile, openTiffUrl } = await import('./geotiff-with-lzw.ts')
  if (!isUrl) await checkFile(pathOrUrl, Number.POSITIVE_INFINITY)
  try {
    const tiff = await (isUrl ? openTiffUrl(pathOrUrl) : openTiffFile(pathOrUrl))
    try {
      return await readImage(await tiff.getImage(), pathOrUrl, options)
    } finally {
      await tiff.close()
    }
  } catch (error) {
    throw ourError(error) ?? damaged(pathOrUrl, error)
  }
}

async function readImage(image: GeoTIFFImage, name: string, { bbox, band = 1 }: GeoTiffOptions): Promise<Grid> {
  checkReferenceSystem(image, name)
  const bands = image.getSamplesPerPixel()
  if (!Number.isInteger(band) || band < 1 || band > bands) {
    throw new DataError('data/grid', `"${name}" has no band ${band}`, { hint: `choose one from 1 to ${bands}` })
  }
  const whole = await geometryOf(image, name)
  const [left, top, right, bottom] =
    bbox === undefined ? [0, 0, whole.width, whole.height] : windowOf(whole, bbox, name)
  const geometry: GridGeometry = {
    ...whole,
    width: right - left,
    height: bottom - top,
    originX: whole.originX + left * whole.cellWidth,
    originY: whole.originY - top * whole.cellHeight,
  }
  checkGridGeometry(geometry)
  const [values] = await image.readRasters({ window: [left, top, right, bottom], samples: [band - 1] })
  if (values === undefined || typeof values === 'number') throw new TypeError('no samples')
  const nodata = await nodataOf(image, values)
  const { scale, offset } = await scalingOf(image, band - 1)
  if (scale === 1 && offset === 0) return { ...geometry, values, nodata }
  const scaled = Float64Array.from(values, (value) => (value === nodata ? Number.NaN : value * scale + offset))
  return { ...geometry, values: scaled, nodata: Number.NaN }
}

function checkReferenceSystem(image: GeoTIFFImage, name: string): void {
  const keys = image.getGeoKeys() ?? {}
  const { GTModelTypeGeoKey: model, GeographicTypeGeoKey: geographic, ProjectedCSTypeGeoKey: projected } = keys
  if (projected === undefined && geographic === WGS84 && (model === undefined || model === GEOGRAPHIC)) return
  const code = [projected, geographic].find((known) => typeof known === 'number')
  const system = code === undefined ? 'no reference system' : `the reference system EPSG:${String(code)}`
  throw new DataError('data/grid', `"${name}" has ${system}, not EPSG:4326`, {
    hint: 'transform it once: gdalwarp -t_srs EPSG:4326 in.tif out.tif',
    details: { file: name, epsg: code ?? null },
  })
}

async function geometryOf(image: GeoTIFFImage, name: string): Promise<GridGeometry> {
  const directory = image.getFileDirectory()
  const read = async (tag: 'ModelPixelScale' | 'ModelTiepoint' | 'ModelTransformation') =>
    directory.hasTag(tag) ? Array.from((await directory.loadValue(tag)) as ArrayLike<number>) : undefined
  const [scale, tie, matrix] = [
    await read('ModelPixelScale'),
    await read('ModelTiepoint'),
    await read('ModelTransformation'),
  ]
  const [a = 0, b = 0, , x = 0, d = 0, e = 0, , y = 0] = matrix ?? fromTie(scale, tie) ?? []
  if (!(a > 0) || !(e < 0) || b !== 0 || d !== 0) {
    throw new DataError('data/grid', `the rows of "${name}" do not run from west to east, or not from north to south`, {
      hint: 'write it north up: gdalwarp in.tif out.tif',
      details: { file: name, matrix: [a, b, x, d, e, y] },
    })
  }
  // A pixel that is a point has its place in the middle of the cell.
  const shift = image.getGeoKeys()?.['GTRasterTypeGeoKey'] === PIXEL_IS_POINT ? 0.5 : 0
  return {
    width: image.getWidth(),
    height: image.getHeight(),
    originX: x - shift * a,
    originY: y - shift * e,
    cellWidth: a,
    cellHeight: -e,
  }
}

/** The affine matrix of a tie point and a scale: the pixel (i, j) lies at (x, y). */
function fromTie(scale: number[] | undefined, tie: number[] | undefined): number[] | undefined {
  if (scale === undefined || tie === undefined) return undefined
  const [width = 0, height = 0] = scale
  const [i = 0, j = 0, , x = 0, y = 0] = tie
  return [width, 0, 0, x - i * width, 0, -height, 0, y + j * height]
}

function windowOf(grid: GridGeometry, bbox: BoundingBox, name: string): [number, number, number, number] {
  const [west, south, east, north] = bbox
  if (!(west <= east && south <= north)) {
    throw new DataError('data/grid', `the box ${bbox.join(', ')} has no inside`, {
      hint: 'give west, south, east, north; splitBox makes two of a box across the 180th meridian',
    })
  }
  const column = (longitude: number) => (longitude - grid.originX) / grid.cellWidth
  const row = (latitude: number) => (grid.originY - latitude) / grid.cellHeight
  // a millionth of a cell: what decimals of degrees leave over, less than anybody can mean
  const [left, top] = [Math.floor(column(west) + 1e-6), Math.floor(row(north) + 1e-6)]
  const [right, bottom] = [
    Math.max(left + 1, Math.ceil(column(east) - 1e-6)),
    Math.max(top + 1, Math.ceil(row(south) - 1e-6)),
  ]
  const clipped: [number, number, number, number] = [
    Math.max(0, left),
    Math.max(0, top),
    Math.min(grid.width, right),
    Math.min(grid.height, bottom),
  ]
  if (clipped[0] < clipped[2] && clipped[1] < clipped[3]) return clipped
  const [farEast, farSouth] = [grid.originX + grid.width * grid.cellWidth, grid.originY - grid.height * grid.cellHeight]
  throw new DataError('data/grid', `the box ${bbox.join(', ')} lies outside "${name}"`, {
    hint: `the raster covers ${grid.originX}, ${farSouth}, ${farEast}, ${grid.originY}`,
    details: { file: name, bbox },
  })
}

/** As the cells hold it: a nodata written with all its digits is not yet the nearest 32-bit number. */
async function nodataOf(image: GeoTIFFImage, values: ArrayLike<number>): Promise<number | null> {
  const directory = image.getFileDirectory()
  if (!directory.hasTag('GDAL_NODATA')) return null
  const text = String(await directory.loadValue('GDAL_NODATA'))
    .replaceAll('\0', '')
    .trim()
  if (text === '') return null
  const nodata = Number(text)
  return values instanceof Float32Array ? Math.fround(nodata) : nodata
}

async function scalingOf(image: GeoTIFFImage, sample: number): Promise<{ scale: number; offset: number }> {
  const items = (await image.getGDALMetadata(sample)) ?? {}
  const numberOf = (key: string, otherwise: number) => {
    const value = Number(items[key] ?? Number.NaN)
    return Number.isFinite(value) ? value : otherwise
  }
  return { scale: numberOf('SCALE', 1), offset: numberOf('OFFSET', 0) }
}

/** The package wraps what our network code throws, more than once. */
function ourError(error: unknown): ToolkitError | undefined {
  if (isToolkitError(error)) return error
  if (!(error instanceof Error)) return undefined
  const inner = [...((error as { errors?: unknown[] }).errors ?? []), error.cause]
  return inner.map(ourError).find((found) => found !== undefined)
}

function damaged(name: string, cause: unknown): DataError {
  return new DataError('data/grid', `"${name}" is no readable GeoTIFF: ${(cause as Error).message}`, {
    hint: 'is it a GeoTIFF, and complete? Fetch it again, or look at it with gdalinfo',
    details: { file: name },
    cause,
  })
}
