import { describe, expect, it } from 'vitest'
import {
  alertStates,
  breaks,
  classify,
  exceedance,
  quantile,
  thresholdScheme,
  type Band,
} from '../../src/analysis/index.ts'

const LOW: Band = { label: 'low', upTo: 10, colour: '#00ff00' }
const MIDDLE: Band = { label: 'middle', upTo: 20 }
const HIGH: Band = { label: 'high', upTo: null }

describe('classify', () => {
  const scheme = thresholdScheme([LOW, MIDDLE, HIGH])

  it('names the band, its place and how far both edges are', () => {
    expect(classify(12, scheme)).toEqual({ band: MIDDLE, position: 1, aboveLower: 2, belowUpper: 8 })
    expect(classify(-5, scheme)).toEqual({ band: LOW, position: 0, aboveLower: null, belowUpper: 15 })
    expect(classify(25, scheme)).toEqual({ band: HIGH, position: 2, aboveLower: 5, belowUpper: null })
  })

  it('gives a value on an edge to the lower band, or to the upper where the scheme says so', () => {
    const other = thresholdScheme([LOW, MIDDLE, HIGH], { edgeBelongsTo: 'upper' })

    expect(classify(10, scheme)).toMatchObject({ band: LOW, belowUpper: 0 })
    expect(classify(10, other)).toMatchObject({ band: MIDDLE, aboveLower: 0 })
  })

  it('has no band for what is missing or not finite, and says why', () => {
    expect(classify(null, scheme)).toEqual({ band: null, reason: 'missing' })
    expect(classify(Number.NaN, scheme)).toEqual({ band: null, reason: 'not a finite number' })
    expect(classify(Infinity, scheme)).toEqual({ band: null, reason: 'not a finite number' })
  })

  it.each([
    ['there are no bands', []],
    ['the label "low" stands twice', [LOW, LOW, HIGH]],
    ['the band "low" ends at 10, not above 20', [MIDDLE, LOW, HIGH]],
    ['the band "middle" must be open', [LOW, MIDDLE]],
    ['the band "high" must have an end', [LOW, HIGH, MIDDLE]],
    ['the band "odd" ends at NaN, not above -Infinity', [{ label: 'odd', upTo: Number.NaN }, HIGH]],
  ])('refuses a scheme: %s', (reason, bands) => {
    expect(() => thresholdScheme(bands)).toThrow(
      expect.objectContaining({ code: 'config/params', message: `no scheme of thresholds: ${reason}` }),
    )
  })
})

describe('breaks', () => {
  it('cuts the range into equal parts', () => {
    expect(breaks([0, 3, 10], 4, 'equal-interval')).toEqual([2.5, 5, 7.5])
  })

  it('puts the same number of values into each class', () => {
    // Python 3: statistics.quantiles([1, 2, 4, 8, 16, 32], n=3, method='inclusive'), which is R's type 7
    expect(breaks([32, 1, 16, 2, 8, 4], 3, 'quantile')).toEqual([
      expect.closeTo(10 / 3, 12) as number,
      expect.closeTo(32 / 3, 12) as number,
    ])
  })

  it('finds the gaps that are there', () => {
    // by inspection: the sums of squares within {1,2,3}, {10,11,12}, {40,41} are the least of all cuts
    expect(breaks([41, 2, 11, 1, 40, 10, 3, 12], 3, 'natural')).toEqual([3, 12])
  })

  it('steps by standard deviations around the mean', () => {
    // mean 5, population standard deviation 2 (2 4 4 4 5 5 7 9)
    expect(breaks([2, 4, 4, 4, 5, 5, 7, 9], 4, 'standard-deviation')).toEqual([3, 5, 7])
  })

  it('gives fewer thresholds where the values do not differ', () => {
    expect(breaks([5, 5, 5], 3, 'natural')).toEqual([])
    expect(breaks([5, 5, 5], 3, 'quantile')).toEqual([])
    expect(breaks([1, 1, 1, 2], 3, 'equal-interval')).toHaveLength(2)
  })

  it('leaves the values as they were, and gives the same in any order', () => {
    const values = Object.freeze([9, 1, 5, 3])

    expect(breaks(values, 3, 'natural')).toEqual(breaks([1, 3, 5, 9], 3, 'natural'))
  })

  it('refuses no values, one class and what is not finite', () => {
    expect(() => breaks([], 3, 'natural')).toThrow(expect.objectContaining({ code: 'data/too-few-points' }))
    expect(() => breaks([1, 2], 1, 'natural')).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => breaks([1, Number.NaN], 2, 'natural')).toThrow('value 1 is NaN')
  })
})

describe('quantile', () => {
  it.each([
    // Python 3: statistics.quantiles(…, method='inclusive'), which is R's type 7; the ends are the extremes
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4], 0.9, 3.7],
    [[7], 0.25, 7],
    [[3, 1, 2], 0, 1],
    [[3, 1, 2], 1, 3],
  ])('of %j at %d is %d', (values, p, expected) => {
    expect(quantile(values, p)).toBeCloseTo(expected, 12)
  })

  it('is null of nothing, and refuses a share that is none', () => {
    expect(quantile([], 0.5)).toBeNull()
    expect(() => quantile([1], 1.5)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('exceedance', () => {
  it('counts values above the level and the runs they form; on the level is not above it', () => {
    expect(exceedance([12, 14, 10, 15, 9], 10)).toEqual({
      count: 3,
      missing: 0,
      runs: [
        { from: 0, length: 2 },
        { from: 3, length: 1 },
      ],
      longestRun: 2,
    })
  })

  it('ends a run at a missing value, unless told to bridge it', () => {
    const values = [12, null, 14, null, null, 15]

    expect(exceedance(values, 10).runs.map(({ length }) => length)).toEqual([1, 1, 1])
    expect(exceedance(values, 10, { bridge: 1 }).runs).toEqual([
      { from: 0, length: 2 },
      { from: 5, length: 1 },
    ])
    expect(exceedance(values, 10, { bridge: 2 })).toMatchObject({ count: 3, missing: 3, longestRun: 3 })
  })

  it('finds nothing in nothing', () => {
    expect(exceedance([], 10)).toEqual({ count: 0, missing: 0, runs: [], longestRun: 0 })
  })
})

describe('alertStates', () => {
  it('stays on until the value falls below the lower level', () => {
    expect(alertStates([9, 10, 9, null, 8, 7.9, 9, 12], { enter: 10, leave: 8 })).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
      true,
    ])
  })

  it('can begin switched on', () => {
    expect(alertStates([9, 7], { enter: 10, leave: 8, on: true })).toEqual([true, false])
  })

  it('refuses levels that would make it flap', () => {
    expect(() => alertStates([], { enter: 10, leave: 10 })).toThrow(expect.objectContaining({ code: 'config/params' }))
  })
})
