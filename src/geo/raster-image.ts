/** One image of a GeoTIFF, opened and checked: where its cells lie, and a way to read a window of them. */
import type { GeoTIFFImage } from 'geotiff'
import { DataError, isToolkitError, type ToolkitError } from '../base/errors.ts'
import { checkFile } from '../files/check-file.ts'
import type { BoundingBox } from './bounding-box.ts'
import { checkGridGeometry, type GridGeometry, type GridValues } from './grid.ts'

/** Values of GeoKeys, from the GeoTIFF 1.1 standard (OGC 19-008r4). */
const [GEOGRAPHIC, PIXEL_IS_POINT, WGS84] = [2, 2, 4326]

/** Cells from the left and upper one up to, but not, the right and lower one. */
export type Window = readonly [left: number, top: number, right: number, bottom: number]

export interface RasterImage {
  /** Of the whole image. */
  readonly geometry: GridGeometry
  /** Rows that are packed together: reading them at once unpacks nothing twice. */
  readonly blockRows: number
  /** The cells that touch a box. @throws DataError `data/grid` for a box outside, or without an inside */
  windowOf(bbox: BoundingBox): Window
  /** The geometry of a window. */
  geometryOf(window: Window): GridGeometry
  /** The cells of a window, scale and offset applied. */
  read(window: Window): Promise<GridValues>
}

/**
 * Opens an image, lends it, and closes the file again, whatever happened.
 *
 * @throws DataError `data/file` when there is no such file
 * @throws DataError `data/grid` for another reference system, a band it has not, a rotated or damaged image
 * @throws HttpError when the address does not answer, or not with the file
 */
export async function withRasterImage<Result>(
  pathOrUrl: string,
  band: number,
  use: (image: RasterImage) => Promise<Result>,
): Promise<Result> {
  const isUrl = /^https?:\/\//i.test(pathOrUrl)
  // Only now: most users of the geometry never open a raster, and the package takes its time to load.
  const { openTiffFile, openTiffUrl } = await import('./geotiff-with-lzw.ts')
  if (!isUrl) await checkFile(pathOrUrl, Number.POSITIVE_INFINITY)
  try {
    const tiff = await (isUrl ? openTiffUrl(pathOrUrl) : openTiffFile(pathOrUrl))
    try {
      return await use(await rasterImage(await tiff.getImage(), pathOrUrl, band))
    } finally {
      await tiff.close()
    }
  } catch (error) {
    throw ourError(error) ?? damaged(pathOrUrl, error)
  }
}

async function rasterImage(image: GeoTIFFImage, name: string, band: number): Promise<RasterImage> {
  checkReferenceSystem(image, name)
  const bands = image.getSamplesPerPixel()
  if (!Number.isInteger(band) || band < 1 || band > bands) {
    throw new DataError('data/grid', `"${name}" has no band ${band}`, { hint: `choose one from 1 to ${bands}` })
  }
  const geometry = await geometryOf(image, name)
  const { scale, offset } = await scalingOf(image, band - 1)
  return {
    geometry,
    blockRows: image.getTileHeight(),
    windowOf: (bbox) => windowOf(geometry, bbox, name),
    geometryOf: ([left, top, right, bottom]) => {
      const part = {
        ...geometry,
        width: right - left,
        height: bottom - top,
        originX: geometry.originX + left * geometry.cellWidth,
        originY: geometry.originY - top * geometry.cellHeight,
      }
      checkGridGeometry(part)
      return part
    },
    read: async (window) => {
      const [values] = await image.readRasters({ window: [...window], samples: [band - 1] })
      if (values === undefined || typeof values === 'number') throw new TypeError('no samples')
      const nodata = await nodataOf(image, values)
      if (scale === 1 && offset === 0) return { values, nodata }
      const scaled = Float64Array.from(values, (value) => (value === nodata ? Number.NaN : value * scale + offset))
      return { values: scaled, nodata: Number.NaN }
    },
  }
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

function windowOf(grid: GridGeometry, bbox: BoundingBox, name: string): Window {
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
