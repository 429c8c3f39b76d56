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

// Observations and certified values: NIST Statistical Reference Datasets (public domain), linear regression.
// The certified values were found again from the decimal texts in rational arithmetic (Python fractions).
const NORRIS_X = Object.freeze([
  0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777, 558.2, 0.4, 0.6, 775.5, 666.9, 338, 447.5, 11.6, 556,
  228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999, 779, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5,
])
const NORRIS_Y = Object.freeze([
  0.1, 338.8, 118.1, 888, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9, 10.8,
  557.7, 228.3, 998, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2,
])
// Prices, national product, unemployed, armed forces, population, year
const LONGLEY_X = Object.freeze([
  [83, 234289, 2356, 1590, 107608, 1947],
  [88.5, 259426, 2325, 1456, 108632, 1948],
  [88.2, 258054, 3682, 1616, 109773, 1949],
  [89.5, 284599, 3351, 1650, 110929, 1950],
  [96.2, 328975, 2099, 3099, 112075, 1951],
  [98.1, 346999, 1932, 3594, 113270, 1952],
  [99, 365385, 1870, 3547, 115094, 1953],
  [100, 363112, 3578, 3350, 116219, 1954],
  [101.2, 397469, 2904, 3048, 117388, 1955],
  [104.6, 419180, 2822, 2857, 118734, 1956],
  [108.4, 442769, 2936, 2798, 120445, 1957],
  [110.8, 444546, 4681, 2637, 121950, 1958],
  [112.6, 482704, 3813, 2552, 123366, 1959],
  [114.2, 502601, 3931, 2514, 125368, 1960],
  [115.7, 518173, 4806, 2572, 127852, 1961],
  [116.9, 554894, 4007, 2827, 130081, 1962],
])
const LONGLEY_Y = Object.freeze([
  60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551,
])

const PONTIUS_Y = Object.freeze([
  0.11019, 0.21956, 0.32949, 0.43899, 0.54803, 0.65694, 0.76562, 0.87487, 0.98292, 1.09146, 1.20001, 1.30822, 1.41599,
  1.52399, 1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844, 0.11052, 0.22018, 0.32939, 0.43886, 0.54798, 0.65739,
  0.76596, 0.87474, 0.983, 1.0915, 1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965, 1.84696, 1.95445, 2.06177,
  2.16829,
])
const FILIP_X = Object.freeze([
  -6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026,
  -7.115148017, -6.815308569, -6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118,
  -5.171791386, -4.851705903, -4.517126416, -4.143573228, -3.709075441, -3.499489089, -6.300769497, -5.953504836,
  -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195, -8.56735134, -8.363211311, -8.107682739,
  -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828, -8.781464495,
  -8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009,
  -6.478861916, -6.159517513, -6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224,
  -4.974284616, -4.64454848, -4.290560426, -3.885055584, -3.408378962, -3.13200249, -8.726767166, -8.66695597,
  -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422, -6.995678626, -6.691862621, -6.392544977,
  -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704, -4.098269308,
  -3.66174277, -3.2644011,
])
const FILIP_Y = Object.freeze([
  0.8116, 0.9072, 0.9052, 0.9039, 0.8053, 0.8377, 0.8667, 0.8809, 0.7975, 0.8162, 0.8515, 0.8766, 0.8885, 0.8859,
  0.8959, 0.8913, 0.8959, 0.8971, 0.9021, 0.909, 0.9139, 0.9199, 0.8692, 0.8872, 0.89, 0.891, 0.8977, 0.9035, 0.9078,
  0.7675, 0.7705, 0.7713, 0.7736, 0.7775, 0.7841, 0.7971, 0.8329, 0.8641, 0.8804, 0.7668, 0.7633, 0.7678, 0.7697, 0.77,
  0.7749, 0.7796, 0.7897, 0.8131, 0.8498, 0.8741, 0.8061, 0.846, 0.8751, 0.8856, 0.8919, 0.8934, 0.894, 0.8957, 0.9047,
  0.9129, 0.9209, 0.9219, 0.7739, 0.7681, 0.7665, 0.7703, 0.7702, 0.7761, 0.7809, 0.7961, 0.8253, 0.8602, 0.8809,
  0.8301, 0.8664, 0.8834, 0.8898, 0.8964, 0.8963, 0.9074, 0.9119, 0.9228,
])

/** Within so many significant digits: the "log relative error" of NIST. */
const digits = (certified: readonly number[], count: number): number[] =>
  certified.map((value) => near(value, 10 ** -count))

describe('NIST reference data', () => {
  it('finds Norris to 12 digits, and its standard errors', () => {
    const fit = linearRegression(NORRIS_X, NORRIS_Y)

    expect(fit.coefficients).toEqual(digits([-0.262323073774029, 1.00211681802045], 12))
    expect(fit.standardErrors).toEqual(digits([0.232818234301152, 0.000429796848199937], 12))
    expect(fit).toMatchObject({ n: 36, df: 34, residualSd: near(0.884796396144373), r2: near(0.999993745883712) })
    expect(fit).toMatchObject({ f: near(5436385.54079785, 1e-11) })
  })

  it('finds Longley to 12 digits, and its standard errors', () => {
    const fit = multipleRegression(LONGLEY_X, LONGLEY_Y)

    expect(fit.coefficients).toEqual(
      digits(
        [
          -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
          -0.0511041056535807, 1829.15146461355,
        ],
        12,
      ),
    )
    expect(fit.standardErrors).toEqual(
      digits(
        [
          890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
          0.22607320006937, 455.478499142212,
        ],
        12,
      ),
    )
    expect(fit).toMatchObject({ residualSd: near(304.854073561965), r2: near(0.995479004577296), df: 9 })
    expect(fit).toMatchObject({ f: near(330.285339234588), illConditioned: false })
    // mpmath 1.3, 40 digits: betainc at the certified F, 6 and 9 degrees of freedom
    expect(fit).toMatchObject({ fPValue: near(4.98403052872481e-10, 1e-11) })
  })

  it('finds the polynomials of Wampler to 14 digits, with and without noise', () => {
    const x = Array.from({ length: 21 }, (_, index) => index)
    const first = x.map((v) => 1 + v + v ** 2 + v ** 3 + v ** 4 + v ** 5)
    const second = x.map((v) => 1 + v / 10 + v ** 2 / 100 + v ** 3 / 1000 + v ** 4 / 10_000 + v ** 5 / 100_000)
    // Not NIST's own noise, but of its size (Wampler 5), alternating; the answer from Python fractions
    const noisy = first.map((y, index) => y + (index % 2 === 0 ? 100_000 : -100_000))

    expect(polynomialRegression(x, first, 5)).toMatchObject({ coefficients: [1, 1, 1, 1, 1, 1], residualSd: 0, r2: 1 })
    // The observations themselves are rounded here, to the 16th digit
    expect(polynomialRegression(x, second, 5).coefficients).toEqual(digits([1, 0.1, 0.01, 0.001, 0.0001, 0.00001], 13))
    expect(polynomialRegression(x, noisy, 5).coefficients).toEqual(
      digits([52299.1366459627, -40919.716112532, 8508.20150760533, -645.116570197873, 17.1529142549468, 1], 12),
    )
  })

  it('finds a line through the origin to 14 digits', () => {
    // NIST StRD NoInt1
    const fit = multipleRegression(
      Array.from({ length: 11 }, (_, index) => [60 + index]),
      Array.from({ length: 11 }, (_, index) => 130 + index),
      { intercept: false },
    )

    expect(fit.coefficients).toEqual(digits([2.07438016528926], 14))
    expect(fit).toMatchObject({ r2: near(0.999365492298663), residualSd: near(3.56753034006338), df: 10 })
    expect(fit).toMatchObject({ f: near(15750.25), standardErrors: [near(0.0165289256198347)] })
  })

  it('finds Pontius, and Filip that many programs refuse', () => {
    const load = PONTIUS_Y.map((_, index) => 150_000 * ((index % 20) + 1))

    const pontius = polynomialRegression(load, PONTIUS_Y, 2).coefficients
    const filip = polynomialRegression(FILIP_X, FILIP_Y, 10)

    expect(pontius).toEqual(digits([0.000673565789473684, 7.32059160401003e-7, -3.16081871345029e-15], 12))
    expect(filip.coefficients).toEqual(
      digits(
        [
          -1467.4896142298, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349,
          -75.1242017393757, -10.8753180355343, -1.06221498588947, -0.0670191154593408, -0.00246781078275479,
          -0.0000402962525080404,
        ],
        11,
      ),
    )
    expect(filip).toMatchObject({ residualSd: near(0.00334801051324544, 1e-7), illConditioned: true })
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
