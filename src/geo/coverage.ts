/**
 * How much of each cell a shape covers: exactly, for shapes with straight edges on a regular grid.
 *
 * Method: signed-area accumulation, as font rasterisers do it. Each edge gives the cell it passes the signed area to
 * its right within that cell, and all cells further right its full height; running sums over a row make coverage of
 * that. The work grows with edges crossing cells, not with the cells inside, and only one row is held at a time.
 */
import { DataError } from '../base/errors.ts'
import { partsOf, type Feature, type Geometry, type Part, type Vertex } from './geojson.ts'
import { checkGridGeometry, type GridGeometry } from './grid.ts'
import { ringArea } from './ring-area.ts'

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

/** Shares closer than this to 0 or 1 are rounding: a border along a cell's edge does not touch the cell beyond. */
const ROUNDING = 1e-12

/** A share this far outside 0 … 1 is no rounding but a shape that crosses or overlaps itself. */
const DEFECT = 1e-9

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
export function coverageOf(grid: GridGeometry, shape: Feature | Geometry | null): Coverage {
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
  sweep(edges, runs)
  return runs.coverage(area > 0 ? area : null)
}

/** An edge from its upper to its lower end, in cells; `sign` is 1 where the shape lies to its right. */
interface Edge {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly sign: 1 | -1
}

/** 0, and a turn of the globe either way when the grid can only be in degrees. */
function shiftsOf(grid: GridGeometry): readonly number[] {
  const east = grid.originX + grid.width * grid.cellWidth
  const south = grid.originY - grid.height * grid.cellHeight
  const inDegrees = grid.originX >= -361 && east <= 541 && grid.originY <= 91 && south >= -91
  return inDegrees && east - grid.originX <= 361 ? [0, 360, -360] : [0]
}

/**
 * Degrees to cells. A place whose distance to a cell's edge is within the rounding of its own coordinates lies on that
 * edge: 33.3 is no double, and neither is most of what a third of a degree adds up to.
 */
function gridCoordinates(grid: GridGeometry, parts: readonly Part[]): (x: number, y: number) => Vertex {
  let largest = Math.max(
    Math.abs(grid.originX),
    Math.abs(grid.originY),
    Math.abs(grid.originX + grid.width * grid.cellWidth),
    Math.abs(grid.originY - grid.height * grid.cellHeight),
  )
  for (const part of parts) {
    for (const path of part.paths) for (const [x, y] of path) largest = Math.max(largest, Math.abs(x), Math.abs(y))
  }
  const rounding = (8 * Number.EPSILON * largest) / Math.min(grid.cellWidth, grid.cellHeight)
  const onEdge = (cells: number) => {
    const nearest = Math.round(cells)
    return Math.abs(cells - nearest) <= rounding ? nearest : cells
  }
  return (x, y) => [onEdge((x - grid.originX) / grid.cellWidth), onEdge((grid.originY - y) / grid.cellHeight)]
}

function cellsOf(part: Part, grid: GridGeometry): number {
  const area = part.paths.reduce((rest, path, index) => rest + Math.abs(ringArea(path)) * (index === 0 ? 1 : -1), 0)
  return area / (grid.cellWidth * grid.cellHeight)
}

function addPoint(runs: Runs, vertex: Vertex | undefined): void {
  const { width, height } = runs.grid
  const [column, row] = [Math.floor(vertex?.[0] ?? -1), Math.floor(vertex?.[1] ?? -1)]
  if (column >= 0 && column < width && row >= 0 && row < height) runs.add(row, column, 1, 1)
}

/** Edges always run downwards, so that a border shared by two shapes is cut into the same pieces for both. */
function addRing(edges: Edge[], grid: GridGeometry, ring: readonly Vertex[], direction: 1 | -1): void {
  // y runs downwards here: a ring of positive area has the shape to the right of its upward edges
  const sign = (ringArea(ring) < 0 ? direction : -direction) as 1 | -1
  for (const [index, [ax, ay]] of ring.entries()) {
    const [bx, by] = ring[(index + 1) % ring.length] ?? [ax, ay]
    if (ay === by || Math.max(ay, by) <= 0 || Math.min(ay, by) >= grid.height) continue
    if (Math.min(ax, bx) >= grid.width) continue
    edges.push(
      ay < by ? { x0: ax, y0: ay, x1: bx, y1: by, sign } : { x0: bx, y0: by, x1: ax, y1: ay, sign: -sign as 1 | -1 },
    )
  }
}

/** Goes down the rows with the edges that reach into each. */
function sweep(edges: Edge[], runs: Runs): void {
  const { height } = runs.grid
  edges.sort((a, b) => a.y0 - b.y0)
  const line = new Row(runs.grid.width)
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

function xAt(edge: Edge, y: number): number {
  if (y <= edge.y0) return edge.x0
  if (y >= edge.y1) return edge.x1
  return edge.x0 + ((y - edge.y0) / (edge.y1 - edge.y0)) * (edge.x1 - edge.x0)
}

/** The running sums of one row, and which of its columns an edge has passed. */
class Row {
  readonly #steps: Float64Array
  readonly #isTouched: Uint8Array
  readonly #touched: Int32Array
  readonly #width: number
  #count = 0

  constructor(width: number) {
    this.#width = width
    this.#steps = new Float64Array(width + 1)
    this.#isTouched = new Uint8Array(width + 1)
    this.#touched = new Int32Array(width + 1)
  }

  /** A piece of an edge between two x, of this signed height. What lies left of the grid covers from column 0. */
  add(xa: number, xb: number, signedHeight: number): void {
    let left = Math.min(xa, xb)
    let right = Math.max(xa, xb)
    if (right <= 0) {
      this.#step(0, signedHeight)
      return
    }
    if (left >= this.#width) return
    const perColumn = right > left ? signedHeight / (right - left) : 0
    if (left < 0) {
      this.#step(0, perColumn * -left)
      left = 0
    }
    right = Math.min(right, this.#width)
    const first = Math.floor(left)
    if (right <= first + 1) {
      this.#within(first, (left + right) / 2, right > left ? perColumn * (right - left) : signedHeight)
      return
    }
    for (let column = first; column < right; column += 1) {
      const from = Math.max(left, column)
      const to = Math.min(right, column + 1)
      this.#within(column, (from + to) / 2, perColumn * (to - from))
    }
  }

  /** Writes the runs of the row and is empty again. */
  flush(row: number, runs: Runs): void {
    const columns = this.#touched.subarray(0, this.#count).sort()
    let sum = 0
    let at = 0
    for (const column of columns) {
      if (column > at) runs.add(row, at, column - at, sum)
      sum += this.#steps[column] ?? 0
      if (column < this.#width) runs.add(row, column, 1, sum)
      at = column + 1
      this.#steps[column] = 0
      this.#isTouched[column] = 0
    }
    if (at < this.#width) runs.add(row, at, this.#width - at, sum)
    this.#count = 0
  }

  #within(column: number, middle: number, height: number): void {
    const beyond = height * (middle - column)
    this.#step(column, height - beyond)
    this.#step(column + 1, beyond)
  }

  #step(column: number, height: number): void {
    this.#steps[column] = (this.#steps[column] ?? 0) + height
    if (this.#isTouched[column] === 1) return
    this.#isTouched[column] = 1
    this.#touched[this.#count] = column
    this.#count += 1
  }
}

/** Collects runs, joining neighbours of the same share, and notes the worst defect. */
class Runs {
  readonly grid: GridGeometry
  #starts = new Uint32Array(64)
  #lengths = new Uint32Array(64)
  #fractions = new Float64Array(64)
  #count = 0
  #cells = 0
  #worst: { row: number; column: number; share: number } | null = null

  constructor(grid: GridGeometry) {
    this.grid = grid
  }

  add(row: number, column: number, length: number, share: number): void {
    if (Math.abs(share) < ROUNDING) return
    const fraction = Math.abs(share - 1) < ROUNDING ? 1 : share
    this.#watch(row, column, fraction)
    this.#cells += fraction * length
    const start = row * this.grid.width + column
    const last = this.#count - 1
    const joins = column > 0 && last >= 0 && this.#fractions[last] === fraction
    if (joins && (this.#starts[last] ?? 0) + (this.#lengths[last] ?? 0) === start) {
      this.#lengths[last] = (this.#lengths[last] ?? 0) + length
      return
    }
    if (this.#count === this.#starts.length) this.#grow()
    this.#starts[this.#count] = start
    this.#lengths[this.#count] = length
    this.#fractions[this.#count] = fraction
    this.#count += 1
  }

  coverage(areaInCells: number | null): Coverage {
    const { originX, originY, cellWidth, cellHeight } = this.grid
    const worst = this.#worst
    return {
      grid: this.grid,
      starts: this.#starts.slice(0, this.#count),
      lengths: this.#lengths.slice(0, this.#count),
      fractions: this.#fractions.slice(0, this.#count),
      cells: this.#cells,
      coveredShare: areaInCells === null ? null : this.#cells / areaInCells,
      defect:
        worst === null
          ? null
          : {
              kind: worst.share < 0 ? 'crosses itself' : 'overlaps itself',
              at: [originX + (worst.column + 0.5) * cellWidth, originY - (worst.row + 0.5) * cellHeight],
              share: worst.share,
            },
    }
  }

  #watch(row: number, column: number, share: number): void {
    const excess = share < 0 ? -share : share - 1
    if (excess < DEFECT) return
    const known = this.#worst
    const worst = known === null ? 0 : known.share < 0 ? -known.share : known.share - 1
    if (excess > worst) this.#worst = { row, column, share }
  }

  #grow(): void {
    const grown = <Numbers extends Uint32Array | Float64Array>(from: Numbers, to: Numbers): Numbers => {
      to.set(from)
      return to
    }
    const size = this.#count * 2
    this.#starts = grown(this.#starts, new Uint32Array(size))
    this.#lengths = grown(this.#lengths, new Uint32Array(size))
    this.#fractions = grown(this.#fractions, new Float64Array(size))
  }
}
