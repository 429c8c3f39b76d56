import fc from 'fast-check'
import { expect, it, suite } from 'vitest'
import { describe } from '../../src/analysis/index.ts'
import { near } from './near.ts'

suite('describing a column', () => {
  it('says how many there are, how many are missing, where they lie and how they spread', () => {
    // by hand: squares around 5 add up to 32, over n − 1 = 7
    expect(describe([2, 4, null, 4, 4, 5, 5, null, 7, 9])).toEqual({
      n: 8,
      missing: 2,
      mean: 5,
      sd: near(Math.sqrt(32 / 7)),
      min: 2,
      max: 9,
      median: 4.5,
    })
  })

  it('leaves unsaid what so few values do not tell', () => {
    expect(describe([])).toEqual({ n: 0, missing: 0, mean: null, sd: null, min: null, max: null, median: null })
    expect(describe([null, null])).toMatchObject({ n: 0, missing: 2, mean: null })
    expect(describe([7])).toEqual({ n: 1, missing: 0, mean: 7, sd: null, min: 7, max: 7, median: 7 })
    expect(describe([3, 3, 3])).toMatchObject({ mean: 3, sd: 0 })
  })

  it('keeps its digits where the spread is small beside the mean', () => {
    // NIST StRD NumAcc3 and NumAcc4: mean and standard deviation are exact by construction (1000001 values; 1001 here)
    const around = (centre: number): number[] => [
      centre,
      ...Array.from({ length: 1000 }, (_, index) => centre + (index % 2 === 0 ? -0.1 : 0.1)),
    ]

    expect(describe(around(1_000_000.2))).toMatchObject({ mean: near(1_000_000.2, 1e-15), sd: near(0.1, 1e-9) })
    expect(describe(around(10_000_000.2))).toMatchObject({ mean: near(10_000_000.2, 1e-15), sd: near(0.1, 1e-8) })
    // The digits that the decimals lose on their way into binary are not ours to find: with halves, none is lost
    expect(describe([1e15, 1e15 + 0.5, 1e15 + 1])).toMatchObject({ mean: 1e15 + 0.5, sd: 0.5 })
  })

  it('describes the largest and the smallest numbers', () => {
    expect(describe([1.7e308, 1.7e308])).toMatchObject({ mean: 1.7e308, sd: 0, median: 1.7e308 })
    expect(describe([1.7e308, -1.7e308])).toMatchObject({ mean: 0, sd: null })
    expect(describe([5e-324, 5e-324])).toMatchObject({ mean: 5e-324, sd: 0 })
  })

  it('refuses what is not finite by its place', () => {
    expect(() => describe([1, Number.NaN])).toThrow(
      expect.objectContaining({ code: 'data/value', message: 'value 1 is NaN, not a finite number' }),
    )
    expect(() => describe([-Infinity])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })

  it('does not mind the order, and follows a change of units', () => {
    const values = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 50 })
    fc.assert(
      fc.property(values, (given) => {
        const here = describe(given)
        const there = describe(given.toReversed().map((value) => 10 * value + 3))

        expect(there.mean ?? 0).toBeCloseTo(10 * (here.mean ?? 0) + 3, 6)
        expect(there.sd ?? 0).toBeCloseTo(10 * (here.sd ?? 0), 6)
        expect(there.median).toBe(10 * (here.median ?? 0) + 3)
      }),
    )
  })
})
