/** Areas on the sphere. */
import { DataError } from '../base/errors.ts'
import { partsOf, type Geometry, type Vertex } from './geojson.ts'

/** IUGG mean radius R1 of the Earth. */
const EARTH_RADIUS_KM = 6371.0088

const RADIANS = Math.PI / 180

/**
 * The area in km², on a sphere of radius 6371.0088 km. Holes are subtracted, ring direction does not matter; points
 * and lines have none.
 *
 * Edges are straight in longitude and latitude, as RFC 7946 says, and the area under them is integrated exactly:
 * a border shared by two places is the same border for both, so that their areas add up.
 *
 * @throws DataError `data/geometry` when a latitude lies beyond a pole
 */
export function areaKm2(geometry: Geometry): number {
  let area = 0
  for (const part of partsOf(geometry)) {
    if (part.kind !== 'area') continue
    const [outer = 0, ...holes] = part.paths.map((path) => Math.abs(ringSteradians(path)))
    area += holes.reduce((rest, hole) => rest - hole, outer)
  }
  return area * EARTH_RADIUS_KM ** 2
}

/** ∮ sin φ dλ. Over a straight edge the mean of sin φ is sin(middle) · sin(half) / half. */
function ringSteradians(ring: readonly Vertex[]): number {
  const base = Math.sin((ring[0]?.[1] ?? 0) * RADIANS)
  let sum = 0
  for (const [index, [x, y]] of ring.entries()) {
    if (Math.abs(y) > 90) {
      throw new DataError('data/geometry', `latitude ${y} lies beyond a pole`, {
        hint: 'positions are [longitude, latitude] in degrees; are they swapped, or in metres?',
        details: { longitude: x, latitude: y },
      })
    }
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y]
    const half = ((nextY - y) / 2) * RADIANS
    const meanSine = Math.sin(((y + nextY) / 2) * RADIANS) * (half === 0 ? 1 : Math.sin(half) / half)
    // less the sine of one latitude of the ring, which adds nothing around it and keeps small shapes exact
    sum += (nextX - x) * RADIANS * (meanSine - base)
  }
  return sum
}
