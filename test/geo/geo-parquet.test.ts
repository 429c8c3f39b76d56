import { fromParquet } from 'd2flow/files'
import { toGeoParquet, type Geometry } from 'd2flow/geo'
import { parquetMetadata } from 'hyparquet'
import { expect, it } from 'vitest'

const SQUARE: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [10, -5],
      [12, -5],
      [12, -3],
      [10, -3],
      [10, -5],
    ],
  ],
}

it('keeps shapes and properties, and says where they lie', async () => {
  const rows = [
    { geometry: SQUARE, properties: { id: 'a', level: 2 } },
    { geometry: { type: 'Point', coordinates: [20, 1] } as const, properties: { id: 'b', level: null } },
  ]

  const { bytes, geometryTypes, bounds } = await toGeoParquet(rows, { id: 'text', level: 'integer' })

  expect(geometryTypes).toEqual(['Point', 'Polygon'])
  expect(bounds).toEqual([10, -5, 20, 1])
  expect(await fromParquet(bytes)).toEqual([
    { id: 'a', level: 2, geometry: SQUARE },
    { id: 'b', level: null, geometry: rows[1]?.geometry },
  ])
  const geo = parquetMetadata(bytes.slice().buffer).key_value_metadata?.find(({ key }) => key === 'geo')?.value
  expect(JSON.parse(geo ?? '')).toEqual({
    version: '1.1.0',
    primary_column: 'geometry',
    columns: { geometry: { encoding: 'WKB', geometry_types: ['Point', 'Polygon'], bbox: [10, -5, 20, 1] } },
  })
})

it('makes a readable file of no shapes', async () => {
  const { bytes, bounds } = await toGeoParquet([], { id: 'text' })

  expect(bounds).toBeNull()
  expect(await fromParquet(bytes)).toEqual([])
})
