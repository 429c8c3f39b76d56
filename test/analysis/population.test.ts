import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AGES_TO_80,
  AGES_TO_90,
  childWomanRatio,
  crudeRate,
  dependencyRatio,
  FIVE_YEAR_AGES,
  medianAge,
  poissonInterval,
  populationBetween,
  populationDensity,
  populationGrowth,
  rateWithInterval,
  regroup,
  sexRatio,
  standardisedRate,
  whippleIndex,
  WHO_WORLD_STANDARD,
  type AgeGroup,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const group = (from: number, to: number | null, people: number | null): AgeGroup => ({ from, to, people })
const VILLAGE = Object.freeze([group(0, 5, 150), group(5, 15, 250), group(15, 65, 500), group(65, null, 50)])

describe('populations', () => {
  it('gives density and sex ratio, and nothing where there is nothing to divide by', () => {
    expect(populationDensity(500, 2.5)).toBe(200)
    expect(populationDensity(500, 0)).toBeNull()
    expect(populationDensity(null, 3)).toBeNull()
    expect(sexRatio(98, 100)).toBe(98)
    expect(sexRatio(0, 100)).toBe(0)
    expect(sexRatio(98, 0)).toBeNull()
  })

  it('grows by its rate, from moment to moment and from year to year', () => {
    // by hand: doubled in ten years is ln 2 / 10 a moment and the tenth root of two a year
    expect(populationGrowth(100, 200, 10)).toEqual({
      exponential: near(Math.LN2 / 10),
      geometric: near(2 ** 0.1 - 1),
      doublingYears: near(10),
    })
    expect(populationGrowth(200, 100, 10)).toMatchObject({ doublingYears: null })
    expect(populationGrowth(100, 100, 10)).toEqual({ exponential: 0, geometric: 0, doublingYears: null })
  })

  it.each([
    [0, 100, 10],
    [100, 0, 10],
    [null, 100, 10],
    [100, null, 10],
    [100, 200, 0],
    [Number.NaN, 200, 10],
  ])('has no growth from %s to %s in %s years', (first, last, years) => {
    expect(populationGrowth(first, last, years)).toBeNull()
  })

  it('gives the dependents of each age per 100 of working age, whatever the order of the groups', () => {
    expect(dependencyRatio(VILLAGE)).toEqual({ total: near(90), youth: near(80), oldAge: near(10) })
    expect(dependencyRatio(VILLAGE.toReversed())).toEqual(dependencyRatio(VILLAGE))
  })

  it('does not invent what is missing', () => {
    const oneMissing = VILLAGE.map((row) => (row.from === 5 ? group(5, 15, null) : row))
    const nobodyWorking = VILLAGE.map((row) => (row.from === 15 ? group(15, 65, 0) : row))

    expect(dependencyRatio(oneMissing)).toBeNull()
    expect(dependencyRatio(nobodyWorking)).toBeNull()
    expect(medianAge(oneMissing)).toBeNull()
    expect(medianAge([])).toBeNull()
  })

  it.each([
    ['no age groups make up 0 to 15', [group(0, 20, 1), group(20, 65, 1), group(65, null, 1)]],
    ['no age groups make up 65 to the top', [group(0, 15, 1), group(15, 65, 1)]],
    ['the group from 0 ends at 10, not at 15', [group(0, 10, 1), group(15, 65, 1), group(65, null, 1)]],
    ['the group from 0 ends at 20, not at 15', [group(0, 20, 1), group(15, 65, 1), group(65, null, 1)]],
    ['the group from 0 ends at null, not at 15', [group(0, null, 1), group(15, 65, 1), group(65, null, 1)]],
    ['no age groups make up 0 to 15', []],
  ])('never splits a group: %s', (message, groups) => {
    expect(() => dependencyRatio(groups)).toThrow(expect.objectContaining({ code: 'data/misaligned', message }))
  })

  it('finds the median age within its group', () => {
    // by hand: half of 950 is 475; 400 are under 15, so 75 of the 500 between 15 and 65: 15 + 0.15 · 50
    expect(medianAge(VILLAGE)).toEqual(near(22.5))
    expect(medianAge([group(0, 65, 1), group(65, null, 9)])).toBeNull()
  })

  it('keeps the median age when everybody is counted twice', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 18 })
    fc.assert(
      fc.property(counts, (people) => {
        const groups = people.map((count, index) => group(5 * index, 5 * index + 5, count))
        const twice = people.map((count, index) => group(5 * index, 5 * index + 5, 2 * count))

        expect(medianAge(twice)).toEqual(medianAge(groups))
      }),
    )
  })
})

describe('standardisedRate', () => {
  it('weighs the rates by the standard', () => {
    expect(standardisedRate([2, 4], [3, 1])).toBe(2.5)
    expect(standardisedRate([2, null], [3, 1])).toBeNull()
  })

  it('leaves a rate that is the same at every age as it is, by the standard of WHO', () => {
    // the published percentages add up to 100.03 by rounding
    expect(WHO_WORLD_STANDARD).toHaveLength(18)
    expect(WHO_WORLD_STANDARD.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100.03, 9)
    expect(
      standardisedRate(
        Array.from(WHO_WORLD_STANDARD, () => 7),
        WHO_WORLD_STANDARD,
      ),
    ).toEqual(near(7))
  })

  it('refuses a standard that does not fit', () => {
    expect(() => standardisedRate([1], [1, 2])).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
    expect(() => standardisedRate([1, 1], [1, -1])).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => standardisedRate([], [])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('what a census says of itself', () => {
  it('gives children per thousand women', () => {
    expect(childWomanRatio(150, 300)).toBe(500)
    expect([childWomanRatio(150, 0), childWomanRatio(null, 300)]).toEqual([null, null])
  })

  it('finds the ages that people round to', () => {
    const even = Array.from({ length: 80 }, () => 100)
    const heaped = even.map((people, age) => (age % 5 === 0 ? 2 * people : people))

    // by hand: eight ages of 23–62 end in 0 or 5; doubled, 16 of 48 shares
    expect(whippleIndex(even)).toBe(100)
    expect(whippleIndex(heaped)).toEqual(near((16 / 48) * 500))
    expect(whippleIndex(even.map((people, age) => (age % 5 === 0 ? people : 0)))).toBe(500)
    expect([whippleIndex([]), whippleIndex(even.map(() => 0)), whippleIndex(even.with(30, Number.NaN))]).toEqual([
      null,
      null,
      null,
    ])
  })
})

describe('age groups', () => {
  const singleYears = Array.from({ length: 101 }, (_, age) => group(age, age === 100 ? null : age + 1, age))

  it('are added up to those of another source, and lose nobody', () => {
    const total = 5050

    for (const ages of [AGES_TO_80, AGES_TO_90, FIVE_YEAR_AGES]) {
      expect(regroup(singleYears, ages).reduce((sum, { people }) => sum + (people ?? 0), 0)).toBe(total)
    }
    expect([AGES_TO_80.length, AGES_TO_90.length, FIVE_YEAR_AGES.length]).toEqual([18, 20, 18])
    expect(regroup(singleYears, AGES_TO_80).slice(0, 3)).toEqual([group(0, 1, 0), group(1, 5, 10), group(5, 10, 35)])
    expect(regroup(regroup(singleYears, AGES_TO_90), FIVE_YEAR_AGES)).toEqual(regroup(singleYears, FIVE_YEAR_AGES))
  })

  it('are never split, and a sum with a missing part is missing', () => {
    const misaligned = expect.objectContaining({ code: 'data/misaligned' }) as unknown as Error

    expect(() => regroup(VILLAGE, FIVE_YEAR_AGES)).toThrow(misaligned)
    expect(() => regroup(regroup(singleYears, AGES_TO_80), AGES_TO_90)).toThrow(misaligned)
    expect(() => regroup([group(0, 5, 1), group(5, 10, 1)], [0, 5])).toThrow(misaligned)
    expect(() => regroup([], [0])).toThrow(misaligned)
    expect(() => regroup([group(0, 5, 1), group(6, null, 1)], [0])).toThrow(misaligned)
    expect(regroup([group(0, 1, 3), group(1, 5, null), group(5, null, 9)], [0, 5])).toEqual([
      group(0, 5, null),
      group(5, null, 9),
    ])
  })
})

describe('people between counts', () => {
  const counts = [
    { year: 2010, people: 400 },
    { year: 2000, people: 100 },
    { year: 2005, people: null },
  ]

  it('grow at a steady rate, and the answer says when it goes beyond the counts', () => {
    expect(populationBetween(counts, 2005)).toEqual({ people: near(200), extrapolated: false })
    expect(populationBetween(counts, 2015)).toEqual({ people: near(800), extrapolated: true })
    expect(populationBetween(counts, 1995)).toEqual({ people: near(50), extrapolated: true })
    expect(populationBetween(counts, 2010)).toEqual({ people: 400, extrapolated: false })
  })

  it('need two counts above 0, and only one of a year', () => {
    expect(populationBetween(counts.slice(1), 2005)).toBeNull()
    expect(populationBetween([], 2005)).toBeNull()
    expect(() => populationBetween([...counts, { year: 2010, people: 5 }], 2005)).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
  })
})

describe('rates', () => {
  it('are events for so many people, with the interval of chance', () => {
    expect(crudeRate(5, 2000)).toBe(2.5)
    expect([crudeRate(null, 1), crudeRate(1, 0), crudeRate(1, null), crudeRate(0, 5)]).toEqual([null, null, null, 0])
    expect(rateWithInterval(10, 1000, { per: 100 })).toEqual({
      rate: 1,
      low: near(0.47953886961324),
      high: near(1.839035604201778),
    })
    expect(rateWithInterval(1, 0)).toBeNull()
  })

  it('know the exact interval of a count', () => {
    // scipy 1.17: chi2.ppf(.025, 2n) / 2, chi2.ppf(.975, 2n + 2) / 2
    expect(poissonInterval(10)).toEqual([near(4.7953886961324335), near(18.39035604201778)])
    expect(poissonInterval(0)).toEqual([0, near(3.6888794541139354)])
    expect(poissonInterval(1000, 0.99)[0]).toEqual(near(920.4240461633592))
  })

  it('refuse what is no count', () => {
    for (const wrong of [-1, 1.5, Number.NaN]) {
      expect(() => poissonInterval(wrong)).toThrow(expect.objectContaining({ code: 'data/value' }))
    }
    expect(() => poissonInterval(1, 1)).toThrow(expect.objectContaining({ code: 'data/value' }))
    expect(() => crudeRate(-1, 5)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})
