import { describe, expect, it } from 'vitest'
import {
  consistencyOfPair,
  consistencyOverTime,
  copiedPeriods,
  denominatorConsistency,
  dropout,
  externalConsistency,
  indicatorCompleteness,
  reportingRates,
  sharedValues,
  verificationFactor,
  yearOutliers,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

// Worked by hand from the definitions of WHO's Data Quality Review, module 2
describe('reporting', () => {
  it('measures completeness and timeliness by unit and together, and flags who lies below', () => {
    const { units, overall } = reportingRates([
      { unit: 'a', expected: 12, received: 12, onTime: 6 },
      { unit: 'b', expected: 12, received: 11, onTime: 11 },
      { unit: 'closed', expected: 0, received: 0, onTime: 0 },
    ])

    expect(units).toEqual([
      { unit: 'a', completeness: 1, timeliness: 0.5, flagged: true },
      { unit: 'b', completeness: near(11 / 12), timeliness: near(11 / 12), flagged: false },
      { unit: 'closed', completeness: null, timeliness: null, flagged: null },
    ])
    expect(overall).toEqual({ completeness: near(23 / 24), timeliness: near(17 / 24), flagged: true })
  })

  it('keeps a share above 1, which means duplicates', () => {
    expect(reportingRates([{ unit: 'a', expected: 4, received: 5 }]).units[0]).toEqual({
      unit: 'a',
      completeness: 1.25,
      timeliness: null,
      flagged: false,
    })
  })

  it('refuses a unit given twice and a count below 0', () => {
    const twice = [
      { unit: 'a', expected: 1, received: 1 },
      { unit: 'b', expected: 1, received: 1 },
      { unit: 'a', expected: 1, received: 1 },
    ]

    expect(() => reportingRates(twice)).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => reportingRates([{ unit: 'a', expected: 1, received: -1 }])).toThrow(
      expect.objectContaining({ code: 'data/value', message: 'the unit "a" has a count of -1' }),
    )
  })

  it('tells filled in from filled in with 0', () => {
    expect(indicatorCompleteness([5, 0, null, 3])).toEqual({ present: 0.75, nonZero: 0.5 })
    expect(indicatorCompleteness([])).toEqual({ present: null, nonZero: null })
  })
})

describe('outliers of a year', () => {
  it('finds an extreme month, and flags two moderate ones', () => {
    const calm = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 11]

    expect(yearOutliers([...calm, 90])).toMatchObject({
      extreme: [11],
      moderate: [],
      flagged: true,
      extremeShare: near(1 / 12),
    })
    expect(yearOutliers([...calm.slice(1), 40, 40])).toMatchObject({ extreme: [], moderate: [10, 11], flagged: true })
    expect(yearOutliers([...calm, 10])).toMatchObject({ extreme: [], moderate: [], flagged: false })
  })

  it('says nothing of a flat year, and nothing of no year', () => {
    expect(yearOutliers([5, 5, 5, null])).toEqual({ extreme: [], moderate: [], extremeShare: 0, flagged: false })
    expect(yearOutliers([null])).toMatchObject({ extremeShare: null })
  })
})

describe('consistency', () => {
  it('compares this year with the mean of the years before, and with the whole country', () => {
    const { national, units } = consistencyOverTime([
      { unit: 'a', current: 110, before: [90, 100, 110] },
      { unit: 'b', current: 200, before: [100, 100, 100] },
      { unit: 'new', current: 50, before: [null, null, 40] },
      { unit: 'gone', current: null, before: [10, 10, 10] },
    ])

    expect(national).toEqual(near(310 / 200))
    expect(units).toEqual([
      { unit: 'a', ratio: near(1.1), toNational: near(1.1 / 1.55), flagged: false },
      { unit: 'b', ratio: 2, toNational: near(2 / 1.55), flagged: false },
      { unit: 'new', ratio: null, toNational: null, flagged: null },
      { unit: 'gone', ratio: null, toNational: null, flagged: null },
    ])
    expect(consistencyOverTime([{ unit: 'a', current: 1, before: [] }]).national).toBeNull()
  })

  it('compares two indicators that should agree', () => {
    const { national, units } = consistencyOfPair([
      { unit: 'a', a: 100, b: 100 },
      { unit: 'b', a: 150, b: 100 },
      { unit: 'c', a: 100, b: 0 },
      { unit: 'd', a: null, b: 100 },
    ])

    expect(national).toEqual(near(350 / 200))
    expect(units.map(({ flagged }) => flagged)).toEqual([true, false, null, null])
  })

  it('flags a negative dropout: more finished than began', () => {
    expect(dropout(200, 150)).toEqual({ rate: 0.25, flagged: false })
    expect(dropout(100, 110)).toEqual({ rate: near(-0.1), flagged: true })
    expect(dropout(0, 0)).toEqual({ rate: null, flagged: null })
  })

  it.each([
    ['the source register', verificationFactor, 0.1],
    ['a survey', externalConsistency, 0.33],
    ['another denominator', denominatorConsistency, 0.1],
  ])('compares with %s, the tolerance included', (_, measure, tolerance) => {
    expect(measure(1 + tolerance, 1)).toMatchObject({ flagged: false })
    expect(measure(1 + tolerance + 0.001, 1)).toMatchObject({ flagged: true })
    expect(measure(1 - tolerance, 1)).toMatchObject({ flagged: false })
    expect(measure(null, 1)).toEqual({ ratio: null, flagged: null })
    expect(measure(5, 0)).toEqual({ ratio: null, flagged: null })
  })
})

describe('copies', () => {
  it('finds a period that repeats the one before, but not one without anything', () => {
    const none = [0, null]

    expect(copiedPeriods([[5, 7], [5, 7], [5, 8], none, none])).toEqual([1])
  })

  it('finds the values that many units share', () => {
    expect(sharedValues([17, 0, 17, 0, 17, 0, 4, null])).toEqual([{ value: 17, units: [0, 2, 4] }])
  })
})
