import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  linearRegression,
  logLinearRegression,
  multipleRegression,
  polynomialRegression,
  theilSen,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'
import { correctDigits, LONGLEY_X, LONGLEY_Y, NIST_FITS, NORRIS_X, NORRIS_Y } from './nist-strd.ts'

/** Within so many significant digits: the "log relative error" of NIST. */
const digits = (certified: readonly number[], count: number): number[] =>
  certified.map((value) => near(value, 10 ** -count))

describe('NIST reference data', () => {
  it.each(NIST_FITS)('finds $name to $digits digits', (reference) => {
    expect(correctDigits(reference)).toBeGreaterThanOrEqual(reference.digits)
  })

  it('finds the standard errors of Norris and Longley, and what is said about the fits', () => {
    const norris = linearRegression(NORRIS_X, NORRIS_Y)
    const longley = multipleRegression(LONGLEY_X, LONGLEY_Y)

    expect(norris.standardErrors).toEqual(digits([0.232818234301152, 0.000429796848199937], 12))
    expect(norris).toMatchObject({ n: 36, df: 34, residualSd: near(0.884796396144373), r2: near(0.999993745883712) })
    expect(norris).toMatchObject({ f: near(5436385.54079785, 1e-11) })
    expect(longley.standardErrors).toEqual(
      digits(
        [
          890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
          0.22607320006937, 455.478499142212,
        ],
        12,
      ),
    )
    expect(longley).toMatchObject({ residualSd: near(304.854073561965), r2: near(0.995479004577296), df: 9 })
    expect(longley).toMatchObject({ f: near(330.285339234588), illConditioned: false })
    // mpmath 1.3, 40 digits: betainc at the certified F, 6 and 9 degrees of freedom
    expect(longley).toMatchObject({ fPValue: near(4.98403052872481e-10, 1e-11) })
  })

  it('finds the spread around a line through the origin, around the polynomials of Wampler, and around Filip', () => {
    const fits = Object.fromEntries(NIST_FITS.map(({ name, fit }) => [name, fit()]))

    expect(fits['NoInt1']).toMatchObject({ r2: near(0.999365492298663), residualSd: near(3.56753034006338), df: 10 })
    expect(fits['NoInt1']).toMatchObject({ f: near(15750.25), standardErrors: [near(0.0165289256198347)] })
    expect(fits['Wampler1']).toMatchObject({ coefficients: [1, 1, 1, 1, 1, 1], residualSd: 0, r2: 1 })
    expect(fits['Wampler3']).toMatchObject({ residualSd: near(2360.14502379268) })
    expect(fits['Wampler5']).toMatchObject({ residualSd: near(23601450.2379268) })
    expect(fits['Filip']).toMatchObject({ residualSd: near(0.00334801051324544, 1e-7), illConditioned: true })
  })
})

describe('linearRegression', () => {
  it('F206 gives slope and intercept, exactly where they are exact', () => {
    expect(linearRegression([1, 2, 3, 4], [3, 5, 7, 9])).toMatchObject({
      coefficients: [1, 2],
      residuals: [0, 0, 0, 0],
    })
    expect(linearRegression([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).coefficients).toEqual([0.6, 0.8])
  })

  it('F207 gives R², and the reason where y has no variance', () => {
    expect(linearRegression([1, 2, 3, 4], [3, 5, 7, 9])).toMatchObject({
      r2: 1,
      standardErrors: [0, 0],
      tValues: [null, null],
      pValues: [0, 0],
      f: null,
      fPValue: 0,
    })
    expect(linearRegression([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).r2).toBe(0.64)
    expect(linearRegression([1, 2, 3], [0.1, 0.1, 0.1])).toMatchObject({
      coefficients: [0.1, 0],
      r2: null,
      f: null,
      pValues: [0, null],
      reason: 'no variance',
    })
  })

  it.each([
    ['data/ill-conditioned', 'x has no variance', [3, 3, 3], [1, 2, 3]],
    ['data/ill-conditioned', 'x has no variance', [0.1, 0.1, 0.1], [1, 2, 3]],
    ['data/too-few-points', '2 rows cannot carry 2 coefficients and an error', [1, 2], [1, 2]],
    ['data/too-few-points', '0 rows cannot carry 2 coefficients and an error', [], []],
    ['data/misaligned', '3 rows of predictors against 2 of y', [1, 2, 3], [1, 2]],
    ['data/value', 'x at 1 is NaN, not a finite number', [1, Number.NaN, 3], [1, 2, 3]],
    ['data/value', 'y at 2 is Infinity, not a finite number', [1, 2, 3], [1, 2, Infinity]],
    ['data/units', 'y reaches 1e+200, too far from 1 to be squared', [1, 2, 3], [1, 2, 1e200]],
  ])('F207 refuses with %s: %s', (code, message, x, y) => {
    expect(() => linearRegression(x, y)).toThrow(expect.objectContaining({ code, message }))
  })

  it('keeps the slope when rows change places, are doubled, or x moves by a thousand million', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
      minLength: 3,
      maxLength: 30,
    })
    fc.assert(
      fc.property(points, (given) => {
        fc.pre(new Set(given.map(([x]) => x)).size > 1)
        const fit = (rows: readonly (readonly [number, number])[]): readonly number[] =>
          linearRegression(
            rows.map(([x]) => x),
            rows.map(([, y]) => y),
          ).coefficients
        const [, slope = 0] = fit(given)

        expect(fit(given.toReversed())[1]).toBeCloseTo(slope, 12)
        expect(fit([...given, ...given])[1]).toBeCloseTo(slope, 12)
        expect(fit(given.map(([x, y]) => [x + 1e9, y] as const))[1]).toBeCloseTo(slope, 12)
        expect(fit(given.map(([x, y]) => [x, 5 * y - 2] as const))[1]).toBeCloseTo(5 * slope, 10)
      }),
    )
  })
})

describe('multipleRegression', () => {
  it('agrees with the plain line where there is one predictor', () => {
    const rows = NORRIS_X.map((x) => [x])

    expect(multipleRegression(rows, NORRIS_Y)).toEqual(linearRegression(NORRIS_X, NORRIS_Y))
  })

  it('is the mean of y where there is no predictor', () => {
    // by hand: the standard deviation of 1, 2, 6 is √7, the standard error of their mean √(7/3)
    expect(multipleRegression([[], [], []], [1, 2, 6])).toMatchObject({
      coefficients: [near(3)],
      standardErrors: [near(Math.sqrt(7 / 3))],
      residualSd: near(Math.sqrt(7)),
      f: null,
      fPValue: null,
      conditionNumber: 1,
    })
  })

  it('leaves the other coefficients alone when a predictor without any part in y is added', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8]
    const other = [3, 1, 4, 1, 5, 9, 2, 6]
    const y = x.map((value, index) => 2 + 3 * value + (index % 2 === 0 ? 0.5 : -0.5))
    const residuals = linearRegression(x, other).residuals
    const unrelated = linearRegression(residuals, linearRegression(x, y).residuals).residuals

    // what is left of y after x and the other is orthogonal to both, so fitting it again finds nothing
    const again = multipleRegression(
      x.map((value, index) => [value, other[index] ?? 0]),
      unrelated,
    )

    for (const coefficient of again.coefficients) expect(coefficient).toBeCloseTo(0, 12)
  })

  it.each([
    [
      'data/ill-conditioned',
      [
        [1, 2],
        [2, 4],
        [3, 6],
        [4, 8],
      ],
    ],
    [
      'data/ill-conditioned',
      [
        [1, 7],
        [2, 7],
        [3, 7],
        [4, 7],
      ],
    ],
    ['data/misaligned', [[1, 2], [2], [3, 6], [4, 8]]],
  ])('refuses with %s what does not decide the coefficients', (code, rows) => {
    expect(() => multipleRegression(rows, [1, 2, 3, 5])).toThrow(expect.objectContaining({ code }))
  })

  it('flags what it still can tell apart, but barely', () => {
    const rows = [1, 2, 3, 4, 5].map((x, index) => [x, x + (index % 2 === 0 ? 1e-9 : -1e-9)])

    expect(multipleRegression(rows, [1, 2, 3, 4, 6])).toMatchObject({ illConditioned: true })
  })
})

describe('polynomialRegression', () => {
  it('refuses what is no degree', () => {
    for (const degree of [0, 1.5, Number.NaN]) {
      expect(() => polynomialRegression([1, 2, 3], [1, 2, 3], degree)).toThrow(
        expect.objectContaining({ code: 'data/value' }),
      )
    }
  })
})

describe('logLinearRegression', () => {
  it('F208 fits y on the natural logarithm of x', () => {
    const { coefficients } = logLinearRegression([Math.E, Math.E ** 2, Math.E ** 3], [1, 2, 3])

    expect(coefficients[0]).toBeCloseTo(0, 14)
    expect(coefficients[1]).toBeCloseTo(1, 14)
  })

  it('F208 refuses an x without a logarithm and names its position', () => {
    expect(() => logLinearRegression([1, 2, 0, 4], [1, 2, 3, 4])).toThrow(
      expect.objectContaining({
        code: 'data/value',
        message: 'x at 2 is 0, which has no logarithm',
        details: { position: 2 },
      }),
    )
    expect(() => logLinearRegression([-3, 2, 1], [1, 2, 3])).toThrow('x at 0 is -3')
  })
})

describe('theilSen', () => {
  it('is not turned by a wild point', () => {
    expect(theilSen([1, 2, 3, 4, 5], [2, 4, 6, 8, 1000])).toEqual({ slope: 2, intercept: 0 })
  })

  it('takes the median slope of the pairs with different x', () => {
    // by hand: x 1 1 2 4, y 1 3 2 8 has the slopes 1, −1, 7/3, 5/3, 3; medians 1.5 and 2.5
    expect(theilSen([1, 1, 2, 4], [1, 3, 2, 8])).toEqual({ slope: near(5 / 3), intercept: near(2.5 - (1.5 * 5) / 3) })
  })

  it('agrees with sorting all the slopes', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 2,
      maxLength: 30,
    })
    fc.assert(
      fc.property(points, (given) => {
        const slopes = given
          .flatMap(([x, y], i) => given.slice(0, i).map(([u, v]) => [x - u, y - v] as const))
          .flatMap(([run, rise]) => (run === 0 ? [] : [rise / run]))
          .toSorted((a, b) => a - b)
        fc.pre(slopes.length > 0)
        const middle = ((slopes[(slopes.length - 1) >> 1] ?? 0) + (slopes[slopes.length >> 1] ?? 0)) / 2

        const { slope } = theilSen(
          given.map(([x]) => x),
          given.map(([, y]) => y),
        )

        expect(slope).toBeCloseTo(middle, 12)
      }),
    )
  })

  it.each([
    ['data/misaligned', [1, 2], [1]],
    ['data/too-few-points', [1], [1]],
    ['data/ill-conditioned', [2, 2], [1, 3]],
    ['data/value', [1, Number.NaN], [1, 3]],
    ['data/units', [0, 1e-300], [0, 1e300]],
  ])('refuses with %s what has no slope', (code, x, y) => {
    expect(() => theilSen(x, y)).toThrow(expect.objectContaining({ code }))
  })
})
