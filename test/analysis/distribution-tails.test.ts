import { describe, expect, it } from 'vitest'
import {
  betaQuantile,
  chiSquareQuantile,
  gammaQuantile,
  normalQuantile,
  studentCritical,
} from '../../src/analysis/distribution-quantiles.ts'
import {
  chiSquareUpper,
  fUpper,
  gammaLower,
  normalLower,
  normalTwoSided,
  studentTwoSided,
} from '../../src/analysis/distribution-tails.ts'
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

// mpmath 1.3 with 40 digits: gammainc(regularized=True), and findroot on the tails
describe('gamma, χ² and the ways back', () => {
  it.each([
    [1, 1, 0.3173105078629141],
    [10, 3, 0.01856613546304323],
    [300, 40, 1.495596972272627e-41],
    [0.001, 2, 0.9995001249791693],
    [9000, 10000, 0.999999999999873],
    [5, 0.5, 0.009213748479540033],
  ])('keeps twelve digits of χ² at %d with %d degrees of freedom', (x, df, expected) => {
    expect(chiSquareUpper(x, df)).toEqual(near(expected))
  })

  it.each([
    [0.3, 1e-5, 0.03523536061556258],
    [20, 5, 3.45213582091446e-7],
    [1, 0.5, 0.3934693402873666],
    [2000, 1900, 0.01169582038115011],
    [0.5, 30, 0.9999999999999905],
  ])('keeps twelve digits of the lower tail of gamma of shape %d at %d', (shape, x, expected) => {
    expect(gammaLower(shape, x)).toEqual(near(expected))
  })

  it('goes back from probabilities to values', () => {
    expect([1e-10, 0.025, 0.3, 0.999].map(normalQuantile)).toEqual([
      near(-6.361340902404056),
      near(-1.959963984540054),
      near(-0.5244005127080408),
      near(3.090232306167814),
    ])
    expect([1, 5, 100].map((df) => studentCritical(0.95, df))).toEqual([
      near(12.7062047361747),
      near(2.570581835636316),
      near(1.983971518523552),
    ])
    expect([chiSquareQuantile(0.025, 3), chiSquareQuantile(0.5, 1), chiSquareQuantile(0.975, 40)]).toEqual([
      near(0.2157952826238979),
      near(0.4549364231195728),
      near(59.3417071431712),
    ])
    expect(betaQuantile(0.1, 3, 7)).toEqual(near(0.1294972968576896))
    expect([gammaQuantile(1e-8, 0.3), gammaQuantile(0.99, 20)]).toEqual([
      near(1.50222248164583e-27),
      near(31.84536987578223),
    ])
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity])
  })

  it('keeps the lower tail of the normal distribution', () => {
    expect([-8, 0, 1.5].map(normalLower)).toEqual([near(6.220960574271784e-16), 0.5, near(0.9331927987311419)])
  })
})
