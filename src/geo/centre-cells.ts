/** The cells whose middle lies inside a shape. */
import type { Coverage } from './coverage.ts'
import { xAt, type Edge } from './edges.ts'
import { Runs } from './runs.ts'

/**
 * Where the border crosses the middle of a row, the winding number changes; between two crossings it says what is inside.
 * A middle on a border belongs to the place to its right, so that neighbours never both have it.
 *
 * @param edges by their upper end, as the sweep of coverage leaves them
 * @param points cells that count already
 */
export function centreCells(edges: readonly Edge[], points: Coverage): Coverage {
  const { grid } = points
  const runs = new Runs(grid)
  for (const [run, start] of points.starts.entries()) {
    runs.add(Math.floor(start / grid.width), start % grid.width, points.lengths[run] ?? 0, 1)
  }
  let active: Edge[] = []
  let next = 0
  for (let row = Math.max(0, Math.floor(edges[0]?.y0 ?? grid.height)); row < grid.height; row += 1) {
    const middle = row + 0.5
    for (let edge = edges[next]; edge !== undefined && edge.y0 <= middle; edge = edges[next]) {
      active.push(edge)
      next += 1
    }
    active = active.filter(({ y1 }) => y1 > middle)
    if (active.length === 0 && next === edges.length) break
    const crossings = active.map((edge) => ({ x: xAt(edge, middle), sign: edge.sign })).toSorted((a, b) => a.x - b.x)
    let winding = 0
    for (const [index, { x, sign }] of crossings.entries()) {
      winding += sign
      const until = crossings[index + 1]?.x ?? grid.width
      if (winding <= 0) continue
      const from = Math.max(0, Math.ceil(x - 0.5))
      const end = Math.min(grid.width, Math.ceil(until - 0.5))
      if (end > from) runs.add(row, from, end - from, 1)
    }
  }
  return runs.coverage(null)
}
