/** Boxes, centroids and areas of places, against answers worked out by hand. */
import { areaKm2, boundingBox, centroid, representativePoint, splitBox, type Feature, type Geometry } from 'd2flow/geo'
import type { Feature as StandardFeature } from 'geojson'
import { describe, expect, it } from 'vitest'

const box = (west: number, south: number, east: number, north: number) => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]
const polygon = (...rings: number[][][]): Geometry => ({ type: 'Polygon', coordinates: rings })
const multi = (...polygons: number[][][][]): Geometry => ({ type: 'MultiPolygon', coordinates: polygons })

const R = 6371.0088

describe('areaKm2', () => {
  it('gives the whole sphere its 4πR²', () => {
    const world = polygon(box(-180, -90, 180, 90))

    const area = areaKm2(world)

    expect(area / (4 * Math.PI * R ** 2)).toBeCloseTo(1, 13)
  })

  it('gives a box of meridians and parallels R² · Δλ · Δ sin φ', () => {
    const cell = polygon(box(30, 59, 31, 60))

    const area = areaKm2(cell)

    const sines = Math.sin(Math.PI / 3) - Math.sin((59 * Math.PI) / 180)
    expect(area / (R ** 2 * (Math.PI / 180) * sines)).toBeCloseTo(1, 12)
  })

  it('integrates a slanted edge exactly, so that the two halves of a box make the box', () => {
    const lower = polygon([
      [0, 0],
      [10, 0],
      [10, 60],
    ])
    const upper = polygon([
      [0, 0],
      [10, 60],
      [0, 60],
    ])

    const whole = areaKm2(polygon(box(0, 0, 10, 60)))

    expect((areaKm2(lower) + areaKm2(upper)) / whole).toBeCloseTo(1, 13)
    // ∫ (10°/60°) · φ · cos φ dφ from 0 to 60°, taken from the diagonal to the eastern edge, is:
    const [phi, slope] = [Math.PI / 3, 1 / 6]
    const below = R ** 2 * (phi * slope * Math.sin(phi) - slope * (phi * Math.sin(phi) + Math.cos(phi) - 1))
    expect(areaKm2(lower) / below).toBeCloseTo(1, 12)
  })

  it('subtracts holes whatever way the rings run, and adds parts', () => {
    const outer = box(10, -5, 14, -1)
    const hole = box(11, -4, 12, -3)

    const areas = [polygon(outer, hole), polygon(outer.toReversed(), hole), polygon(outer, hole.toReversed())].map(
      areaKm2,
    )

    const expected = areaKm2(polygon(outer)) - areaKm2(polygon(hole))
    for (const area of areas) expect(area).toBeCloseTo(expected, 6)
    expect(areaKm2(multi([outer], [hole]))).toBeCloseTo(areaKm2(polygon(outer)) + areaKm2(polygon(hole)), 6)
  })

  it('is 0 for points and lines', () => {
    expect(areaKm2({ type: 'Point', coordinates: [1, 2] })).toBe(0)
    expect(
      areaKm2({
        type: 'LineString',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toBe(0)
  })

  it('refuses latitudes beyond a pole', () => {
    expect(() => areaKm2(polygon(box(500_000, 0, 500_100, 100)))).toThrow(
      expect.objectContaining({ code: 'data/geometry', retryable: false, hint: expect.stringContaining('swapped') }),
    )
  })
})

describe('centroid', () => {
  it('R26 is that of the area, not of the vertices', () => {
    const plain = polygon(box(0, 0, 4, 2))
    const dense = polygon([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [3.5, 0],
      [3.9, 0],
      [4, 0],
      [4, 2],
      [0, 2],
    ])

    expect(centroid(plain)).toEqual([2, 1])
    expect(centroid(dense)[0]).toBeCloseTo(2, 12)
    expect(centroid(dense)[1]).toBeCloseTo(1, 12)
  })

  it('weighs parts by their area and leaves holes out', () => {
    // an L of three unit squares: (0.5, 0.5), (1.5, 0.5), (0.5, 1.5)
    const [x, y] = centroid(
      polygon([
        [0, 0],
        [2, 0],
        [2, 1],
        [1, 1],
        [1, 2],
        [0, 2],
      ]),
    )
    expect([x, y].map((value) => Number(value.toFixed(12)))).toEqual([0.833333333333, 0.833333333333])

    // 16 cells about (2, 2) less one about (3.5, 3.5): (32 − 3.5) / 15
    const holed = centroid(polygon(box(0, 0, 4, 4), box(3, 3, 4, 4)))
    expect(holed[0]).toBeCloseTo(28.5 / 15, 12)

    // 4 cells about 1 and 1 cell about 10.5
    expect(centroid(multi([box(0, 0, 2, 2)], [box(10, 0, 11, 1)]))[0]).toBeCloseTo((4 * 1 + 10.5) / 5, 12)
  })

  it('R26 stays on the 180th meridian for a shape cut there', () => {
    const cut = multi([box(179, 0, 180, 1)], [box(-180, 0, -179, 1)])

    expect(Math.abs(centroid(cut)[0])).toBeCloseTo(180, 12)
    expect(centroid(cut)[1]).toBeCloseTo(0.5, 12)
  })

  it('is the mean of distinct vertices where there is no area', () => {
    expect(centroid({ type: 'Point', coordinates: [-11.5, 8.25] })).toEqual([-11.5, 8.25])
    expect(
      centroid({
        type: 'MultiPoint',
        coordinates: [
          [0, 0],
          [0, 0],
          [4, 2],
        ],
      }),
    ).toEqual([2, 1])
    expect(
      centroid(
        polygon([
          [0, 0],
          [1, 1],
          [2, 2],
        ]),
      ),
    ).toEqual([1, 1])
  })

  it('names what is wrong with a broken shape', () => {
    expect(() => centroid(multi())).toThrow(expect.objectContaining({ code: 'data/geometry' }))
    expect(() => centroid({ type: 'Point', coordinates: [] })).toThrow(/a position is \[\]/)
    expect(() =>
      centroid(
        polygon([
          [0, 0],
          [Number.NaN, 1],
          [2, 2],
        ]),
      ),
    ).toThrow(/not two numbers/)
    expect(() =>
      centroid(
        polygon([
          [0, 0],
          [1, 1],
          [0, 0],
        ]),
      ),
    ).toThrow(/a ring has 2 distinct vertices/)
  })
})

describe('representativePoint', () => {
  it('R26 lies inside a crescent, whose centroid does not', () => {
    const crescent = polygon([
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 9],
      [9, 9],
      [9, 1],
      [0, 1],
    ])

    const [x, y] = representativePoint(crescent)

    expect(centroid(crescent)[0]).toBeLessThan(9)
    expect(x).toBeGreaterThan(9)
    expect(x).toBeLessThan(10)
    expect(y).toBeGreaterThan(1)
    expect(y).toBeLessThan(9)
  })

  it('is the centroid where that lies inside', () => {
    expect(representativePoint(polygon(box(0, 0, 4, 2)))).toEqual([2, 1])
  })
})

describe('boundingBox', () => {
  it('is west, south, east, north over all vertices', () => {
    expect(boundingBox(multi([box(-13, 7, -10, 10)], [box(1, -2, 3, 4)]))).toEqual([-13, -2, 3, 10])
    expect(boundingBox({ type: 'Point', coordinates: [5, 6, 700] })).toEqual([5, 6, 5, 6])
  })

  it('R26 stays narrow for a shape cut at the 180th meridian, and splits into two boxes', () => {
    // like Fiji: a part to the west of the cut, two to the east of it
    const fiji = multi([box(177, -19, 180, -16)], [box(-180, -17, -179.8, -16)], [box(-179.5, -18, -178, -17)])

    const narrow = boundingBox(fiji)

    expect(narrow).toEqual([177, -19, -178, -16])
    expect(splitBox(narrow)).toEqual([
      [177, -19, 180, -16],
      [-180, -19, -178, -16],
    ])
  })

  it('leaves a country with islands all over the world alone', () => {
    expect(boundingBox(multi([box(-61, 14, -60, 15)], [box(55, -21, 56, -20)], [box(-5, 42, 8, 51)]))).toEqual([
      -61, -21, 56, 51,
    ])
  })
})

it('takes what the types of the standard describe, without a cast', () => {
  const standard: StandardFeature = {
    type: 'Feature',
    properties: { name: 'Bo' },
    geometry: { type: 'Polygon', coordinates: [box(-12, 7, -11, 8)] },
  }

  const ours: Feature = standard

  expect(ours.geometry === null ? null : centroid(ours.geometry)).toEqual([-11.5, 7.5])
})
