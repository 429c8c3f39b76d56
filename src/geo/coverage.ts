/**
 * How much of each cell a shape covers: exactly, for shapes with straight edges on a regular grid.
 *
 * Method: signed-area accumulation, as font rasterisers do it. Each edge gives the cell it passes the signed area to
 * its right within that cell, and all cells further right its full height; running sums over a row make coverage of
 * that. The work grows with edges crossing cells, not with the cells inside, and only one row is held at a time.
 */
import { DataError } from '../base/errors.ts'
import { centreCells } from './centre-cells.ts'
import { addRing, gridCoordinates, shiftsOf, xAt, type Edge } from './edges.ts'
import { partsOf, type Feature, type Geometry, type Part, type Vertex } from './geojson.ts'
import { checkGridGeometry, type GridGeometry } from './grid.ts'
import { ringArea } from './ring-area.ts'
import { RowSums } from './row-sums.ts'
import { Runs } from './runs.ts'

/** Runs of neighbouring cells in a row with the same covered share: `fractions[i]` of each cell. */
export interface Coverage {
  readonly grid: GridGeometry
  /** Index of the first cell of each run: row × width + column. */
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
  readonly fractions: Float64Array
  /** Covered cells, shares added up. */
  readonly cells: number
  /** How much of the shape lies on the grid: 1 is all of it; `null` when there is no shape. */
  readonly coveredShare: number | null
  /** Where the shape covers a cell less than not at all, or more than once; `null` for a sound shape. */
  readonly defect: CoverageDefect | null
}

export interface CoverageDefect {
  readonly kind: 'crosses itself' | 'overlaps itself'
  /** The middle of the worst cell. */
  readonly at: readonly [x: number, y: number]
  /** The share of that cell: below 0, or above 1. */
  readonly share: number
}

/**
 * Which cells count, and how much:
 *
 * - `coverage` (the default): each by the share of it that is covered. The only rule under which places that share borders
 *   share a raster out without rest.
 * - `centre`: wholly, where the middle of the cell lies inside; a place smaller than a cell may have none.
 * - `all-touched`: wholly, where any of it is covered; sums over neighbours count border cells twice.
 */
export type CellRule = 'coverage' | 'centre' | 'all-touched'

/**
 * The share of each cell that the shape covers, to be used for every raster on that grid.
 *
 * Polygons count by area, whatever the direction of their rings; a Point covers the cell it lies in wholly. On a grid
 * in degrees, parts are also looked for 360° further east and west, so that rasters from 0° to 360° and shapes beyond
 * 180° meet. No geometry covers nothing.
 *
 * @throws DataError `data/grid` for a grid that is none
 * @throws DataError `data/geometry` for lines and for broken coordinates
 */
export function coverageOf(
  grid: GridGeometry,
  shape: Feature | Geometry | null,
  options: { readonly cells?: CellRule } = {},
): Coverage {
  checkGridGeometry(grid)
  const geometry = shape?.type === 'Feature' ? shape.geometry : shape
  const parts = geometry === null ? [] : partsOf(geometry)
  const edges: Edge[] = []
  const runs = new Runs(grid)
  let area = 0
  const toGrid = gridCoordinates(grid, parts)
  for (const part of parts) {
    if (part.kind === 'line') {
      throw new DataError('data/geometry', 'a line covers no cells', { hint: 'give polygons, or points' })
    }
    for (const shift of shiftsOf(grid)) {
      const rings = part.paths.map((path) => path.map(([x, y]) => toGrid(x + shift, y)))
      if (part.kind === 'point') addPoint(runs, rings[0]?.[0])
      else for (const [index, ring] of rings.entries()) addRing(edges, grid, ring, index === 0 ? 1 : -1)
    }
    area += part.kind === 'point' ? 1 : cellsOf(part, grid)
  }
  const points = runs.coverage(null)
  sweep(edges, runs)
  const exact = runs.coverage(area > 0 ? area : null)
  const { cells = 'coverage' } = options
  return cells === 'coverage' ? exact : wholeCells(exact, cells === 'centre' ? centreCells(edges, points) : exact)
}

/** Every cell of `counted` wholly; how much of the shape lies on the grid, and what is wrong with it, stay as they are. */
function wholeCells(exact: Coverage, counted: Coverage): Coverage {
  const runs = new Runs(exact.grid)
  const { width } = exact.grid
  for (const [run, start] of counted.starts.entries()) {
    if ((counted.fractions[run] ?? 0) > 0)
      runs.add(Math.floor(start / width), start % width, counted.lengths[run] ?? 0, 1)
  }
  return { ...runs.coverage(null), coveredShare: exact.coveredShare, defect: exact.defect }
}

/** Goes down the rows with the edges that reach into each. */
function sweep(edges: Edge[], runs: Runs): void {
  const { height } = runs.grid
  edges.sort((a, b) => a.y0 - b.y0)
  const line = new RowSums(runs.grid.width)
  let active: Edge[] = []
  let next = 0
  for (let row = Math.max(0, Math.floor(edges[0]?.y0 ?? height)); row < height; row += 1) {
    active = active.filter((edge) => edge.y1 > row)
    for (let edge = edges[next]; edge !== undefined && edge.y0 < row + 1; edge = edges[next]) {
      active.push(edge)
      next += 1
    }
    if (active.length === 0 && next === edges.length) return
    for (const edge of active) {
      const from = Math.max(edge.y0, row)
      const to = Math.min(edge.y1, row + 1)
      if (to > from) line.add(xAt(edge, from), xAt(edge, to), edge.sign * (to - from))
    }
    line.flush(row, runs)
  }
}

function addPoint(runs: Runs, vertex: Vertex | undefined): void {
  const { width, height } = runs.grid
  const [column, row] = [Math.floor(vertex?.[0] ?? -1), Math.floor(vertex?.[1] ?? -1)]
  if (column >= 0 && column < width && row >= 0 && row < height) runs.add(row, column, 1, 1)
}

function cellsOf(part: Part, grid: GridGeometry): number {
  const area = part.paths.reduce((rest, path, index) => rest + Math.abs(ringArea(path)) * (index === 0 ? 1 : -1), 0)
  return area / (grid.cellWidth * grid.cellHeight)
}
