import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compositeRisk,
  informRisk,
  invertedGeometricMean,
  normalise,
  riskContributions,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const score = fc.double({ min: 0, max: 100, noNaN: true })
const outOfTen = fc.double({ min: 0, max: 10, noNaN: true })

describe('normalise', () => {
  it('F198 brings a factor to 0–100 and holds it there', () => {
    const wave = { min: 1, max: 5 }

    expect([1, 3, 5, 0.5, 99].map((value) => normalise(value, wave))).toEqual([0, 50, 100, 0, 100])
  })

  it('F198 turns the scale round for a factor that protects', () => {
    const beds = { min: 0, max: 40 }

    expect([0, 10, 40].map((value) => normalise(value, beds, { higherIsWorse: false }))).toEqual([100, 75, 0])
  })

  it('keeps missing missing, and takes what is not finite for missing', () => {
    expect([null, Number.NaN, Infinity].map((value) => normalise(value, { min: 0, max: 1 }))).toEqual([
      null,
      null,
      null,
    ])
  })

  it('finds its way between the largest and between the smallest bounds', () => {
    expect(normalise(0, { min: -1.7e308, max: 1.7e308 })).toBe(50)
    expect([0, 5e-324].map((value) => normalise(value, { min: 0, max: 5e-324 }))).toEqual([0, 100])
  })

  it('makes 50 of every value on a scale that does not discriminate', () => {
    expect([4, 5, 6, null].map((value) => normalise(value, { min: 5, max: 5 }))).toEqual([50, 50, 50, null])
  })

  it.each([
    [5, 1],
    [Number.NaN, 1],
    [0, Infinity],
  ])('refuses a scale from %d to %d', (min, max) => {
    expect(() => normalise(1, { min, max })).toThrow(expect.objectContaining({ code: 'config/params' }))
  })

  it('F198 never falls when the value rises, never leaves 0–100, and turned round twice is itself', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(any, any, any, any, (a, b, c, d) => {
        fc.pre(a !== b)
        const bounds = { min: Math.min(a, b), max: Math.max(a, b) }
        const [low, high] = [normalise(Math.min(c, d), bounds) ?? -1, normalise(Math.max(c, d), bounds) ?? -1]

        expect(0 <= low && low <= high && high <= 100).toBe(true)
        expect(100 - (normalise(c, bounds, { higherIsWorse: false }) ?? -1)).toBeCloseTo(normalise(c, bounds) ?? -1, 10)
      }),
    )
  })
})

describe('compositeRisk', () => {
  it('F199 is the weighted mean of the mean scores of its sources', () => {
    const marine = (100 + 0) / 2

    expect(
      compositeRisk([
        { score: 50, weight: 0.6 },
        { score: 30, weight: 0.4 },
      ]),
    ).toEqual({ score: 42, coverage: 1, category: 'moderate' })
    expect(
      compositeRisk([
        { score: marine, weight: 0.5 },
        { score: 50, weight: 0.5 },
      ])?.score,
    ).toBe(50)
  })

  it('F200 follows its weights', () => {
    const withWeights = (first: number): number | undefined =>
      compositeRisk([
        { score: 100, weight: first },
        { score: 0, weight: 1 - first },
      ])?.score

    expect([0, 0.25, 1].map(withWeights)).toEqual([0, 25, 100])
  })

  it.each([
    ['factor 1 has the weight -0.5', [1.5, -0.5]],
    ['the weights add up to 0.9, not to 1', [0.5, 0.4]],
    ['the weights add up to 2, not to 1', [1, 1]],
    ['factor 0 has the weight NaN', [Number.NaN, 1]],
  ])('F200 refuses weights: %s', (message, weights) => {
    expect(() => compositeRisk(weights.map((weight) => ({ score: 50, weight })))).toThrow(
      expect.objectContaining({ code: 'config/params', message }),
    )
  })

  it('F200 takes weights that add up to 1 but for rounding', () => {
    const tenths = Array.from({ length: 10 }, () => ({ score: 100, weight: 0.1 }))

    expect(compositeRisk(tenths)).toMatchObject({ score: 100, coverage: 1 })
  })

  it('F201 shares the weight of a missing source among those that are there, and says how much there was', () => {
    expect(
      compositeRisk([
        { score: 80, weight: 0.6 },
        { score: null, weight: 0.4 },
      ]),
    ).toEqual({ score: 80, coverage: 0.6, category: 'critical' })
  })

  it('F201 has no score for a place of which too little is known', () => {
    const half = [
      { score: 80, weight: 0.5 },
      { score: null, weight: 0.5 },
    ]

    expect(compositeRisk([])).toBeNull()
    expect(compositeRisk([{ score: null, weight: 1 }])).toBeNull()
    expect(compositeRisk(half, { minimumCoverage: 2 / 3 })).toBeNull()
    expect(compositeRisk(half, { minimumCoverage: 0.5 })).toMatchObject({ score: 80 })
  })

  it('says what each factor adds', () => {
    expect(
      riskContributions([
        { score: 50, weight: 0.3 },
        { score: 30, weight: 0.3 },
        { score: null, weight: 0.4 },
      ]),
    ).toEqual([25, 15, null])
    expect(riskContributions([{ score: null, weight: 1 }])).toEqual([null])
  })

  it('begins its classes at 25, 50 and 75, the bound included', () => {
    const category = (value: number): string | undefined => compositeRisk([{ score: value, weight: 1 }])?.category

    expect([0, 24.999, 25, 49.999, 50, 74.999, 75, 100].map(category)).toEqual([
      'low',
      'low',
      'moderate',
      'moderate',
      'high',
      'high',
      'critical',
      'critical',
    ])
  })

  it('refuses a score outside its scale instead of holding it silently', () => {
    for (const wrong of [-1, 101, Number.NaN, Infinity]) {
      expect(() => compositeRisk([{ score: wrong, weight: 1 }])).toThrow(
        expect.objectContaining({ code: 'data/value' }),
      )
    }
  })

  it('never falls when one factor rises, and its contributions add up', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 6 }), score, (scores, other) => {
        const weight = 1 / scores.length
        const risk = (first: number): number =>
          compositeRisk(scores.map((value, index) => ({ score: index === 0 ? first : value, weight })))?.score ?? -1
        const given = scores.map((value) => ({ score: value, weight }))

        expect(risk(Math.max(other, scores[0] ?? 0))).toBeGreaterThanOrEqual(risk(Math.min(other, scores[0] ?? 0)))
        expect(riskContributions(given).reduce<number>((total, part) => total + (part ?? 0), 0)).toBeCloseTo(
          compositeRisk(given)?.score ?? -1,
          9,
        )
      }),
    )
  })
})

describe('invertedGeometricMean', () => {
  it('gives high scores more weight than the plain mean', () => {
    // by hand: scores 0 and 10 become 10 and 1, their geometric mean √10, so (10 − √10)/9·10 = 7.597…, not 5
    expect(invertedGeometricMean([0, 10])).toEqual(near(((10 - Math.sqrt(10)) / 9) * 10))
    // by hand: 2, 5 and 9 become 8.2, 5.5 and 1.9
    expect(invertedGeometricMean([2, 5, 9])).toEqual(near(((10 - Math.cbrt(8.2 * 5.5 * 1.9)) / 9) * 10))
  })

  it('leaves equal scores as they are, does not mind the order and is at least the plain mean', () => {
    fc.assert(
      fc.property(fc.array(outOfTen, { minLength: 1, maxLength: 8 }), (scores) => {
        const mean = scores.reduce((total, value) => total + value, 0) / scores.length
        const inverted = invertedGeometricMean(scores)

        expect(invertedGeometricMean(scores.map(() => mean))).toBeCloseTo(mean, 10)
        expect(invertedGeometricMean(scores.toReversed())).toBeCloseTo(inverted, 10)
        expect(inverted).toBeGreaterThanOrEqual(mean - 1e-9)
        expect(inverted).toBeLessThanOrEqual(10)
      }),
    )
  })

  it('refuses an empty dimension and a score outside 0–10', () => {
    expect(() => invertedGeometricMean([])).toThrow(expect.objectContaining({ code: 'data/too-few-points' }))
    expect(() => invertedGeometricMean([5, 11])).toThrow(
      expect.objectContaining({ code: 'data/value', message: 'score 1 is 11, outside 0–10' }),
    )
  })
})

describe('informRisk', () => {
  it('is the cube root of the product of the three dimensions', () => {
    expect(informRisk([8, 1, 1])).toBe(2)
    expect(informRisk([10, 10, 10])).toBe(10)
    // by hand: 4.5 · 6.1 · 3.2 = 87.84
    expect(informRisk([4.5, 6.1, 3.2])).toEqual(near(87.84 ** (1 / 3)))
  })

  it('is 0 where one dimension is 0', () => {
    expect(informRisk([0, 9, 9])).toBe(0)
  })

  it('never falls when a dimension rises, whichever of the three', () => {
    fc.assert(
      fc.property(outOfTen, outOfTen, outOfTen, outOfTen, (a, b, c, d) => {
        expect(informRisk([Math.max(a, d), b, c])).toBeGreaterThanOrEqual(informRisk([Math.min(a, d), b, c]) - 1e-12)
        expect(informRisk([c, a, b])).toBeCloseTo(informRisk([a, b, c]), 12)
      }),
    )
  })

  it('refuses a dimension outside 0–10', () => {
    expect(() => informRisk([1, -1, 1])).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => informRisk([1, 1, Number.NaN])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})
