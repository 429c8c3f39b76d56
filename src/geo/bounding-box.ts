/** The box around a geometry. */
import { joined, wrapped } from './antimeridian.ts'
import { someParts, type Geometry } from './geojson.ts'

export type BoundingBox = readonly [west: number, south: number, east: number, north: number]

/**
 * `[west, south, east, north]` over all vertices, in degrees.
 *
 * A shape cut at the 180th meridian gets its narrow box, whose west is greater than its east (RFC 7946, 5.2);
 * `splitBox` makes two plain boxes of it.
 *
 * @throws DataError `data/geometry` when there are no coordinates, or some that are no numbers
 */
export function boundingBox(geometry: Geometry): [west: number, south: number, east: number, north: number] {
  const parts = someParts(geometry)
  const whole = joined(parts)
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const part of whole) {
    for (const path of part.paths) {
      for (const [x, y] of path) {
        if (x < west) west = x
        if (x > east) east = x
        if (y < south) south = y
        if (y > north) north = y
      }
    }
  }
  return whole === parts ? [west, south, east, north] : [west, south, wrapped(east), north]
}

/** One box, or two where the box crosses the 180th meridian: each then has its west below its east. */
export function splitBox(box: BoundingBox): BoundingBox[] {
  const [west, south, east, north] = box
  if (west <= east) return [box]
  return [
    [west, south, 180, north],
    [-180, south, east, north],
  ]
}
