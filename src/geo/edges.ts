/** The borders of a shape in the cells of a grid: what coverage is swept from. */
import type { Part, Vertex } from './geojson.ts'
import type { GridGeometry } from './grid.ts'
import { ringArea } from './ring-area.ts'

/** An edge from its upper to its lower end, in cells; `sign` is 1 where the shape lies to its right. */
export interface Edge {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly sign: 1 | -1
}

/** 0, and a turn of the globe either way when the grid can only be in degrees. */
export function shiftsOf(grid: GridGeometry): readonly number[] {
  const east = grid.originX + grid.width * grid.cellWidth
  const south = grid.originY - grid.height * grid.cellHeight
  const inDegrees = grid.originX >= -361 && east <= 541 && grid.originY <= 91 && south >= -91
  return inDegrees && east - grid.originX <= 361 ? [0, 360, -360] : [0]
}

/**
 * Degrees to cells. A place whose distance to a cell's edge is within the rounding of its own coordinates lies on that
 * edge: 33.3 is no double, and neither is most of what a third of a degree adds up to.
 */
export function gridCoordinates(grid: GridGeometry, parts: readonly Part[]): (x: number, y: number) => Vertex {
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

/** Edges always run downwards, so that a border shared by two shapes is cut into the same pieces for both. */
export function addRing(edges: Edge[], grid: GridGeometry, ring: readonly Vertex[], direction: 1 | -1): void {
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

/** Where an edge is at a height, in cells. */
export function xAt(edge: Edge, y: number): number {
  if (y <= edge.y0) return edge.x0
  if (y >= edge.y1) return edge.x1
  return edge.x0 + ((y - edge.y0) / (edge.y1 - edge.y0)) * (edge.x1 - edge.x0)
}
