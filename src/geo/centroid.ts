/** The middle of a place, and a point that is surely inside it. */
import { joined, wrapped } from './antimeridian.ts'
import { someParts, type Geometry, type Part, type Vertex } from './geojson.ts'
import { ringArea } from './ring-area.ts'

/**
 * The area centroid over all parts, holes subtracted, as `[longitude, latitude]`.
 *
 * Vertex density and ring start do not move it. Points, and shapes without area, get the mean of their distinct
 * vertices. The plane is longitude and latitude; a shape cut at the 180th meridian is joined first. The centroid of a
 * crescent lies outside it: see `representativePoint`.
 *
 * @throws DataError `data/geometry` when there are no coordinates, or some that are no numbers
 */
export function centroid(geometry: Geometry): [longitude: number, latitude: number] {
  const [x, y] = centre(joined(someParts(geometry)))
  return [wrapped(x), y]
}

/**
 * The centroid when it lies inside the shape, else the middle of the widest stretch inside the largest part on the
 * parallel halfway up. Of points and lines: the centroid.
 *
 * @throws DataError `data/geometry` as `centroid`
 */
export function representativePoint(geometry: Geometry): [longitude: number, latitude: number] {
  const parts = joined(someParts(geometry))
  const middle = centre(parts)
  const areas = parts.filter((part) => part.kind === 'area')
  const largest = areas.toSorted((a, b) => partArea(b) - partArea(a))[0]
  if (largest === undefined || partArea(largest) === 0 || areas.some((part) => contains(part, middle))) {
    return [wrapped(middle[0]), middle[1]]
  }
  const [x, y] = insideOf(largest)
  return [wrapped(x), y]
}

function centre(parts: readonly Part[]): Vertex {
  const distinct = new Map(parts.flatMap((part) => part.paths.flat()).map((vertex) => [vertex.join(' '), vertex]))
  const vertices = [...distinct.values()]
  const mean: Vertex = [
    vertices.reduce((sum, [x]) => sum + x, 0) / vertices.length,
    vertices.reduce((sum, [, y]) => sum + y, 0) / vertices.length,
  ]
  // Around the mean, not around 0°/0°: the moments of a small, far shape would drown in rounding.
  let [area, momentX, momentY] = [0, 0, 0]
  for (const part of parts) {
    if (part.kind !== 'area') continue
    for (const [index, path] of part.paths.entries()) {
      const sign = Math.sign(ringArea(path)) * (index === 0 ? 1 : -1)
      for (const [position, [x, y]] of path.entries()) {
        const [nextX, nextY] = path[(position + 1) % path.length] ?? [x, y]
        const [ax, ay, bx, by] = [x - mean[0], y - mean[1], nextX - mean[0], nextY - mean[1]]
        const cross = sign * (ax * by - bx * ay)
        area += cross / 2
        momentX += (cross * (ax + bx)) / 6
        momentY += (cross * (ay + by)) / 6
      }
    }
  }
  const size = vertices.reduce((most, [x, y]) => Math.max(most, Math.abs(x - mean[0]), Math.abs(y - mean[1])), 0)
  // 1e-14: below that share of its box, the area of a shape is rounding
  return area <= 1e-14 * size * size ? mean : [mean[0] + momentX / area, mean[1] + momentY / area]
}

function partArea(part: Part): number {
  return part.paths.reduce((area, path, index) => area + Math.abs(ringArea(path)) * (index === 0 ? 1 : -1), 0)
}

function contains(part: Part, [x, y]: Vertex): boolean {
  return crossings(part, y).filter((crossing) => crossing < x).length % 2 === 1
}

function insideOf(part: Part): Vertex {
  const heights = [...new Set(part.paths.flatMap((path) => path.map(([, y]) => y)))].toSorted((a, b) => a - b)
  const middle = ((heights[0] ?? 0) + (heights.at(-1) ?? 0)) / 2
  // Halfway between two vertices' heights, so that the parallel passes through no vertex.
  const above = heights.findIndex((height) => height > middle)
  const y = ((heights[above - 1] ?? middle) + (heights[above] ?? middle)) / 2
  const xs = crossings(part, y)
  let best = { width: -1, x: xs[0] ?? 0 }
  for (let index = 0; index + 1 < xs.length; index += 2) {
    const [from = 0, to = 0] = [xs[index], xs[index + 1]]
    if (to - from > best.width) best = { width: to - from, x: (from + to) / 2 }
  }
  return [best.x, y]
}

/** Where the parallel at `y` crosses the rings, from west to east. */
function crossings(part: Part, y: number): number[] {
  const xs: number[] = []
  for (const path of part.paths) {
    for (const [position, [ax, ay]] of path.entries()) {
      const [bx, by] = path[(position + 1) % path.length] ?? [ax, ay]
      if (ay > y !== by > y) xs.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
    }
  }
  return xs.toSorted((a, b) => a - b)
}
