/** Shapes that RFC 7946 section 3.1.9 cuts in two where they cross the 180th meridian. */
import type { Part } from './geojson.ts'

/** A hair: files write 179.9999999999 where they mean 180. */
const NEAR = 1e-9

export interface Span {
  readonly west: number
  readonly east: number
}

/**
 * The parts, joined again: those on the American side of the cut are moved east by 360°.
 *
 * Only a shape with one part that ends at 180° and another that begins at −180° is taken as cut. A country with
 * islands all over the world is not.
 */
export function joined(parts: readonly Part[]): readonly Part[] {
  const spans = parts.map(spanOf)
  const endsAtCut = spans.some((span) => Math.abs(span.east - 180) < NEAR && span.west > -180 + NEAR)
  const beginsAtCut = spans.some((span) => Math.abs(span.west + 180) < NEAR && span.east < 180 - NEAR)
  if (!endsAtCut || !beginsAtCut) return parts
  // The widest stretch of longitude without any part is the outside; what lies west of it comes after the cut.
  const [first, ...others] = spans.toSorted((a, b) => a.west - b.west)
  let reach = first?.east ?? 180
  let gap = { width: 0, from: Number.NEGATIVE_INFINITY }
  for (const span of others) {
    if (span.west - reach > gap.width) gap = { width: span.west - reach, from: reach }
    reach = Math.max(reach, span.east)
  }
  return parts.map((part, index) => ((spans[index]?.east ?? 180) <= gap.from ? moved(part) : part))
}

/** A longitude within −180 … 180. */
export function wrapped(longitude: number): number {
  if (longitude >= -180 && longitude <= 180) return longitude
  return ((((longitude + 180) % 360) + 360) % 360) - 180
}

function spanOf(part: Part): Span {
  let west = Number.POSITIVE_INFINITY
  let east = Number.NEGATIVE_INFINITY
  for (const path of part.paths) {
    for (const [x] of path) {
      west = Math.min(west, x)
      east = Math.max(east, x)
    }
  }
  return { west, east }
}

function moved(part: Part): Part {
  return { ...part, paths: part.paths.map((path) => path.map(([x, y]) => [x + 360, y] as const)) }
}
