import { describe, expect, it } from 'vitest'
import {
  autocorrelation,
  blockBootstrapInterval,
  crossCorrelation,
  differenced,
  effectiveSampleSize,
  lagged,
  partialCorrelation,
  pearson,
  seededRandom,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const LOSS = Object.freeze([42, 37, 37, 28, 18, 18, 19, 20, 15, 14, 14, 13, 11, 12, 8, 7, 8, 8, 9, 15, 15])
const AIR = Object.freeze([80, 80, 75, 62, 62, 62, 62, 62, 58, 58, 58, 58, 58, 58, 50, 50, 50, 50, 50, 56, 70])
const WATER = Object.freeze([27, 27, 25, 24, 22, 23, 24, 24, 23, 18, 18, 17, 18, 19, 18, 18, 19, 19, 20, 20, 20])
const ACID = Object.freeze([89, 88, 90, 87, 87, 87, 93, 93, 87, 80, 89, 88, 82, 93, 89, 86, 72, 79, 80, 82, 91])

describe('partialCorrelation', () => {
  it('is the correlation of what the controls leave', () => {
    // numpy 2.4 and scipy 1.17: corrcoef of the residuals of lstsq, t with 17 degrees of freedom
    expect(partialCorrelation(LOSS, AIR, [WATER, ACID])).toEqual({
      r: near(0.7896593275120992),
      n: 21,
      p: near(5.7990247242527353e-5, 1e-10),
      ci95: [near(0.52305421, 1e-7), near(0.91550418, 1e-7)],
    })
  })

  it('is the plain one without controls', () => {
    const [partial, plain] = [partialCorrelation(LOSS, AIR, []), pearson(LOSS, AIR)]

    expect(partial).toEqual({
      ...plain,
      r: near(plain.r ?? 0),
      p: near(('p' in plain && plain.p) || 0, 1e-10),
      ci95: [expect.any(Number), expect.any(Number)],
    })
  })

  it('uses only rows in which nothing is missing', () => {
    const [x, control] = [AIR.with(0, Number.NaN), WATER.with(1, Number.NaN)].map((values) =>
      values.map((value) => (Number.isNaN(value) ? null : value)),
    )

    expect(partialCorrelation(LOSS, x ?? [], [control ?? []]).n).toBe(19)
  })

  it.each([
    ['too few', [1, 2, 3], [3, 1, 2], [[1, 3, 2]]],
    ['all missing', [null, null], [1, 2], []],
    ['no variance', [1, 2, 3, 4, 6], [2, 1, 4, 3, 9], [[1, 2, 3, 4, 6]]],
    [
      'the controls depend on each other',
      [1, 2, 3, 4, 6, 1],
      [2, 1, 4, 3, 9, 3],
      [
        [1, 2, 3, 5, 1, 2],
        [2, 4, 6, 10, 2, 4],
      ],
    ],
  ])('says "%s" where there is no coefficient', (reason, x, y, controls) => {
    expect(partialCorrelation(x, y, controls)).toMatchObject({ r: null, reason })
  })

  it('refuses columns that do not fit', () => {
    expect(() => partialCorrelation([1, 2], [1, 2], [[1]])).toThrow(
      expect.objectContaining({ code: 'data/misaligned' }),
    )
    expect(() => partialCorrelation([1, Infinity], [1, 2], [])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('series that remember', () => {
  const steps = Object.freeze([1, 3, 2, 5, 4, 6, 8, 7])

  it('gives the autocorrelation', () => {
    // statsmodels 0.15: acf([1, 3, 2, 5, 4, 6, 8, 7])
    expect([0, 1, 2].map((lag) => autocorrelation(steps, lag))).toEqual([
      1,
      near(0.49404761904761907),
      near(0.2857142857142857),
    ])
    expect(autocorrelation([5, 5, 5], 1)).toBeNull()
    expect(autocorrelation([1, null, 2], 1)).toBeNull()
    expect(autocorrelation([], 1)).toBeNull()
    expect(() => autocorrelation(steps, -1)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })

  it('counts what remembering series are worth', () => {
    const r = 0.49404761904761907

    expect(effectiveSampleSize(steps, steps)).toEqual(near((8 * (1 - r * r)) / (1 + r * r)))
    expect(effectiveSampleSize([1, -1, 1, -1, 1], steps.slice(0, 5))).toBeLessThanOrEqual(5)
    expect(effectiveSampleSize([1, 1, 1], [1, 2, 3])).toBeNull()
  })

  it('moves and differences, and invents nothing at the edges', () => {
    expect(lagged([1, 2, 3], 1)).toEqual([null, 1, 2])
    expect(lagged([1, 2, 3], -1)).toEqual([2, 3, null])
    expect(differenced([1, 4, null, 9, 16])).toEqual([null, 3, null, null, 7])
    expect(differenced([1, 2, 4, 8], 2)).toEqual([null, null, 3, 6])
  })

  it('finds the lag at which one series follows another', () => {
    const rain = [3, 9, 1, 4, 8, 2, 7, 5, 6, 1, 9, 3]
    const cases = lagged(rain, 2)
    const best = crossCorrelation(rain, cases, 3).toSorted(
      (a, b) => (b.correlation.r ?? -2) - (a.correlation.r ?? -2),
    )[0]

    expect(best).toMatchObject({ lag: 2, correlation: { r: 1, n: 10 } })
  })

  it('is less sure of series that remember than the plain interval', () => {
    const walk = (seed: number): number[] => {
      const random = seededRandom(seed)
      let at = 0
      return Array.from({ length: 120 }, () => (at = 0.9 * at + random() - 0.5))
    }
    const [x, y] = [walk(1), walk(2)]
    const plain = pearson(x, y)
    const draw = { block: 12, draws: 400, random: seededRandom(3) }
    const [low, high] = blockBootstrapInterval(x, y, draw) ?? [0, 0]

    expect(high - low).toBeGreaterThan(plain.r === null ? 2 : (plain.ci95?.[1] ?? 1) - (plain.ci95?.[0] ?? -1))
    expect(() => blockBootstrapInterval(x, y, { ...draw, block: 121 })).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
    expect(blockBootstrapInterval([1, 1, 1], [1, 2, 3], { ...draw, block: 1 })).toBeNull()
  })
})
