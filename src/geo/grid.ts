/** A raster in memory: equal cells, north up, row after row from the upper left corner. */
import { DataError } from '../base/errors.ts'

/** Where the cells lie. The origin is the upper left **corner**; rows go downwards; cell sizes are positive. */
export interface GridGeometry {
  readonly width: number
  readonly height: number
  readonly originX: number
  readonly originY: number
  readonly cellWidth: number
  readonly cellHeight: number
}

/** What the cells hold. NaN and infinities are always nodata; `nodata` names one value more, or is `null`. */
export interface GridValues {
  readonly values: ArrayLike<number>
  readonly nodata: number | null
}

export type Grid = GridGeometry & GridValues

/** @throws DataError `data/grid` when the numbers describe no grid */
export function checkGridGeometry(grid: GridGeometry): void {
  for (const name of ['width', 'height'] as const) {
    if (!Number.isSafeInteger(grid[name]) || grid[name] < 1) {
      throw new DataError('data/grid', `the ${name} of a grid is ${grid[name]}`, { hint: 'count its cells: 1 or more' })
    }
  }
  for (const name of ['cellWidth', 'cellHeight'] as const) {
    if (!(grid[name] > 0 && Number.isFinite(grid[name]))) {
      throw new DataError('data/grid', `the ${name} of a grid is ${grid[name]}`, {
        hint: 'cell sizes are positive; the origin is the upper left corner and rows go downwards',
      })
    }
  }
  if (!Number.isFinite(grid.originX) || !Number.isFinite(grid.originY)) {
    throw new DataError('data/grid', `the origin of a grid is ${grid.originX}, ${grid.originY}`, {
      hint: 'give the upper left corner in degrees',
    })
  }
  if (grid.width * grid.height > 2 ** 32) {
    throw new DataError('data/grid', `a grid of ${grid.width} × ${grid.height} cells is too large`, {
      hint: 'read a window of it: readGeoTiff(path, { bbox })',
    })
  }
}

/** @throws DataError `data/grid` when there are not as many values as cells */
export function checkGridValues(grid: GridGeometry, raster: GridValues): void {
  const cells = grid.width * grid.height
  if (raster.values.length !== cells) {
    throw new DataError(
      'data/grid',
      `a grid of ${grid.width} × ${grid.height} cells comes with ${raster.values.length} values`,
      { hint: `give ${cells} values, row after row from the top`, details: { cells, values: raster.values.length } },
    )
  }
}
