/** Zonal statistics: laws that hold for every raster and every shape, and small cases worked out by hand. */
import { coverageOf, weightedMeanOf, zonalOf, zonalStatistics, type Feature, type Grid } from 'd2flow/geo'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

type Ring = readonly (readonly [number, number])[]

const feature = (...rings: Ring[]): Feature => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: rings } })
const box = (west: number, south: number, east: number, north: number): Ring => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]
const grid = (width: number, height: number, value: (column: number, row: number) => number): Grid => ({
  width,
  height,
  originX: 20,
  originY: 10,
  cellWidth: 0.25,
  cellHeight: 0.25,
  values: Float64Array.from({ length: width * height }, (_, cell) => value(cell % width, Math.floor(cell / width))),
  nodata: null,
})
/** Values without a pattern, the same in every run (a linear congruential generator). */
const uneven = (column: number, row: number) => ((column * 1_103_515 + row * 12_345 + 99_991) * 7919) % 1000
const first = (raster: Grid, shape: Feature, options?: Parameters<typeof zonalStatistics>[2]) => {
  const [zonal] = zonalStatistics(raster, [shape], options)
  if (zonal === undefined) throw new Error('one feature has one answer')
  return zonal
}
const total = (raster: Grid) => Array.from(raster.values).reduce((sum, value) => sum + value, 0)

/** A star-shaped ring: any angles in order, any distances from the middle. It never crosses itself. */
const star = fc
  .record({
    x: fc.double({ min: 20.5, max: 24.5, noNaN: true }),
    y: fc.double({ min: 5.5, max: 9.5, noNaN: true }),
    radii: fc.array(fc.double({ min: 0.05, max: 3, noNaN: true }), { minLength: 3, maxLength: 40 }),
  })
  .map(({ x, y, radii }): Ring =>
    radii.map((radius, index) => {
      const angle = (2 * Math.PI * index) / radii.length
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const
    }),
  )

describe('by hand', () => {
  it('R25 weighs each cell with the share of it that is covered', () => {
    // a quarter of the cell of 1, half of the cells of 2 and 3, all of the cell of 4
    const raster: Grid = {
      ...grid(2, 2, (column, row) => 1 + column + 2 * row),
      originX: 0,
      originY: 2,
      cellWidth: 1,
      cellHeight: 1,
    }

    const zonal = first(raster, feature(box(0.5, 0, 2, 1.5)))

    expect(zonal).toEqual({ count: 2.25, sum: 0.25 + 1 + 1.5 + 4, mean: 6.75 / 2.25, min: 1, max: 4 })
  })

  it('knows the shares of a triangle', () => {
    const raster: Grid = { ...grid(2, 2, () => 1), originX: 0, originY: 2, cellWidth: 1, cellHeight: 1 }

    // under the line from (0, 0) to (2, 1): a quarter of the lower left cell, three quarters of the lower right
    const { starts, fractions } = coverageOf(
      raster,
      feature([
        [0, 0],
        [2, 0],
        [2, 1],
      ]),
    )

    expect([...starts]).toEqual([2, 3])
    expect([...fractions]).toEqual([0.25, 0.75])
  })

  it('does not count cells that are only touched along an edge', () => {
    const raster = grid(20, 20, (column) => (column < 10 ? 1 : 1000))

    const zonal = first(raster, feature(box(20, 5, 22.5, 10)))

    expect(zonal).toEqual({ count: 200, sum: 200, mean: 1, min: 1, max: 1 })
  })

  it('does not count a touched cell where the degrees of the grid are no exact numbers', () => {
    // 3 arc-seconds, as WorldPop publishes them; the border is the edge of column 4321, written as a decimal
    const cell = 0.000833333333333
    const raster: Grid = {
      ...grid(5000, 3, (column) => (column < 4321 ? 1 : 1000)),
      originX: 29.573,
      cellWidth: cell,
      cellHeight: cell,
    }
    const border = Number((29.573 + 4321 * cell).toFixed(13))

    const zonal = first(raster, feature(box(29, 9, border, 11)))

    expect(zonal.max).toBe(1)
    expect(zonal.count).toBeCloseTo(4321 * 3, 6)
  })

  it('leaves cells without a value out, or counts them as 0 when asked to', () => {
    const raster: Grid = { ...grid(4, 1, (column) => [5, -99_999, Number.NaN, 7][column] ?? 0), nodata: -99_999 }
    const all = feature(box(20, 9, 21, 11))

    expect(first(raster, all)).toEqual({ count: 2, sum: 12, mean: 6, min: 5, max: 7 })
    expect(first(raster, all, { nodata: 'zero' })).toEqual({ count: 4, sum: 12, mean: 3, min: 0, max: 7 })
    expect(first({ ...raster, nodata: Number.NaN }, all).count).toBe(3)
  })

  it('answers 0 and null where nothing is covered', () => {
    const nothing = { count: 0, sum: null, mean: null, min: null, max: null }
    const raster = grid(4, 4, () => 3)

    expect(first(raster, feature(box(50, 50, 51, 51)))).toEqual(nothing)
    expect(first({ ...raster, nodata: 3 }, feature(box(20, 9, 21, 10)))).toEqual(nothing)
    expect(first(raster, { type: 'Feature', geometry: null })).toEqual(nothing)
    expect(
      first(
        raster,
        feature([
          [20, 9.3],
          [20.5, 9.3],
          [20.9, 9.3],
        ]),
      ),
    ).toEqual(nothing)
  })

  it('gives a point the value of its cell', () => {
    const raster = grid(4, 4, (column, row) => column + 10 * row)

    const zonal = first(raster, { type: 'Feature', geometry: { type: 'Point', coordinates: [20.6, 9.4] } })

    expect(zonal).toEqual({ count: 1, sum: 22, mean: 22, min: 22, max: 22 })
  })

  it('finds a place west of Greenwich on a raster that counts from 0° to 360°', () => {
    const raster: Grid = { ...grid(360, 180, (column) => column), originX: 0, originY: 90, cellWidth: 1, cellHeight: 1 }

    const zonal = first(raster, feature(box(-1, 0, 1, 1)))

    expect(zonal).toEqual({ count: 2, sum: 359, mean: 179.5, min: 0, max: 359 })
  })

  it('gives a place across the 180th meridian the same answer cut there and going on past it', () => {
    const raster: Grid = { ...grid(360, 180, uneven), originX: -180, originY: 90, cellWidth: 1, cellHeight: 1 }
    const cut: Feature = {
      type: 'Feature',
      geometry: { type: 'MultiPolygon', coordinates: [[box(177.5, -19, 180, -16)], [box(-180, -19, -178, -16)]] },
    }

    const [cutThere, goingOn] = zonalStatistics(raster, [cut, feature(box(177.5, -19, 182, -16))])

    expect(cutThere?.count).toBe(13.5)
    expect(goingOn).toEqual(cutThere)
  })

  it('takes no turn of the globe on a grid that cannot be in degrees', () => {
    const raster: Grid = { ...grid(1000, 1000, () => 1), originX: 0, originY: 1000, cellWidth: 1, cellHeight: 1 }

    expect(first(raster, feature(box(400, 400, 410, 410))).count).toBe(100)
  })

  it('says how much of a shape lies on the grid', () => {
    expect(
      coverageOf(
        grid(4, 4, () => 1),
        feature(box(19.5, 9, 20.5, 10)),
      ).coveredShare,
    ).toBeCloseTo(0.5, 12)
  })

  it('weighs a mean by a second raster and leaves out what either lacks', () => {
    const raster = grid(4, 1, (column) => [10, 20, 30, Number.NaN][column] ?? 0)
    const people = { values: [1, 3, -1, 8], nodata: -1 }
    const coverage = coverageOf(raster, feature(box(20, 9, 21, 11)))

    expect(weightedMeanOf(coverage, raster, people)).toBe(70 / 4)
    expect(weightedMeanOf(coverage, raster, { values: [0, 0, 0, 0], nodata: null })).toBeNull()
  })
})

describe('laws', () => {
  it('finds k · count in a raster of k everywhere, and k as its mean', () => {
    fc.assert(
      fc.property(star, fc.integer({ min: -1000, max: 1000 }), (ring, k) => {
        const zonal = first(
          grid(20, 20, () => k),
          feature(ring),
        )

        if (zonal.count === 0) return
        expect(zonal.mean).toBeCloseTo(k, 9)
        expect(Math.abs((zonal.sum ?? 0) - k * zonal.count)).toBeLessThanOrEqual(1e-10 * Math.abs(k))
      }),
    )
  })

  it('counts as many cells as the area of a shape inside the grid says', () => {
    fc.assert(
      fc.property(star, (ring) => {
        const wide: Grid = { ...grid(60, 60, () => 1), originX: 15, originY: 15 }

        const coverage = coverageOf(wide, feature(ring))

        expect(coverage.coveredShare).toBeCloseTo(1, 10)
        expect(coverage.defect).toBeNull()
      }),
    )
  })

  it('R25 shares a raster out among a mosaic of places with common borders, to the last person', () => {
    const raster = grid(40, 40, uneven)
    const node = (at: number) => fc.double({ min: at - 0.9, max: at + 0.9, noNaN: true })
    const corners = fc.tuple(
      ...Array.from({ length: 25 }, (_, index) =>
        fc.tuple(node(20 + 2.5 * (index % 5)), node(10 - 2.5 * Math.floor(index / 5))),
      ),
    )
    fc.assert(
      fc.property(corners, (inner) => {
        // 6 × 6 quadrilaterals over a box larger than the raster; only inner corners move
        const corner = (i: number, j: number): readonly [number, number] =>
          i === 0 || j === 0 || i === 6 || j === 6
            ? [20 - 2.5 + 2.5 * i, 12.5 - 2.5 * j]
            : (inner[(j - 1) * 5 + i - 1] ?? [0, 0])
        const mosaic = Array.from({ length: 36 }, (_, cell) => {
          const [i, j] = [cell % 6, Math.floor(cell / 6)]
          return feature([corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)])
        })

        const sums = mosaic.map((shape) => zonalOf(coverageOf(raster, shape), raster).sum ?? 0)

        const whole = total(raster)
        expect(Math.abs(sums.reduce((sum, part) => sum + part, 0) - whole) / whole).toBeLessThan(1e-12)
      }),
      { numRuns: 30 },
    )
  })

  it('does not mind where a ring starts, which way it runs, or whether it is closed', () => {
    const raster = grid(20, 20, uneven)
    fc.assert(
      fc.property(star, fc.nat({ max: 39 }), (ring, start) => {
        const turn = start % ring.length
        const forms: Ring[] = [
          ring.toReversed(),
          [...ring.slice(turn), ...ring.slice(0, turn)],
          [...ring, ...ring.slice(0, 1)],
        ]

        const plain = first(raster, feature(ring))

        for (const form of forms) {
          const zonal = first(raster, feature(form))
          expect(Math.abs((zonal.sum ?? 0) - (plain.sum ?? 0))).toBeLessThanOrEqual(1e-11 * Math.abs(plain.sum ?? 0))
          expect([zonal.min, zonal.max]).toEqual([plain.min, plain.max])
        }
      }),
    )
  })

  it('takes out of a place exactly what lies in its hole', () => {
    const raster = grid(20, 20, uneven)
    fc.assert(
      fc.property(star, (ring) => {
        const outer = box(15, 0, 30, 15)

        const holed = first(raster, feature(outer, ring))

        const hole = first(raster, feature(ring)).sum ?? 0
        expect(Math.abs((holed.sum ?? 0) + hole - total(raster)) / total(raster)).toBeLessThan(1e-12)
      }),
    )
  })

  it('R25 adds up over the two parts of a place cut in two', () => {
    const raster = grid(20, 20, uneven)
    const convex = fc.record({
      x: fc.double({ min: 20, max: 25, noNaN: true }),
      radius: fc.double({ min: 0.1, max: 4, noNaN: true }),
      vertices: fc.integer({ min: 4, max: 60 }),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(convex, ({ x, radius, vertices, from }) => {
        const ring = Array.from({ length: vertices }, (_, index) => {
          const angle = from + (2 * Math.PI * index) / vertices
          return [x + radius * Math.cos(angle), 7 + radius * Math.sin(angle)] as const
        })
        const cut = 2 + Math.floor(from * (vertices - 3))

        const pieces = [ring.slice(0, cut + 1), [...ring.slice(cut), ...ring.slice(0, 1)]].map((piece) =>
          piece.length < 3 ? 0 : (first(raster, feature(piece)).sum ?? 0),
        )

        const whole = first(raster, feature(ring)).sum ?? 0
        expect(Math.abs((pieces[0] ?? 0) + (pieces[1] ?? 0) - whole)).toBeLessThanOrEqual(1e-11 * whole)
      }),
    )
  })

  it('does not mind the unit of length: raster and place scaled together give the same numbers', () => {
    const raster = grid(20, 20, uneven)
    fc.assert(
      fc.property(star, fc.constantFrom(0.125, 0.5, 2, 4), (ring, scale) => {
        const scaled: Grid = {
          ...raster,
          originX: raster.originX * scale,
          originY: raster.originY * scale,
          cellWidth: raster.cellWidth * scale,
          cellHeight: raster.cellHeight * scale,
        }

        const zonal = first(scaled, feature(ring.map(([x, y]) => [x * scale, y * scale] as const)))

        // powers of two: not even the rounding differs
        expect(zonal).toEqual(first(raster, feature(ring)))
      }),
    )
  })

  it('agrees with plain sums where a box lies along the cells', () => {
    const raster = grid(20, 20, uneven)
    const edge = fc.integer({ min: 0, max: 20 })
    fc.assert(
      fc.property(edge, edge, edge, edge, (a, b, c, d) => {
        const [left, right, top, bottom] = [Math.min(a, b), Math.max(a, b), Math.min(c, d), Math.max(c, d)]
        fc.pre(left < right && top < bottom)
        const inside = Array.from(raster.values).filter((_, cell) => {
          const [column, row] = [cell % 20, Math.floor(cell / 20)]
          return column >= left && column < right && row >= top && row < bottom
        })

        const zonal = first(raster, feature(box(20 + left / 4, 10 - bottom / 4, 20 + right / 4, 10 - top / 4)))

        const sum = inside.reduce((all, value) => all + value, 0)
        expect(zonal).toEqual({
          count: inside.length,
          sum,
          mean: sum / inside.length,
          min: Math.min(...inside),
          max: Math.max(...inside),
        })
      }),
    )
  })
})

describe('broken input', () => {
  it('names a shape that crosses itself, and where', () => {
    const bowTie: Feature = {
      ...feature([
        [20, 10],
        [24, 6],
        [24, 10],
        [20, 6],
      ]),
      id: 'O6uvpzGd5pu',
    }

    expect(() =>
      zonalStatistics(
        grid(20, 20, () => 1),
        [feature(box(20, 9, 21, 10)), bowTie],
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'data/geometry',
        message: expect.stringContaining('feature 1 ("O6uvpzGd5pu") crosses itself near'),
        hint: expect.stringContaining('repair the shape'),
      }),
    )
  })

  it('tells parts that overlap, where the caller goes on by itself', () => {
    const coverage = coverageOf(
      grid(20, 20, () => 1),
      {
        type: 'MultiPolygon',
        coordinates: [[box(20, 6, 23, 9)], [box(22, 7, 24, 8)]],
      },
    )

    expect(coverage.defect).toEqual({ kind: 'overlaps itself', at: [22.125, 7.875], share: 2 })
  })

  it('refuses lines', () => {
    const road: Feature = {
      type: 'Feature',
      geometry: {
        type: 'LineString',
        coordinates: [
          [20, 9],
          [21, 9],
        ],
      },
    }

    expect(() =>
      zonalStatistics(
        grid(4, 4, () => 1),
        [road],
      ),
    ).toThrow(expect.objectContaining({ code: 'data/geometry', message: 'a line covers no cells' }))
  })

  it.each([
    { what: 'values that do not fill it', change: { values: [1, 2, 3] }, message: /4 × 4 cells comes with 3 values/ },
    { what: 'no columns', change: { width: 0, values: [] }, message: /the width of a grid is 0/ },
    { what: 'rows that go upwards', change: { cellHeight: -0.25 }, message: /the cellHeight of a grid is -0.25/ },
    { what: 'no origin', change: { originX: Number.NaN }, message: /the origin of a grid is NaN, 10/ },
  ])('refuses a grid with $what', ({ change, message }) => {
    const raster = { ...grid(4, 4, () => 1), ...change }

    const act = () => zonalStatistics(raster, [feature(box(20, 9, 21, 10))])

    expect(act).toThrow(message)
    expect(act).toThrow(expect.objectContaining({ code: 'data/grid', hint: expect.any(String) }))
  })
})
