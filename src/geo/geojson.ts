/**
 * GeoJSON as RFC 7946 writes it: longitude first, degrees, edges straight in longitude and latitude.
 *
 * Read-only twins of the standard's types, so that what a parser or `@types/geojson` hands out fits without a cast.
 */
import { DataError } from '../base/errors.ts'

/** Longitude and latitude in degrees; a height may follow and is ignored. */
export type Position = readonly number[]

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'MultiPoint'; readonly coordinates: readonly Position[] }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] }

export interface Feature {
  readonly type: 'Feature'
  readonly id?: string | number | undefined
  readonly properties?: Readonly<Record<string, unknown>> | null
  /** `null` is a feature whose place is not known. */
  readonly geometry: Geometry | null
}

/** A vertex as plain numbers. */
export type Vertex = readonly [x: number, y: number]

/** One connected part: an outer ring and its holes, or a line, or a point. Rings come without their closing vertex. */
export interface Part {
  readonly kind: 'area' | 'line' | 'point'
  readonly paths: readonly (readonly Vertex[])[]
}

/**
 * The parts of a geometry, in its own order. Rings may be closed or not; the closing vertex is left out.
 *
 * @throws DataError `data/geometry` for an unknown type, a coordinate that is no finite number, a ring of fewer than
 *   three vertices, or no coordinates at all where there must be some
 */
export function partsOf(geometry: Geometry): readonly Part[] {
  switch (geometry.type) {
    case 'Point':
      return [{ kind: 'point', paths: [[vertex(geometry.coordinates)]] }]
    case 'MultiPoint':
      return geometry.coordinates.map((position) => ({ kind: 'point', paths: [[vertex(position)]] }))
    case 'LineString':
      return [{ kind: 'line', paths: [geometry.coordinates.map(vertex)] }]
    case 'MultiLineString':
      return geometry.coordinates.map((line) => ({ kind: 'line', paths: [line.map(vertex)] }))
    case 'Polygon':
      return geometry.coordinates.length === 0 ? [] : [{ kind: 'area', paths: geometry.coordinates.map(ring) }]
    case 'MultiPolygon':
      return geometry.coordinates
        .filter((rings) => rings.length > 0)
        .map((rings) => ({ kind: 'area', paths: rings.map(ring) }))
    case 'GeometryCollection':
      return geometry.geometries.flatMap(partsOf)
    default:
      throw new DataError(
        'data/geometry',
        `"${String((geometry as { type?: unknown }).type)}" is no GeoJSON geometry`,
        {
          hint: 'give a Polygon, a MultiPolygon or a Point; of a feature, give its geometry',
        },
      )
  }
}

/** The parts, of which there must be at least one. @throws DataError `data/geometry` */
export function someParts(geometry: Geometry): readonly Part[] {
  const parts = partsOf(geometry)
  if (parts.every((part) => part.paths.every((path) => path.length === 0))) {
    throw new DataError('data/geometry', `the ${geometry.type} has no coordinates`, {
      hint: 'leave features without a place out, or ask the source for their geometry',
    })
  }
  return parts
}

function vertex(position: Position): Vertex {
  const [x, y] = position
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw new DataError('data/geometry', `a position is ${JSON.stringify(position)}, not two numbers`, {
      hint: 'a position is [longitude, latitude] in degrees',
    })
  }
  return [x as number, y as number]
}

function ring(positions: readonly Position[]): readonly Vertex[] {
  const vertices = positions.map(vertex)
  while (vertices.length > 1 && isSame(vertices[0], vertices.at(-1))) vertices.pop()
  if (vertices.length < 3) {
    throw new DataError('data/geometry', `a ring has ${vertices.length} distinct vertices, it needs three`, {
      hint: 'a place without extent is a Point, not a Polygon',
    })
  }
  return vertices
}

function isSame(a: Vertex | undefined, b: Vertex | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1]
}
