import { nearestCell, type Grid } from 'd2flow/geo'
import { expect, it } from 'vitest'
import { near } from '../analysis/near.ts'

/** Land in two columns of five, the sea without a value. */
const coast: Grid = {
  width: 5,
  height: 3,
  originX: 0,
  originY: 1.5,
  cellWidth: 1,
  cellHeight: 1,
  values: [1, 2, -9, -9, -9, 3, 4, -9, -9, -9, 5, 6, -9, -9, -9],
  nodata: -9,
}
const KM = (Math.PI / 180) * 6371.0088

it('is the own cell where that has a value', () => {
  expect(nearestCell(coast, [1.5, 0], { withinKm: 0 })).toEqual({ value: 4, distanceKm: 0, moved: false })
})

it('is the nearest cell with a value, and says how far it is', () => {
  expect(nearestCell(coast, [2.5, 0], { withinKm: 200 })).toEqual({ value: 4, distanceKm: near(KM), moved: true })
  expect(nearestCell(coast, [2.5, 0.4], { withinKm: 200 })).toMatchObject({ value: 4 })
  expect(nearestCell(coast, [2.5, 0.6], { withinKm: 200 })).toMatchObject({ value: 2 })
})

it('is nothing where land is too far, or nowhere', () => {
  expect(nearestCell(coast, [4.5, 0], { withinKm: 300 })).toBeNull()
  expect(nearestCell({ ...coast, values: coast.values, nodata: null }, [40, 40], { withinKm: 100 })).toBeNull()
  expect(
    nearestCell({ ...coast, values: Array.from({ length: 15 }, () => Number.NaN) }, [1, 1], { withinKm: 1e4 }),
  ).toBeNull()
})

it('measures fewer kilometres to a degree of longitude far from the equator', () => {
  const north: Grid = { ...coast, originY: 61.5 }

  expect(nearestCell(north, [2.5, 60], { withinKm: 60 })).toMatchObject({ value: 4, distanceKm: near(KM / 2, 1e-9) })
})

it('finds a place west of Greenwich on a raster from 0° to 360°', () => {
  const globe: Grid = {
    width: 360,
    height: 1,
    originX: 0,
    originY: 1,
    cellWidth: 1,
    cellHeight: 1,
    values: Array.from({ length: 360 }, (_, at) => at),
    nodata: null,
  }

  expect(nearestCell(globe, [-9.5, 0.5], { withinKm: 1 })).toMatchObject({ value: 350, moved: false })
})

it('refuses a place that is none', () => {
  for (const place of [
    [Number.NaN, 0],
    [0, 91],
  ] as const) {
    expect(() => nearestCell(coast, place, { withinKm: 1 })).toThrow(expect.objectContaining({ code: 'data/geometry' }))
  }
})
