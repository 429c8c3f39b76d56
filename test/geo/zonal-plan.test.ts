/** Coverage worked out once: rules for cells, details, and what is left over. */
import { coverageOf, zonalPlan, zonalStatistics, type Feature, type Grid } from 'd2flow/geo'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { near } from '../analysis/near.ts'

const refusal = (code: string) => expect.objectContaining({ code }) as unknown as Error

const grid = (width: number, height: number, values: readonly number[], nodata: number | null = null): Grid => ({
  width,
  height,
  originX: 0,
  originY: height,
  cellWidth: 1,
  cellHeight: 1,
  values,
  nodata,
})
const polygon = (...ring: (readonly [number, number])[]): Feature => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [ring] },
})
const box = (west: number, south: number, east: number, north: number): Feature =>
  polygon([west, south], [east, south], [east, north], [west, north])

describe('one plan for many rasters', () => {
  const places = [box(0.5, 0, 2, 1.5), box(2, 0, 3, 2)]
  const plan = zonalPlan(grid(3, 2, [1, 2, 3, 4, 5, 6]), places)

  it('answers as each raster would alone', () => {
    for (const values of [
      [1, 2, 3, 4, 5, 6],
      [9, -1, 0, 2, 2, 7],
    ]) {
      expect(plan.statistics({ values, nodata: null })).toEqual(zonalStatistics(grid(3, 2, values), places))
    }
  })

  it('refuses a raster of other cells, in number or in place', () => {
    expect(() => plan.statistics({ values: [1, 2], nodata: null })).toThrow(refusal('data/grid'))
    expect(() => plan.statistics({ ...grid(3, 2, [1, 2, 3, 4, 5, 6]), originX: 0.5 })).toThrow(
      expect.objectContaining({ code: 'data/grid', message: 'the raster has the originX 0.5, the plan 0' }),
    )
    expect(() => plan.statistics(grid(2, 3, [1, 2, 3, 4, 5, 6]))).toThrow(refusal('data/grid'))
    expect(() => plan.details({ values: [1, 2, 3, 4, 5, 6], nodata: null }, { weights: grid(1, 1, [1]) })).toThrow(
      refusal('data/grid'),
    )
  })

  it('refuses a shape that crosses itself, or keeps it and says where', () => {
    const bowTie = polygon([0, 0], [2, 2], [2, 0], [0, 2])

    expect(() => zonalPlan(grid(3, 2, []), [bowTie])).toThrow(refusal('data/geometry'))
    expect(zonalPlan(grid(3, 2, []), [bowTie], { defects: 'keep' }).coverages[0]?.defect).toMatchObject({
      kind: 'crosses itself',
    })
  })

  it('has no answer where too little of a place lies on the raster', () => {
    const half = zonalPlan(grid(2, 1, [5, 7]), [box(1, 0, 3, 1)])
    const raster = { values: [5, 7], nodata: null }

    expect(half.coverages[0]?.coveredShare).toBe(0.5)
    expect(half.statistics(raster, { minimumCoverage: 0.5 })[0]).toMatchObject({ mean: 7 })
    expect(half.statistics(raster, { minimumCoverage: 0.6 })[0]).toEqual({
      count: 1,
      sum: null,
      mean: null,
      min: null,
      max: null,
    })
    expect(half.details(raster, { minimumCoverage: 0.6 })[0]).toMatchObject({
      count: 1,
      sum: null,
      median: null,
      coveredShare: 0.5,
    })
  })
})

describe('which cells count', () => {
  const raster = grid(
    4,
    4,
    Array.from({ length: 16 }, (_, cell) => cell),
  )

  it('by their middle wholly or not at all', () => {
    // Covers 60 % of the first column's width and 40 % of the third's: the middles of two columns and two rows
    const place = box(0.4, 1.4, 2.4, 3.4)

    const { starts, lengths, fractions, coveredShare } = coverageOf(raster, place, { cells: 'centre' })

    expect(
      [...starts.entries()].flatMap(([run, start]) => Array.from({ length: lengths[run] ?? 0 }, (_, at) => start + at)),
    ).toEqual([4, 5, 8, 9])
    expect([...fractions].every((fraction) => fraction === 1)).toBe(true)
    expect(coveredShare).toEqual(near(1))
  })

  it('by any touch of their area wholly', () => {
    expect(zonalPlan(raster, [box(0.9, 1, 2.1, 2)], { cells: 'all-touched' }).statistics(raster)[0]).toEqual({
      count: 3,
      sum: 8 + 9 + 10,
      mean: 9,
      min: 8,
      max: 10,
    })
  })

  it('gives a place smaller than a cell nothing by its middle, and a point its cell by any rule', () => {
    const small = box(0.1, 0.1, 0.3, 0.3)
    const point: Feature = { type: 'Feature', geometry: { type: 'Point', coordinates: [2.5, 1.5] } }

    expect(zonalPlan(raster, [small], { cells: 'centre' }).statistics(raster)[0]).toMatchObject({
      count: 0,
      mean: null,
    })
    for (const cells of ['coverage', 'centre', 'all-touched'] as const) {
      expect(zonalPlan(raster, [point], { cells }).statistics(raster)[0]).toMatchObject({ count: 1, sum: 10 })
    }
  })

  it('agrees with asking each middle whether it lies inside, and leaves the hole out', () => {
    const radius = fc.double({ min: 0.3, max: 3.9, noNaN: true })

    fc.assert(
      fc.property(fc.array(radius, { minLength: 3, maxLength: 12 }), (radii) => {
        const ring = radii.map((size, index) => {
          const angle = (2 * Math.PI * index) / radii.length
          return [4.01 + size * Math.cos(angle), 3.99 + size * Math.sin(angle)] as const
        })
        const raster8 = grid(
          8,
          8,
          Array.from({ length: 64 }, () => 1),
        )
        const found = zonalPlan(raster8, [polygon(...ring)], { cells: 'centre' }).statistics(raster8)[0]?.count
        const middles = Array.from({ length: 64 }, (_, cell) => [(cell % 8) + 0.5, 7.5 - Math.floor(cell / 8)] as const)

        expect(found).toBe(middles.filter((middle) => contains(ring, middle)).length)
      }),
    )
    const withHole: Feature = {
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [4, 0],
            [4, 4],
            [0, 4],
          ],
          [
            [1, 1],
            [1, 3],
            [3, 3],
            [3, 1],
          ],
        ],
      },
    }
    expect(zonalPlan(raster, [withHole], { cells: 'centre' }).statistics(raster)[0]?.count).toBe(12)
  })

  it('shares a raster out by middles, border or no border', () => {
    const halves = [box(0, 0, 2.5, 4), box(2.5, 0, 4, 4)]
    const sums = zonalPlan(raster, halves, { cells: 'centre' }).statistics(raster)

    expect(sums.map(({ count }) => count)).toEqual([8, 8])
  })
})

/** The even-odd rule, by a ray to the east. */
function contains(ring: readonly (readonly [number, number])[], [x, y]: readonly [number, number]): boolean {
  return ring.reduce((inside, [ax, ay], index) => {
    const [bx, by] = ring[(index + 1) % ring.length] ?? [ax, ay]
    const crosses = ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax
    return crosses ? !inside : inside
  }, false)
}

describe('details', () => {
  it('gives spread and quantiles by the shares of cells', () => {
    // Shares ½ 1 1 of the values 4 2 8: by hand, Σ = 14, n = 2.5, mean 4.8 …
    const plan = zonalPlan(grid(3, 1, [4, 2, 8]), [box(0.5, 0, 3, 1)])
    const variance = (0.5 * (4 - 4.8) ** 2 + (2 - 4.8) ** 2 + (8 - 4.8) ** 2) / 2.5

    expect(plan.details(grid(3, 1, [4, 2, 8]), { quantiles: [0, 0.4, 0.5, 0.6, 1] })[0]).toMatchObject({
      count: 2.5,
      sum: 12,
      mean: near(4.8),
      min: 2,
      max: 8,
      variance: near(variance),
      sd: near(Math.sqrt(variance)),
      median: 4,
      quantiles: [
        { p: 0, value: 2 },
        { p: 0.4, value: 3 },
        { p: 0.5, value: 4 },
        { p: 0.6, value: 6 },
        { p: 1, value: 8 },
      ],
    })
  })

  it('gives the shares of classes, and the density on the sphere', () => {
    const raster = { ...grid(2, 2, [7, 7, 1, -9], -9) }
    const [detail] = zonalPlan(raster, [box(0, 0, 2, 2)]).details(raster, { classes: true })

    expect(detail?.classes).toEqual([
      { value: 7, share: near(2 / 3) },
      { value: 1, share: near(1 / 3) },
    ])
    // Two degrees at the equator: 2π/180 · sin 2° · 6371.0088² km²
    expect(detail?.densityPerKm2).toEqual(
      near(15 / ((2 * Math.PI * Math.sin((2 * Math.PI) / 180) * 6371.0088 ** 2) / 180)),
    )
  })

  it('weighs by a second raster, and agrees with the plain numbers without it', () => {
    const raster = grid(2, 1, [10, 20])
    const plan = zonalPlan(raster, [box(0, 0, 2, 1)])

    expect(plan.details(raster, { weights: grid(2, 1, [3, 1]) })[0]).toMatchObject({ weightedMean: 12.5, mean: 15 })
    expect(plan.details(raster, { weights: grid(2, 1, [-1, 1], -1) })[0]?.weightedMean).toBe(20)
    expect(plan.details(raster, { weights: grid(2, 1, [0, 0]) })[0]?.weightedMean).toBeNull()
    expect(plan.details(raster)[0]).toMatchObject({ ...plan.statistics(raster)[0], weightedMean: null })
  })

  it('says nothing where nothing has a value, and counts it as 0 when asked to', () => {
    const nowhere = grid(2, 1, [-9, Number.NaN], -9)
    const plan = zonalPlan(nowhere, [box(0, 0, 2, 1)])

    expect(plan.details(nowhere, { quantiles: [0.9] })[0]).toMatchObject({
      count: 0,
      sum: null,
      sd: null,
      densityPerKm2: null,
      quantiles: [{ p: 0.9, value: null }],
    })
    expect(plan.details(nowhere, { nodata: 'zero' })[0]).toMatchObject({ count: 2, sum: 0, median: 0 })
  })
})

describe('area weight', () => {
  const raster: Grid = { ...grid(1, 2, [0, 10]), originY: 60, cellHeight: 30, cellWidth: 30 }

  it('R25 leans to the larger cells nearer the equator, and leaves sums alone', () => {
    // sin 60° − sin 30° against sin 30° − 0
    const [north, south] = [Math.sin(Math.PI / 3) - 0.5, 0.5]
    const place = [box(0, 0, 30, 60)]

    expect(zonalStatistics(raster, place, { areaWeight: true })[0]).toMatchObject({
      count: 2,
      sum: 10,
      mean: near((10 * south) / (north + south)),
    })
    expect(zonalPlan(raster, place).details(raster, { areaWeight: true })[0]?.mean).toEqual(
      near((10 * south) / (north + south)),
    )
    expect(zonalStatistics(raster, place)[0]?.mean).toBe(5)
  })

  it('refuses a grid that is not in degrees', () => {
    const metres: Grid = { ...raster, originY: 600_000, cellHeight: 1000 }

    expect(() => zonalStatistics(metres, [box(0, 599_000, 1, 600_000)], { areaWeight: true })).toThrow(
      refusal('data/grid'),
    )
  })
})

describe('what is left over', () => {
  const raster = grid(3, 2, [1, 2, 4, 8, 16, 32])

  it('is what no place has, and what several have', () => {
    const places = [box(0, 0, 1.5, 2), box(1, 0, 2, 2)]

    expect(zonalPlan(raster, places).remainder(raster)).toEqual({
      whole: { cells: 6, sum: 63 },
      unallocated: { cells: 2, sum: 36 },
      overlap: { cells: 1, sum: 9, features: [0, 1] },
    })
  })

  it('is nothing for places that share the raster out', () => {
    const cut = fc.array(fc.double({ min: 0.1, max: 2.9, noNaN: true }), { maxLength: 4 })

    fc.assert(
      fc.property(cut, (inner) => {
        const cuts = [0, ...inner.toSorted((a, b) => a - b), 3]
        const places = cuts.slice(1).flatMap((east, index) => {
          const west = cuts[index] ?? 0
          return east - west > 1e-6 ? [box(west, 0, east, 2)] : []
        })
        const plan = zonalPlan(raster, places)
        const gaps = cuts.slice(1).reduce((sum, east, index) => sum + (east - (cuts[index] ?? 0) > 1e-6 ? 0 : 1), 0)
        fc.pre(gaps === 0)

        const { unallocated, overlap } = plan.remainder(raster)
        const sums = plan.statistics(raster).reduce((total, { sum }) => total + (sum ?? 0), 0)

        expect(unallocated.sum + overlap.sum).toBeLessThan(1e-9)
        expect(sums).toEqual(near(63))
      }),
    )
  })

  it('does not count cells without a value', () => {
    const holes = grid(3, 1, [1, -9, 4], -9)

    expect(zonalPlan(holes, []).remainder(holes)).toMatchObject({
      whole: { cells: 2, sum: 5 },
      unallocated: { sum: 5 },
    })
  })
})
