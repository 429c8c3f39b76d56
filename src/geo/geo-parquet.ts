/** GeoParquet 1.1: a Parquet file with shapes as well-known binary, and what a map needs to know about them. */
import type { geojsonToWkb } from 'hyparquet-writer'
import { toParquet, type ParquetRow, type ParquetType } from '../files/parquet.ts'
import { boundingBox } from './bounding-box.ts'
import type { Geometry } from './geojson.ts'

export interface GeoRow {
  readonly geometry: Geometry
  readonly properties: ParquetRow
}

export interface GeoParquet {
  readonly bytes: Uint8Array
  /** Kinds of shape, sorted: "MultiPolygon", "Point" … */
  readonly geometryTypes: string[]
  /** West, south, east, north, in degrees; null of no shapes. */
  readonly bounds: [west: number, south: number, east: number, north: number] | null
}

/** Ours are read-only, and the library only reads them. */
type Writable = Parameters<typeof geojsonToWkb>[0]

/**
 * Features as GeoParquet, in longitude and latitude (OGC:CRS84, which is EPSG:4326 in the order of GeoJSON). The column of
 * shapes is `geometry`, the last one.
 *
 * @param columns the columns of the properties, and their types
 * @throws DataError `data/value` for a property of another type than its column, `data/geometry` for a shape without
 *   coordinates
 * @see GeoParquet specification 1.1.0
 */
export async function toGeoParquet(
  rows: readonly GeoRow[],
  columns: Readonly<Record<string, ParquetType>>,
): Promise<GeoParquet> {
  const { geojsonToWkb: toWkb } = await import('hyparquet-writer')
  const geometries = rows.map(({ geometry }) => geometry)
  const geometryTypes = [...new Set(geometries.map(({ type }) => type))].toSorted()
  const bounds = rows.length === 0 ? null : boundingBox({ type: 'GeometryCollection', geometries })
  const geo = {
    version: '1.1.0',
    primary_column: 'geometry',
    columns: {
      geometry: { encoding: 'WKB', geometry_types: geometryTypes, ...(bounds === null ? {} : { bbox: bounds }) },
    },
  }
  const bytes = await toParquet(
    rows.map(({ geometry, properties }) => ({ ...properties, geometry: toWkb(geometry as Writable) })),
    { columns: { ...columns, geometry: 'wkb' }, metadata: { geo: JSON.stringify(geo) } },
  )
  return { bytes, geometryTypes, bounds }
}
