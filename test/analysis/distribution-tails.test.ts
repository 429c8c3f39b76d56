import { describe, expect, it } from 'vitest'
import { fUpper, normalTwoSided, studentTwoSided } from '../../src/analysis/distribution-tails.ts'
import { near } from './near.ts'

// All from mpmath 1.3 with 40 digits: erfc(z / √2), and betainc with its last argument given as a fraction
describe('tails of distributions', () => {
  it.each([
    [0.001, 1000000, 0.9992021157716491],
    [4.5, 8, 0.0020020922755185984],
    [50, 10, 2.47431032930268e-13],
    [100000, 10, 2.460937488720703e-46],
    [8, 5000, 1.5339871886915454e-15],
    [2, 1, 0.2951672353008665],
    [1, 3, 0.39100221895577064],
    [30, 100000, 7.378536872222233e-197],
  ])('keeps twelve digits of the t distribution at %d with %d degrees of freedom', (t, df, expected) => {
    expect(studentTwoSided(t, df)).toEqual(near(expected))
    expect(studentTwoSided(-t, df)).toEqual(near(expected))
  })

  it.each([
    [0.001, 0.9992021155721779],
    [1.96, 0.04999579029644087],
    [2.9, 0.003731626600768077],
    [10, 1.523970604832105e-23],
    [37, 1.1451142445049154e-299],
  ])('keeps twelve digits of the normal distribution at %d', (z, expected) => {
    expect(normalTwoSided(z)).toEqual(near(expected))
    expect(normalTwoSided(-z)).toEqual(near(expected))
  })

  it.each([
    [330.285339234588, 6, 9, 4.98403052872481e-10],
    [3, 2, 100000, 0.049791549226419214],
    [0.01, 4, 7, 0.9997481707032716],
    [1000000.0, 1, 3, 2.2053076425765927e-9],
  ])('keeps eleven digits of the F distribution at %d with %d and %d degrees of freedom', (f, df1, df2, expected) => {
    expect(fUpper(f, df1, df2)).toEqual(near(expected, 1e-11))
  })

  it('is 1 in the middle and 0 infinitely far out', () => {
    expect([studentTwoSided(0, 7), normalTwoSided(0), fUpper(0, 3, 4)]).toEqual([1, 1, 1])
    expect([studentTwoSided(Infinity, 7), normalTwoSided(Infinity), fUpper(Infinity, 3, 4)]).toEqual([0, 0, 0])
  })

  it('agrees with itself: F with one degree of freedom is t squared', () => {
    for (const t of [0.01, 0.5, 1, 3, 20, 400]) {
      for (const df of [1, 2, 7, 50, 3000]) expect(fUpper(t * t, 1, df)).toEqual(near(studentTwoSided(t, df)))
    }
  })
})
