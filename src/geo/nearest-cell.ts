/** The value of a place that lies just off the raster's land: a clinic on a pier, an island that a coarse grid leaves out. */
import { DataError } from '../base/errors.ts'
import { checkGridValues, type Grid } from './grid.ts'

const KM_PER_DEGREE = (Math.PI / 180) * 6371.0088

export interface NearestCell {
  readonly value: number
  /** From the place to the middle of the cell, on the sphere; about, for near cells. */
  readonly distanceKm: number
  /** False when it is the cell that the place lies in. */
  readonly moved: boolean
}

/**
 * The value of the cell a place lies in or, where that has none, of the nearest cell with a value whose middle is within so
 * many kilometres. `null` when there is none: say so, and never put 0.
 *
 * @throws DataError `data/geometry` for a place that is none, `data/grid` when values do not fit the grid
 */
export function nearestCell(
  grid: Grid,
  [longitude, latitude]: readonly [longitude: number, latitude: number],
  options: { readonly withinKm: number },
): NearestCell | null {
  checkGridValues(grid, grid)
  if (!Number.isFinite(longitude) || !(Math.abs(latitude) <= 90)) {
    throw new DataError('data/geometry', `${longitude}, ${latitude} is no place`, {
      hint: 'a position is [longitude, latitude] in degrees',
    })
  }
  const kmPerDegreeEast = KM_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  const own = { column: columnOf(grid, longitude), row: Math.floor((grid.originY - latitude) / grid.cellHeight) }
  const reach = {
    rows: Math.ceil(options.withinKm / (KM_PER_DEGREE * grid.cellHeight)),
    columns: Math.min(grid.width, Math.ceil(options.withinKm / Math.max(1e-9, kmPerDegreeEast * grid.cellWidth))),
  }
  let nearest: NearestCell | null = null
  for (let row = Math.max(0, own.row - reach.rows); row <= Math.min(grid.height - 1, own.row + reach.rows); row += 1) {
    const north = (grid.originY - (row + 0.5) * grid.cellHeight - latitude) * KM_PER_DEGREE
    const from = Math.max(0, own.column - reach.columns)
    for (let column = from; column <= Math.min(grid.width - 1, own.column + reach.columns); column += 1) {
      const value = grid.values[row * grid.width + column] ?? Number.NaN
      if (value === grid.nodata || !Number.isFinite(value)) continue
      const isOwn = row === own.row && column === own.column
      const east = (grid.originX + (column + 0.5) * grid.cellWidth - placed(grid, longitude)) * kmPerDegreeEast
      const distanceKm = Math.hypot(north, east)
      if (isOwn) return { value, distanceKm, moved: false }
      if (distanceKm > options.withinKm || (nearest !== null && distanceKm >= nearest.distanceKm)) continue
      nearest = { value, distanceKm, moved: true }
    }
  }
  return nearest
}

function columnOf(grid: Grid, longitude: number): number {
  return Math.floor((placed(grid, longitude) - grid.originX) / grid.cellWidth)
}

/** The longitude as the grid counts it: 350° for 10° west on a raster from 0° to 360°. */
function placed(grid: Grid, longitude: number): number {
  const east = grid.originX + grid.width * grid.cellWidth
  if (longitude < grid.originX && longitude + 360 <= east) return longitude + 360
  return longitude > east && longitude - 360 >= grid.originX ? longitude - 360 : longitude
}
