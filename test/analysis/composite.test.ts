import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aggregateScores,
  copelandScores,
  entropyWeights,
  equalWeights,
  indicatorScores,
  oneAtATime,
  principalWeights,
  rankIntervals,
  seededRandom,
  winsorise,
  type AggregationRule,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const refusal = (code: string) => expect.objectContaining({ code }) as unknown as Error

describe('indicatorScores', () => {
  const values = Object.freeze([10, 20, null, 50])

  it('brings an indicator to 0–1 in five ways', () => {
    // By hand: mean 26.67, standard deviation 20.82
    const sd = Math.sqrt((16.666_666_666_666_668 ** 2 + 6.666_666_666_666_668 ** 2 + 23.333_333_333_333_332 ** 2) / 2)

    expect(indicatorScores(values, { method: 'min-max' }).scores).toEqual([0, 0.25, null, 1])
    expect(indicatorScores(values, { method: 'goalposts', min: 0, max: 40 }).scores).toEqual([0.25, 0.5, null, 1])
    expect(indicatorScores(values, { method: 'rank' }).scores).toEqual([0, 0.5, null, 1])
    expect(indicatorScores(values, { method: 'target', target: 40 }).scores).toEqual([0.25, 0.5, null, 1])
    expect(indicatorScores(values, { method: 'z-score' }).scores[3]).toEqual(
      near(0.5 + 23.333_333_333_333_332 / sd / 6),
    )
  })

  it('turns round where lower is better, and twice round is as it was', () => {
    for (const method of ['min-max', 'rank', 'z-score'] as const) {
      const [up, down] = [true, false].map(
        (higherIsBetter) => indicatorScores(values, { method }, { higherIsBetter }).scores,
      )

      expect(down?.map((score) => (score === null ? null : 1 - score))).toEqual(
        up?.map((score) => (score === null ? null : near(score))),
      )
    }
    expect(indicatorScores([80, 20, 0], { method: 'target', target: 40 }, { higherIsBetter: false }).scores).toEqual([
      0.5, 1, 1,
    ])
  })

  it('says when it tells nobody apart', () => {
    for (const method of ['min-max', 'rank', 'z-score'] as const) {
      expect(indicatorScores([5, 5, null], { method })).toEqual({ scores: [0.5, 0.5, null], discriminates: false })
    }
    expect(indicatorScores([50, 60], { method: 'goalposts', min: 0, max: 40 }).discriminates).toBe(false)
  })

  it('refuses goalposts and targets that are none, and values with no distance to one', () => {
    expect(() => indicatorScores([1], { method: 'goalposts', min: 1, max: 1 })).toThrow(refusal('config/params'))
    expect(() => indicatorScores([1], { method: 'target', target: 0 })).toThrow(refusal('config/params'))
    expect(() => indicatorScores([-1], { method: 'target', target: 1 })).toThrow(refusal('data/value'))
    expect(() => indicatorScores([Infinity], { method: 'rank' })).toThrow(refusal('data/value'))
  })
})

describe('winsorise', () => {
  it('brings in what stretches the scale, and lists it', () => {
    const values = [1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 60, null]

    // scipy 1.17: skew, kurtosis; numpy 2.4: quantile(0.05, 0.95)
    expect(winsorise(values)).toMatchObject({
      skewness: near(2.9558882826125803),
      excessKurtosis: near(6.874683038945017),
      changed: [
        { place: 0, from: 1, to: near(1.55) },
        { place: 11, from: 60, to: near(30.85) },
      ],
    })
  })

  it('leaves a sound indicator alone', () => {
    expect(winsorise([1, 2, 3, 4, null])).toMatchObject({ values: [1, 2, 3, 4, null], changed: [] })
    expect(winsorise([])).toMatchObject({ skewness: null, excessKurtosis: null, changed: [] })
  })
})

describe('weights', () => {
  const scores = Object.freeze({ a: [0.1, 0.5, 0.9, 0.3], b: [0.2, 0.4, 0.8, 0.35], c: [0.9, 0.2, 0.1, 0.6] })

  it('are equal, by entropy, or by what indicators have in common', () => {
    // numpy 2.4: 1 − entropy; squared loadings of eigh(corrcoef)
    expect(equalWeights(['a', 'b'])).toEqual({ a: 0.5, b: 0.5 })
    expect(entropyWeights(scores)).toEqual({
      a: near(0.36546618, 1e-7),
      b: near(0.19733936, 1e-7),
      c: near(0.43719446, 1e-7),
    })
    expect(principalWeights(scores)).toEqual({
      a: near(0.35188711, 1e-7),
      b: near(0.33128205, 1e-7),
      c: near(0.31683084, 1e-7),
    })
  })

  it('leave a place with a missing score out, and give nothing to an indicator that is equal everywhere', () => {
    const withGap = { a: [...scores.a, null], b: [...scores.b, 1], c: [...scores.c, 1] }

    expect(entropyWeights(withGap)).toEqual(entropyWeights(scores))
    expect(entropyWeights({ a: scores.a, flat: [0.5, 0.5, 0.5, 0.5] })).toEqual({ a: 1, flat: 0 })
  })

  it('refuse what tells no places apart, too few of them, and columns of unequal length', () => {
    expect(() => entropyWeights({ a: [0.5, 0.5] })).toThrow(refusal('data/ill-conditioned'))
    expect(() => principalWeights({ a: [0.5, 0.5], b: [0, 1] })).toThrow(refusal('data/ill-conditioned'))
    expect(() => entropyWeights({ a: [0.5, null] })).toThrow(refusal('data/too-few-points'))
    expect(() => entropyWeights({ a: [0.5, 1], b: [1] })).toThrow(refusal('data/misaligned'))
    expect(() => entropyWeights({ a: [0.5, -1] })).toThrow(refusal('data/value'))
  })
})

describe('aggregateScores', () => {
  const rules: readonly AggregationRule[] = ['arithmetic', 'geometric', 'harmonic', 'inform', 'max']

  it('lets a strength make up for a weakness more or less', () => {
    // scipy 1.17: gmean, hmean with weights
    expect(rules.map((rule) => aggregateScores([0.2, 0.5, 0.9], [0.5, 0.3, 0.2], rule).score)).toEqual([
      near(0.43),
      near(0.3556759506950463),
      near(0.3010033444816053),
      near(0.5078241433119713),
      0.9,
    ])
  })

  it('makes 0 of the whole by a 0 where nothing makes up for it', () => {
    expect(rules.map((rule) => aggregateScores([0, 1], [0.5, 0.5], rule).score)).toEqual([
      0.5,
      0,
      0,
      near(0.759746926647958),
      1,
    ])
  })

  it('shares the weight of what is missing, down to two thirds', () => {
    const thirds = [1 / 3, 1 / 3, 1 / 3]

    expect(aggregateScores([0.2, 0.4, null], thirds)).toEqual({
      score: near(0.3),
      coverage: near(2 / 3),
      partial: true,
    })
    expect(aggregateScores([0.2, null, null], thirds)).toEqual({ score: null, coverage: near(1 / 3), partial: true })
    expect(aggregateScores([0.2, null, null], thirds, 'arithmetic', { minimumCoverage: 0 }).score).toEqual(near(0.2))
    expect(aggregateScores([null], [1])).toEqual({ score: null, coverage: 0, partial: true })
  })

  it('never falls when a score rises, and leaves equal scores as they are', () => {
    const score = fc.double({ min: 0.01, max: 0.99, noNaN: true })

    fc.assert(
      fc.property(fc.constantFrom(...rules), score, score, score, (rule, a, b, more) => {
        const of = (first: number, second: number) =>
          aggregateScores([first, second], [0.4, 0.6], rule).score ?? Number.NaN

        expect(of(Math.max(a, more), b)).toBeGreaterThanOrEqual(of(a, b) - 1e-12)
        expect(of(a, a)).toEqual(near(a, 1e-9))
      }),
    )
  })

  it.each([
    ['config/params', [0.5, 0.5], [0.5, 0.6]],
    ['config/params', [0.5, 0.5], [1.5, -0.5]],
    ['data/misaligned', [0.5], [0.5, 0.5]],
    ['data/value', [1.1, 0.5], [0.5, 0.5]],
  ])('refuses with %s scores %j with weights %j', (code, scores, weights) => {
    expect(() => aggregateScores(scores, weights)).toThrow(refusal(code))
    expect(() => copelandScores([scores], weights)).toThrow(refusal(code))
  })

  it('counts wins and defeats where nothing makes up for anything', () => {
    // a beats b in two of three indicators, c loses to both; the missing one is left out
    const places = [
      [0.9, 0.9, 0.1],
      [0.5, 0.5, 1],
      [0.1, null, 0.1],
    ]

    expect(copelandScores(places, [0.3, 0.3, 0.4])).toEqual([2, 0, -2])
    expect(copelandScores([[0.5], [0.5]], [1])).toEqual([0, 0])
  })
})

describe('how sure a ranking is', () => {
  const names = ['north', 'south', 'east', 'west']
  const indicators = {
    water: { values: [0.9, 0.5, 0.51, 0.1], weight: 0.4 },
    schools: { values: [90, 51, 50, 10], weight: 0.3 },
    distance: { values: [1, 20, 21, 90], weight: 0.3, higherIsBetter: false },
  }

  it('gives a clear first and last no interval, and the two between them one', () => {
    const intervals = rankIntervals(names, indicators, { random: seededRandom(11), draws: 400 })

    expect(intervals.map(({ rank, low, high }) => [rank, low, high])).toEqual([
      [1, 1, 1],
      [2, 2, 3],
      [3, 2, 3],
      [4, 4, 4],
    ])
  })

  it('says the same after the same seed', () => {
    const draw = (seed: number) => rankIntervals(names, indicators, { random: seededRandom(seed), draws: 50 })

    expect(draw(1)).toEqual(draw(1))
  })

  it('has no rank for a place of which too little is known', () => {
    const gaps = { ...indicators, water: { ...indicators.water, values: [0.9, 0.5, 0.51, null] } }
    const [, , , west] = rankIntervals(names, gaps, { random: seededRandom(1), draws: 50, leaveOneOut: false })

    expect(west).toEqual({ name: 'west', rank: null, median: null, low: null, high: null })
  })

  it('tells which choice disturbs the ranking most', () => {
    const shifts = oneAtATime(names, {
      decides: { values: [4, 3, 2, 1], weight: 0.8 },
      disagrees: { values: [1, 2, 3, 4], weight: 0.2 },
    })

    expect(shifts[0]).toMatchObject({ change: 'without decides', meanShift: 2 })
    expect(shifts[0]?.largest).toEqual({ name: 'north', from: 1, to: 4 })
    expect(shifts.find(({ change }) => change === 'without disagrees')).toMatchObject({ meanShift: 0, largest: null })
  })

  it('refuses an indicator of another number of places', () => {
    const short = { water: { values: [1], weight: 1 } }

    expect(() => rankIntervals(names, short, { random: seededRandom(1) })).toThrow(refusal('data/misaligned'))
    expect(() => oneAtATime(names, short)).toThrow(refusal('data/misaligned'))
  })
})
