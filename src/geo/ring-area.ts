/** The signed area of a ring in its own plane: positive when it runs counter-clockwise with y upwards. */
import type { Vertex } from './geojson.ts'

export function ringArea(ring: readonly Vertex[]): number {
  const [originX, originY] = ring[0] ?? [0, 0]
  let twice = 0
  for (const [index, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y]
    twice += (x - originX) * (nextY - originY) - (nextX - originX) * (y - originY)
  }
  return twice / 2
}
