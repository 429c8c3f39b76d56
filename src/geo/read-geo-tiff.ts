/** GeoTIFF, cloud-optimised or not: a window of it as a grid. */
import type { BoundingBox } from './bounding-box.ts'
import type { Grid } from './grid.ts'
import { withRasterImage } from './raster-image.ts'

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
 * ranges. A country in fine cells may not fit into memory: `zonalOfGeoTiff` reads it row by row.
 *
 * @throws DataError `data/file` when there is no such file
 * @throws DataError `data/grid` for another reference system, a rotated or damaged image, a box outside it
 * @throws HttpError when the address does not answer, or not with the file
 */
export async function readGeoTiff(pathOrUrl: string, { bbox, band = 1 }: GeoTiffOptions = {}): Promise<Grid> {
  return withRasterImage(pathOrUrl, band, async (image) => {
    const { width, height } = image.geometry
    const window = bbox === undefined ? ([0, 0, width, height] as const) : image.windowOf(bbox)
    const geometry = image.geometryOf(window)
    return { ...geometry, ...(await image.read(window)) }
  })
}
