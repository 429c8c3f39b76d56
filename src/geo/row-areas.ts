/** How large the cells of each row are. */
import { DataError } from '../base/errors.ts'
import type { GridGeometry } from './grid.ts'

const RADIANS = Math.PI / 180

/**
 * The area of a cell of each row on the sphere, in any unit, by the difference of the sines of its two latitudes.
 *
 * @throws DataError `data/grid` for a grid that reaches beyond a pole, and so is not in degrees
 */
export function rowAreas(grid: GridGeometry): Float64Array {
  const south = grid.originY - grid.height * grid.cellHeight
  // A millionth of a degree: what decimals leave over
  if (grid.originY > 90 + 1e-6 || south < -90 - 1e-6) {
    throw new DataError('data/grid', `a grid from ${south} to ${grid.originY} is not in degrees`, {
      hint: 'cells of a grid in metres are of equal area: leave areaWeight out',
    })
  }
  const sine = (row: number): number =>
    Math.sin(Math.max(-90, Math.min(90, grid.originY - row * grid.cellHeight)) * RADIANS)
  return Float64Array.from({ length: grid.height }, (_, row) => sine(row) - sine(row + 1))
}
