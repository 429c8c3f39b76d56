import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  anomalies,
  changePoint,
  channelZone,
  cusum,
  ears,
  epidemicChannel,
  flatLines,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

describe('anomalies', () => {
  it('flags what stands apart, but not the newest step, which late reports keep low', () => {
    const residuals = [0, 1, -1, 0, 1, -1, 40, 0, 1, -60]

    expect(anomalies(residuals)).toMatchObject({ positions: [6], ignored: 1 })
    expect(anomalies(residuals, { ignoreLast: 0 }).positions).toEqual([6, 9])
    expect(anomalies([])).toEqual({ scores: [], positions: [], ignored: 0 })
    expect(anomalies([2, 2, 2, null])).toMatchObject({ scores: [null, null, null, null], positions: [] })
  })
})

describe('the epidemic channel', () => {
  const years = [
    [10, 4],
    [12, 6],
    [14, 8],
    [16, null],
    [18, null],
  ]

  it('gives quartiles of each season over the years', () => {
    // R 4.3: quantile(c(10, 12, 14, 16, 18), c(.25, .5, .75), type = 7)
    expect(epidemicChannel(years)[0]).toEqual({ lower: 12, median: 14, upper: 16, years: 5 })
    expect(epidemicChannel(years, { minimumYears: 4 })[1]).toBeNull()
    expect(epidemicChannel([[1], [2], [3, 9]])).toHaveLength(2)
    expect(epidemicChannel([])).toEqual([])
  })

  it('puts a count into its zone, bounds included below', () => {
    const season = epidemicChannel(years)[0] ?? null

    expect([0, 12, 13, 14, 15, 16, 17].map((count) => channelZone(count, season))).toEqual([
      'success',
      'success',
      'safety',
      'safety',
      'alert',
      'alert',
      'epidemic',
    ])
    expect([channelZone(null, season), channelZone(3, null)]).toEqual([null, null])
    expect(() => channelZone(-1, season)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('ears', () => {
  // By hand: the baseline 4 6 5 5 4 6 5 has mean 5 and standard deviation √(4/6)
  const calm = [4, 6, 5, 5, 4, 6, 5]
  const sd = Math.sqrt(4 / 6)

  it('measures a step against the seven before, and against those two further back', () => {
    const steps = ears([...calm, 5, 5, 9])

    expect(steps[6]).toEqual({ c1: null, c2: null, c3: null, alarms: [] })
    expect(steps[7]?.c1).toEqual(near(0, 1e-12))
    expect(steps[9]?.c2).toEqual(near(4 / sd))
    expect(steps[9]?.alarms).toContain('c2')
  })

  it('adds up three steps in a row for C3', () => {
    const steps = ears([...calm, 5, 5, 7, 7, 8])
    const c2 = steps.map((step) => step.c2 ?? Number.NaN)

    expect(steps[11]?.c3).toEqual(near([9, 10, 11].reduce((sum, step) => sum + Math.max(0, (c2[step] ?? 0) - 1), 0)))
    expect(steps[10]?.c3).toBeNull()
  })

  it('has no answer after a silent week, unless it is given a least spread', () => {
    const silent = [0, 0, 0, 0, 0, 0, 0, 1]

    expect(ears(silent)[7]).toMatchObject({ c1: null, alarms: [] })
    expect(ears(silent, { minimumSd: 0.5 })[7]).toMatchObject({ c1: 2, alarms: [] })
  })

  it('has no answer where a day of the baseline is missing', () => {
    expect(ears([...calm.slice(0, 6), null, 9])[7]?.c1).toBeNull()
    expect(ears([...calm, null])[7]).toMatchObject({ c1: null })
  })
})

describe('cusum', () => {
  it('sees a small shift that lasts', () => {
    const shifted = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

    expect(cusum(shifted, { mean: 0, sd: 1 })).toMatchObject({ signals: [13] })
    expect(cusum(shifted, { mean: 0, sd: 1, limit: 4 }).signals).toEqual([11, 12, 13])
  })

  it('keeps its sum over a missing step, and never falls below 0', () => {
    expect(cusum([2, null, 2, -9], { mean: 0, sd: 1 }).sums).toEqual([1.5, 1.5, 3, 0])
  })

  it('refuses a spread that is none', () => {
    expect(() => cusum([1], { mean: 0, sd: 0 })).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => cusum([Number.NaN], { mean: 0, sd: 1 })).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('changePoint', () => {
  it('finds the step after which the level is another', () => {
    // By hand: seven below, five above, so U at the last of the seven is 7 · 5
    const found = changePoint([1, 3, 2, 4, 2.5, 1.5, 3.5, 8, 9, 7, 8.5, 9.5])

    expect(found).toEqual({ at: 6, k: 35, p: near(2 * Math.exp((-6 * 35 ** 2) / (12 ** 3 + 12 ** 2))), n: 12 })
  })

  it('agrees with comparing every pair, and counts missing steps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 15 }), (values) => {
        const u = values.map((_, t) =>
          values
            .slice(0, t + 1)
            .reduce((sum, early) => sum + values.slice(t + 1).reduce((s, late) => s + Math.sign(late - early), 0), 0),
        )
        const most = Math.max(...u.map(Math.abs))
        const found = changePoint([null, ...values])

        expect('k' in found ? found.k : 0).toBe(most)
        expect(found.at).toBe(most === 0 ? null : u.findIndex((each) => Math.abs(each) === most) + 1)
      }),
    )
  })

  it.each([
    ['too few', [1, 2, 3]],
    ['all missing', [null]],
    ['no variance', [2, 2, 2, 2]],
  ])('says "%s" where nothing can change', (reason, values) => {
    expect(changePoint(values)).toMatchObject({ at: null, reason })
  })
})

describe('flatLines', () => {
  it('finds values that stand still, but not 0, and ends at a gap', () => {
    expect(flatLines([3, 7, 7, 7, 7, 7, 0, 0, 0, 0, 5, 5, null, 5, 5])).toEqual([{ from: 1, length: 5, value: 7 }])
    expect(flatLines([5, 5], { atLeast: 2 })).toEqual([{ from: 0, length: 2, value: 5 }])
    expect(flatLines([])).toEqual([])
  })
})
