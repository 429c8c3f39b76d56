import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  centredYearMean,
  compoundGrowth,
  growthRates,
  mannKendall,
  movingMean,
  movingMedian,
  neweyWest,
  onCalendar,
  seasonalDecomposition,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const RISING = Object.freeze([5, 3, 8, 9, 12, 10, 10, 15, 14, 18, 17, 21])
const QUARTERS = Object.freeze([10, 14, 8, 25, 12, 17, 9, 29, 14, 20, 11, 33, 15.5, 22, 13, 38])

describe('onCalendar', () => {
  const periods = ['202601', '202602', '202603']
  const lay = (rows: readonly (readonly [string, number | null])[]) =>
    onCalendar(
      rows,
      periods,
      ([period]) => period,
      ([, value]) => value,
    )

  it('leaves a gap where a period has no row, and null where the row has no value', () => {
    expect(
      lay([
        ['202603', 3],
        ['202601', null],
      ]),
    ).toEqual({ values: [null, null, 3], gaps: ['202602'] })
    expect(lay([])).toEqual({ values: [null, null, null], gaps: periods })
  })

  it('refuses two rows of one period, and a row of none of them', () => {
    expect(() =>
      lay([
        ['202601', 1],
        ['202601', 2],
      ]),
    ).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => lay([['2026Q1', 1]])).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
  })
})

describe('mannKendall', () => {
  it('tests for a trend, ties and all', () => {
    // pymannkendall 1.4: original_test
    expect(mannKendall(RISING)).toEqual({
      s: 55,
      variance: near(211.66666666666666),
      z: near(3.711654341766742),
      p: near(0.00020590905178674568, 1e-11),
      slope: near(1.4444444444444444),
      n: 12,
      missing: 0,
      warning: null,
    })
  })

  it('compares within seasons when asked', () => {
    const values = [1, 5, 9, 2, 2, 6, 9, 3, 3, 6, 11, 4, 2, 8, 12, 6, 5, 9, 12, 7]

    // pymannkendall 1.4: seasonal_test(period=4); its slope is for a year of four steps
    expect(mannKendall(values, { seasonLength: 4 })).toMatchObject({
      s: 34,
      variance: near(62.66666666666667),
      z: near(4.168652009279269),
      p: near(3.0640638186030245e-5, 1e-11),
      slope: near(1 / 4),
    })
  })

  it('measures slopes over the real distances of time', () => {
    const line = [0, 2, null, null, 8, 10]

    expect(mannKendall(line)).toMatchObject({
      slope: 2,
      n: 4,
      missing: 2,
      warning: '4 values: only a very clear trend can be seen',
    })
    expect(mannKendall([1990, 2000, 2001, 2010], { times: [1990, 2000, 2001, 2010] })).toMatchObject({ slope: 1 })
  })

  it.each([
    ['too few', [], 0],
    ['too few', [1, 2, 3], 3],
    ['all missing', [null, null], 0],
    ['no variance', [4, 4, 4, 4], 4],
  ])('says "%s" where there is no trend to find', (reason, values, n) => {
    expect(mannKendall(values)).toMatchObject({ s: null, n, reason })
  })

  it('refuses what is not finite, times that do not rise, and lists of unequal length', () => {
    expect(() => mannKendall([1, 2, Infinity, 4])).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => mannKendall([1, 2], { times: [1, 1] })).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => mannKendall([1, 2], { times: [1] })).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
  })

  it('turns its sign with the series, and does not mind what the scale of values is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 25 }), (values) => {
        const [there, mirrored, scaled] = [
          mannKendall(values),
          mannKendall(values.map((value) => -value)),
          mannKendall(values.map((value) => 8 * value)),
        ]

        expect((there.s ?? 0) + (mirrored.s ?? 0)).toBe(0)
        expect(scaled.s).toBe(there.s)
      }),
    )
  })
})

describe('growth', () => {
  it('has no rate from a missing base, from nothing or from a debt', () => {
    expect(growthRates([100, 110, null, 121, 0, 5, -2, 4])).toEqual([null, near(0.1), null, null, -1, null, -1.4, null])
    expect(growthRates([1, 2, 4, 8], 2)).toEqual([null, null, 3, 3])
  })

  it('compounds over years', () => {
    expect(compoundGrowth(100, 121, 2)).toEqual(near(0.1))
    expect([compoundGrowth(0, 1, 1), compoundGrowth(1, null, 1), compoundGrowth(1, 2, 0)]).toEqual([null, null, null])
  })
})

describe('moving windows', () => {
  it('counts steps and not values, and has nothing at the edges', () => {
    expect(movingMean([1, 2, 3, null, 5, 6], { length: 2 })).toEqual([null, 1.5, 2.5, null, null, 5.5])
    expect(movingMean([1, 2, 3, null, 5], { length: 3, align: 'centred' })).toEqual([null, 2, null, null, null])
    expect(movingMedian([1, 9, 2, null, 5], { length: 3, minCount: 2 })).toEqual([null, 5, 2, 5.5, 3.5])
  })

  it('takes half of both ends for a year of an even number of steps', () => {
    expect(centredYearMean(QUARTERS.slice(0, 6), 4)).toEqual([null, null, 14.5, 15.125, null, null])
    expect(centredYearMean([1, 2, 6], 3)).toEqual([null, 3, null])
  })

  it('refuses a window that is none, or has no middle', () => {
    for (const window of [
      { length: 0 },
      { length: 2.5 },
      { length: 3, minCount: 4 },
      { length: 4, align: 'centred' as const },
    ]) {
      expect(() => movingMean([1, 2], window)).toThrow(expect.objectContaining({ code: 'data/value' }))
    }
  })
})

describe('seasonalDecomposition', () => {
  it('takes a series apart into sums', () => {
    // statsmodels 0.15: seasonal_decompose(model='additive', period=4)
    const parts = seasonalDecomposition(QUARTERS, { period: 4 })

    expect(parts).toMatchObject({
      indices: [-4.348958333333333, 0.734375, -7.744791666666667, 11.359375].map((index, season) => ({
        season,
        index: near(index),
        n: 3,
      })),
      strength: near(0.9869601154397596),
      warning: null,
    })
    expect('trend' in parts && [parts.trend[2], parts.trend[13], parts.trend[14]]).toEqual([14.5, 21.5, null])
    expect('residual' in parts && [parts.residual[1], parts.residual[2]]).toEqual([null, near(1.244791666666667)])
  })

  it('takes a series apart into factors', () => {
    const parts = seasonalDecomposition(QUARTERS, { period: 4, model: 'multiplicative' })

    expect(parts).toMatchObject({ strength: near(0.9988085841965567, 1e-10) })
    expect(parts.indices?.map(({ index }) => index)).toEqual(
      [0.7630661801564733, 1.0418455501098447, 0.547234013900708, 1.647854255832974].map((index) => near(index)),
    )
  })

  it('takes an odd year as it is', () => {
    expect(seasonalDecomposition(QUARTERS.slice(0, 15), { period: 3 }).indices?.map(({ index }) => index)).toEqual(
      [-0.8805555555555549, 0.46944444444444394, 0.4111111111111108].map((index) => near(index, 1e-11)),
    )
  })

  it('keeps week 53 a season of its own', () => {
    const weeks = [1, 2, 53, 1, 2, 1, 2, 1, 2]

    expect(
      seasonalDecomposition([1, 2, 9, 1, 2, 1, 2, 1, 2], { period: 2, seasons: weeks }).indices?.map(
        ({ season }) => season,
      ),
    ).toEqual([1, 2, 53])
  })

  it('leaves a gap in trend and rest, and says when it cannot know a season', () => {
    const gap = seasonalDecomposition([...QUARTERS.slice(0, 8), null, ...QUARTERS.slice(9)], { period: 4 })

    expect('residual' in gap && gap.residual.filter((value) => value === null)).toHaveLength(4 + 5)
    expect(seasonalDecomposition([1, null, 1, null, 1, null], { period: 2 })).toMatchObject({
      indices: null,
      reason: 'a season has no value that a whole year surrounds',
    })
    expect(seasonalDecomposition(QUARTERS.slice(0, 7), { period: 4 })).toMatchObject({ reason: 'fewer than two years' })
    expect(seasonalDecomposition(QUARTERS.slice(0, 11), { period: 4 })).toMatchObject({
      warning: '2 years carry no claim about seasons',
    })
    expect(seasonalDecomposition([3, 3, 3, 3], { period: 2 })).toMatchObject({ strength: null })
  })

  it('refuses a 0 where values multiply, seasons of another number, and no year', () => {
    const refusal = (code: string) => expect.objectContaining({ code }) as unknown as Error

    expect(() => seasonalDecomposition([1, 0, 1, 2], { period: 2, model: 'multiplicative' })).toThrow(
      refusal('data/value'),
    )
    expect(() => seasonalDecomposition([1, 2, 1, 2], { period: 2, seasons: [1] })).toThrow(refusal('data/misaligned'))
    expect(() => seasonalDecomposition([1, 2, 1, 2], { period: 1 })).toThrow(refusal('data/value'))
  })

  it('adds up to the series again', () => {
    const parts = seasonalDecomposition(QUARTERS, { period: 4 })

    const sums = QUARTERS.map((_, index) => {
      const [trend, rest] =
        'trend' in parts ? [parts.trend[index] ?? null, parts.residual[index] ?? null] : [null, null]
      return trend === null || rest === null
        ? null
        : trend + rest + ('seasonal' in parts ? (parts.seasonal[index] ?? 0) : 0)
    })
    expect(sums.slice(2, -2)).toEqual(QUARTERS.slice(2, -2).map((value) => near(value)))
  })
})

describe('neweyWest', () => {
  it('widens the errors of a fit whose rows remember', () => {
    // statsmodels 0.15: OLS.fit(cov_type='HAC', cov_kwds=dict(maxlags=2))
    const { standardErrors, pValues } = neweyWest(
      RISING.map((_, index) => [index]),
      RISING,
      { lags: 2 },
    )

    expect(standardErrors).toEqual([near(0.5794089985696611), near(0.07566444587125885)])
    expect(pValues).toEqual([near(3.709212861775919e-12, 1e-10), near(1.5586184256032377e-78, 1e-9)])
  })

  it('remembers by the length of the series unless told, and refuses half a lag', () => {
    const rows = RISING.map((_, index) => [index])

    expect(neweyWest(rows, RISING).lags).toBe(2)
    expect(() => neweyWest(rows, RISING, { lags: 0.5 })).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(neweyWest([[1], [2], [3]], [2, 4, 6])).toMatchObject({ standardErrors: [0, 0], pValues: [null, null] })
  })
})
