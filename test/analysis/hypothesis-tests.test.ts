import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chiSquareFit,
  chiSquareIndependence,
  compareProportions,
  lastDigitHeaping,
  mannWhitney,
  oneSampleTTest,
  pairedTTest,
  permutationTest,
  proportion,
  seededRandom,
  twoSampleTTest,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

// Known answers: scipy 1.17 and statsmodels 0.15
const A = Object.freeze([27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1])
const B = Object.freeze([30.2, 29.8, 21.5, 28.4, 33.6, 27.7, 24.9])

describe('t-tests', () => {
  it('compares a mean with a number', () => {
    expect(oneSampleTTest(A, 22)).toEqual({
      difference: near(13 / 12, 1e-11),
      t: near(1.8538439552286847, 1e-11),
      df: 11,
      p: near(0.09074928906219962, 1e-11),
      ci95: [near(-0.20285938, 1e-7), near(2.36952605, 1e-8)],
      n: 12,
      missing: 0,
    })
  })

  it('compares two means, with and without equal variances', () => {
    expect(twoSampleTTest(A, B, { equalVariances: true })).toMatchObject({
      t: near(-3.6572331346863605),
      df: 17,
      p: near(0.0019508284185977259, 1e-11),
      ci95: [near(-7.775561888675162), near(-2.0863428732295994, 1e-11)],
    })
    expect(twoSampleTTest(A, B)).toMatchObject({
      t: near(-3.105457764475114),
      df: near(7.921213796420747),
      p: near(0.014723650982173524, 1e-11),
      ci95: [near(-8.598853711188974), near(-1.2630510507157857, 1e-11)],
    })
  })

  it('compares pairs, and counts those without a side as missing', () => {
    expect(pairedTTest([...A.slice(0, 7), 1, null], [...B, null, 4])).toMatchObject({
      t: near(-2.953915702508804),
      df: 6,
      p: near(0.025483183758522737, 1e-11),
      n: 7,
      missing: 2,
    })
  })

  it.each([
    ['too few', [], 0],
    ['too few', [1], 1],
    ['all missing', [null, null], 0],
    ['no variance', [3, 3, 3], 3],
  ])('says "%s" where there is no t', (reason, values, n) => {
    expect(oneSampleTTest(values, 0)).toMatchObject({ t: null, n, reason })
  })

  it('refuses what is not finite, and pairs of unequal number', () => {
    expect(() => oneSampleTTest([1, Infinity], 0)).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => pairedTTest([1], [1, 2])).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
    expect(twoSampleTTest([1], [2, 3])).toMatchObject({ t: null, reason: 'too few' })
    expect(twoSampleTTest([1, 1], [2, 2])).toMatchObject({ t: null, reason: 'no variance' })
  })
})

describe('mannWhitney', () => {
  it('counts p exactly where there are few values and no ties', () => {
    expect(mannWhitney([1.1, 2.2, 3.3, 4.4, 5.5], [2.5, 3.5, 6.1, 7.2, 8.3, 9.1])).toEqual({
      u: 5,
      superiority: near(5 / 30),
      p: near(0.08225108225108226),
      exact: true,
      n: 11,
      missing: 0,
    })
    const [low, high] = [20, 25].map((length) => Array.from({ length }, (_, index) => index))
    expect(
      mannWhitney(
        low ?? [],
        (high ?? []).map((value) => value * 1.3 + 5.05),
      ),
    ).toMatchObject({
      u: 87,
      p: near(0.00010426159730516934, 1e-11),
    })
  })

  it('goes by the normal distribution where values are tied', () => {
    expect(mannWhitney(A, B)).toMatchObject({ u: 12, p: near(0.012581700149090061), exact: false })
  })

  it.each([
    ['too few', [], [1, 2]],
    ['all missing', [null], [null]],
    ['no variance', [1, 1], [1, 1, 1]],
  ])('says "%s" where there is nothing to rank', (reason, a, b) => {
    expect(mannWhitney(a, b)).toMatchObject({ u: null, reason })
  })

  it('turns round when the samples change places, and sees only the order', () => {
    const sample = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 12 })

    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [there, back, scaled] = [
          mannWhitney(a, b),
          mannWhitney(b, a),
          mannWhitney(a.map(Math.exp), b.map(Math.exp)),
        ]

        expect((there.u ?? 0) + (back.u ?? 0)).toBe(there.u === null ? 0 : a.length * b.length)
        expect(scaled).toEqual(there)
      }),
    )
  })
})

describe('chi-square', () => {
  it('tests a table, corrected for continuity where it is 2 × 2', () => {
    const table = [
      [10, 20],
      [20, 10],
    ]

    expect(chiSquareIndependence(table)).toMatchObject({ statistic: near(5.4), df: 1, p: near(0.02013675155034633) })
    expect(chiSquareIndependence(table, { continuity: false })).toMatchObject({
      statistic: near(6.666666666666667),
      p: near(0.009823274507519235),
      expected: [
        [15, 15],
        [15, 15],
      ],
      warning: null,
    })
    expect(
      chiSquareIndependence([
        [12, 5, 9],
        [3, 14, 11],
        [6, 7, 20],
      ]),
    ).toMatchObject({
      statistic: near(15.943937175461903),
      df: 4,
      p: near(0.0030953215891311244),
      cramersV: near(0.302707487266969),
      n: 87,
    })
  })

  it('tests counts against shares', () => {
    expect(chiSquareFit([16, 18, 16, 14, 12, 12])).toMatchObject({
      statistic: near(2),
      df: 5,
      p: near(0.8491450360846096),
    })
    expect(chiSquareFit([16, 18, 16, 14], [4, 2, 1, 1])).toMatchObject({
      statistic: near(20.75),
      p: near(0.00011864120249140176),
    })
  })

  it('warns where few are expected', () => {
    expect(
      chiSquareIndependence([
        [1, 9],
        [2, 8],
      ]),
    ).toMatchObject({ warning: '2 of 4 expected counts are below 5: p is rough' })
  })

  it.each([
    [
      'nothing was counted',
      [
        [0, 0],
        [0, 0],
      ],
    ],
    ['nothing was counted', []],
    [
      'a row or a column is 0 throughout',
      [
        [1, 0],
        [2, 0],
      ],
    ],
    ['one row or one column has nothing to depend on', [[1, 2, 3]]],
  ])('says "%s"', (reason, table) => {
    expect(chiSquareIndependence(table)).toMatchObject({ statistic: null, reason })
  })

  it('refuses ragged tables and what is no count', () => {
    expect(() => chiSquareIndependence([[1, 2], [3]])).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
    expect(() =>
      chiSquareIndependence([
        [1, -2],
        [3, 4],
      ]),
    ).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => chiSquareFit([1, 2], [1])).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
    expect(() => chiSquareFit([1, 2], [1, 0])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })

  it('sees that people round to fives and tens', () => {
    const counted = Array.from({ length: 200 }, (_, index) => 10 + index)
    const rounded = counted.map((value) => Math.round(value / 5) * 5)

    expect(lastDigitHeaping(counted)).toMatchObject({ statistic: 0, p: 1 })
    expect(lastDigitHeaping(rounded)).toMatchObject({ df: 9, p: near(lastP(rounded), 1e-9) })
    expect(lastP(rounded)).toBeLessThan(1e-100)
    expect(lastDigitHeaping([12, 7, null, 15])).toMatchObject({ statistic: null, n: 2 })
  })
})

function lastP(values: readonly number[]): number {
  const found = lastDigitHeaping(values)
  return found.statistic === null ? Number.NaN : found.p
}

describe('proportions', () => {
  it('gives a share with its interval', () => {
    expect(proportion(8, 10)).toEqual({ share: 0.8, low: near(0.49016247153664183), high: near(0.9433178485456247) })
    expect(proportion(8, 10, { method: 'exact' })).toEqual({
      share: 0.8,
      low: near(0.4439045376923585),
      high: near(0.9747892736731666),
    })
    expect(proportion(0, 10, { method: 'exact' })).toEqual({ share: 0, low: 0, high: near(0.30849710781876083) })
    expect(proportion(0, 0)).toBeNull()
  })

  it('compares two shares', () => {
    expect(compareProportions({ successes: 56, trials: 70 }, { successes: 48, trials: 80 })).toMatchObject({
      z: near(2.6501719512585336),
      p: near(0.00804508136819656),
      ci95: [near(0.05243147240236498, 1e-11), near(0.33387265403690614)],
    })
    expect(compareProportions({ successes: 0, trials: 5 }, { successes: 0, trials: 9 })).toEqual({
      z: null,
      reason: 'no variance',
    })
    expect(compareProportions({ successes: 0, trials: 0 }, { successes: 1, trials: 9 })).toMatchObject({ z: null })
  })

  it.each([
    [11, 10],
    [-1, 10],
    [1.5, 10],
  ])('refuses %d of %d', (successes, trials) => {
    expect(() => proportion(successes, trials)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('permutationTest', () => {
  it('comes near the exact share of all deals, and says the same after the same seed', () => {
    const test = (seed: number) => permutationTest(A.slice(0, 5), B.slice(0, 5), { random: seededRandom(seed) })

    // scipy 1.17 permutation_test over all 252 deals: 0.0556
    expect(test(1).p).toBeGreaterThan(0.045)
    expect(test(1).p).toBeLessThan(0.066)
    expect(test(1)).toEqual(test(1))
    expect(test(2)).not.toEqual(test(1))
  })

  it('never says that something cannot be', () => {
    expect(permutationTest([1, 2, 3], [1e9, 2e9, 3e9], { random: seededRandom(1), draws: 9 }).p).toBeGreaterThanOrEqual(
      0.1,
    )
    expect(permutationTest([1, 1], [1, 1], { random: seededRandom(1), draws: 99 }).p).toBe(1)
  })

  it('refuses an empty sample and what is not finite', () => {
    const random = seededRandom(1)

    expect(() => permutationTest([], [1], { random })).toThrow(expect.objectContaining({ code: 'data/too-few-points' }))
    expect(() => permutationTest([Number.NaN], [1], { random })).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
  })
})

describe('seededRandom', () => {
  it('is spread evenly from 0 up to 1', () => {
    const random = seededRandom(7)
    const draws = Array.from({ length: 10_000 }, random)

    expect(draws.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(
      chiSquareFit(Array.from({ length: 10 }, (_, tenth) => draws.filter((v) => Math.floor(v * 10) === tenth).length)),
    ).toMatchObject({
      warning: null,
      p: expect.toSatisfy((p: number) => p > 0.001) as number,
    })
  })
})
