import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dependencyRatio,
  medianAge,
  populationDensity,
  populationGrowth,
  sexRatio,
  standardisedRate,
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
