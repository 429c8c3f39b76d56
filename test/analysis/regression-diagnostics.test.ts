import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  coefficientIntervals,
  huberRegression,
  logLogRegression,
  logOutcomeRegression,
  multipleRegression,
  predictAt,
  regressionDiagnostics,
  theilSenInterval,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

// Known answers: statsmodels 0.15 (OLSInfluence, het_breuschpagan, linear_reset, RLM) and scipy 1.17 (theilslopes),
// on Anscombe's quartet (1973) and Brownlee's stack loss data (1965)
const X = Object.freeze([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
const QUARTET = {
  I: { x: X, y: [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68] },
  II: { x: X, y: [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74] },
  III: { x: X, y: [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73] },
  IV: {
    x: [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
    y: [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89],
  },
}
const STACK = Object.freeze(
  [
    [80, 27, 89],
    [80, 27, 88],
    [75, 25, 90],
    [62, 24, 87],
    [62, 22, 87],
    [62, 23, 87],
    [62, 24, 93],
    [62, 24, 93],
    [58, 23, 87],
    [58, 18, 80],
    [58, 18, 89],
    [58, 17, 88],
    [58, 18, 82],
    [58, 19, 93],
    [50, 18, 89],
    [50, 18, 86],
    [50, 19, 72],
    [50, 19, 79],
    [50, 20, 80],
    [56, 20, 82],
    [70, 20, 91],
  ].map((row) => Object.freeze(row)),
)
const LOSS = Object.freeze([42, 37, 37, 28, 18, 18, 19, 20, 15, 14, 14, 13, 11, 12, 8, 7, 8, 8, 9, 15, 15])

const ofOne = ({ x, y }: { x: readonly number[]; y: readonly number[] }) =>
  regressionDiagnostics(
    x.map((value) => [value]),
    y,
  )

describe('regressionDiagnostics', () => {
  it('measures what each row does to the fit', () => {
    const { rows } = ofOne(QUARTET.I)

    expect(rows[2]).toEqual({
      fitted: near(9.50127272727273),
      residual: near(7.58 - 9.50127272727273),
      leverage: near(0.236363636363636),
      standardised: near(-1.77793266215491),
      studentised: near(-2.08109890671928),
      cook: near(0.489209275774336),
    })
    expect(rows.map(({ leverage }) => leverage).reduce((sum, value) => sum + value, 0)).toEqual(near(2))
  })

  it('tests the residuals for memory, uneven spread and curvature', () => {
    expect(ofOne(QUARTET.I)).toMatchObject({
      durbinWatson: near(3.21228995936306),
      breuschPagan: { statistic: near(0.655307556148414), p: near(0.418221456801893) },
      curvature: { statistic: near(0.531801704640885, 1e-9), p: near(0.486649297893372, 1e-9) },
    })
    expect(regressionDiagnostics(STACK, LOSS)).toMatchObject({
      breuschPagan: { statistic: near(4.89036774397531), p: near(0.180003243514901) },
      varianceInflation: [near(2.9064836274305), near(2.57263238031817), near(1.33358746209765)],
    })
    expect(regressionDiagnostics(STACK, LOSS).rows[20]).toMatchObject({
      cook: near(0.691999916339519),
      studentised: near(-3.33049331932806),
    })
  })

  it('gives likelihood, AIC and BIC, the variance counted as a parameter', () => {
    // statsmodels counts two parameters, R three: R 4.3 AIC(lm(y1 ~ x1, anscombe)) is 39.68137
    expect(ofOne(QUARTET.I)).toMatchObject({
      logLikelihood: near(-16.8406870565765),
      aic: near(37.6813741131529 + 2),
      bic: near(38.4771646587497 + Math.log(11)),
    })
  })

  it.each([
    ['I', []],
    ['II', ['curvature']],
    ['III', ['outlier', 'influence']],
    ['IV', ['leverage']],
  ] as const)('says of set %s of the quartet what a careful reader would see: %j', (set, expected) => {
    expect(ofOne(QUARTET[set]).warnings.map(({ kind }) => kind)).toEqual(expected)
  })

  it('points at the rows', () => {
    expect(ofOne(QUARTET.III).warnings[0]).toMatchObject({ kind: 'outlier', rows: [2] })
    expect(ofOne(QUARTET.IV).warnings[0]).toMatchObject({ kind: 'leverage', rows: [7] })
  })

  it('has no studentised residual where the fit is bound to a row, and no distance', () => {
    expect(ofOne(QUARTET.IV).rows[7]).toMatchObject({
      leverage: near(1),
      standardised: null,
      studentised: null,
      cook: null,
    })
    expect(ofOne(QUARTET.IV).curvature).toBeNull()
  })

  it('has nothing to test in a perfect fit', () => {
    const { rows, ...found } = ofOne({ x: [1, 2, 3, 4], y: [3, 5, 7, 9] })

    expect(found).toMatchObject({
      durbinWatson: null,
      breuschPagan: null,
      curvature: null,
      logLikelihood: null,
      aic: null,
      warnings: [],
    })
    expect(rows.every(({ standardised, cook }) => standardised === null && cook === null)).toBe(true)
  })

  it('flags predictors that say nearly the same', () => {
    const rows = Array.from({ length: 12 }, (_, index) => [index, index + Math.sin(index) / 100])
    const y = rows.map((_, index) => index + Math.cos(index * 7))

    expect(regressionDiagnostics(rows, y).warnings).toContainEqual(expect.objectContaining({ kind: 'ill-conditioned' }))
  })

  it('does not mind the order of the rows, but for Durbin and Watson', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...STACK.keys()], { minLength: STACK.length }), (order) => {
        const { rows, varianceInflation } = regressionDiagnostics(
          order.map((row) => STACK[row] ?? []),
          order.map((row) => LOSS[row] ?? 0),
        )

        expect(rows[order.indexOf(20)]).toMatchObject({ cook: near(0.691999916339519, 1e-10) })
        expect(varianceInflation[0]).toEqual(near(2.9064836274305, 1e-10))
      }),
      { numRuns: 20 },
    )
  })
})

describe('intervals', () => {
  it('gives those of the coefficients', () => {
    const fit = multipleRegression(
      X.map((x) => [x]),
      QUARTET.I.y,
    )

    expect(coefficientIntervals(fit)).toEqual([
      [near(0.45573689992884, 1e-11), near(5.54444491825297)],
      [near(0.233370136385188), near(0.766811681796631)],
    ])
    expect(() => coefficientIntervals(fit, 95)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })

  it('gives those of the line and of the next observation, wider the farther out', () => {
    expect(
      predictAt(
        [[10], [20]],
        X.map((x) => [x]),
        QUARTET.I.y,
      ),
    ).toEqual([
      {
        fitted: near(8.001),
        mean: [near(7.11638727314146), near(8.88561272685854)],
        observation: [near(5.06707150023706), near(10.9349284997629)],
      },
      {
        fitted: near(13.0019090909091),
        mean: [near(9.94915031438439), near(16.0546678674338)],
        observation: [near(8.86128922030401), near(17.1425289615142)],
      },
    ])
    expect(predictAt([[60, 20, 90]], STACK, LOSS, { level: 0.9 })).toEqual([
      {
        fitted: near(15.2334333733858),
        mean: [near(13.5006943569979), near(16.9661723897736)],
        observation: [near(9.3311835012885), near(21.135683245483)],
      },
    ])
  })

  it('refuses predictors of another width', () => {
    expect(() => predictAt([[1, 2]], STACK, LOSS)).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
  })

  it('gives that of a median slope, ties and all', () => {
    expect(theilSenInterval(X, QUARTET.I.y)).toEqual({
      slope: near(0.501666666666667),
      intercept: near(3.065),
      low: near(0.218),
      high: near(0.8225),
    })
    expect(theilSenInterval([1, 2, 3, 3, 4, 5, 6, 7], [1, 2, 2, 3, 5, 5, 9, 1], 0.9)).toMatchObject({
      slope: 1,
      low: 0,
      high: 1.75,
    })
    expect(() => theilSenInterval([1, 2], [1, 2], 1)).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('huberRegression', () => {
  it('agrees with another implementation', () => {
    const { coefficients, scale, weights, converged } = huberRegression(STACK, LOSS)

    expect(converged).toBe(true)
    expect(coefficients).toEqual(
      [-41.0264983524002, 0.829384334600109, 0.926065966196649, -0.127846724945785].map((value) => near(value, 1e-9)),
    )
    expect(scale).toEqual(near(2.4405360917211216, 1e-9))
    expect(weights[20]).toEqual(near(0.368091682166332, 1e-9))
  })

  it('is not turned by a wild row, and moves with the data', () => {
    const rows = Array.from({ length: 20 }, (_, index) => [index])
    const y = rows.map(([x = 0], index) => 2 * x + 1 + (index % 2 === 0 ? 0.1 : -0.1))
    const wild = y.with(19, 1e6)

    expect(huberRegression(rows, wild).coefficients[1]).toBeCloseTo(2, 1)
    expect(
      huberRegression(
        rows.map(([x = 0]) => [x + 1e9]),
        wild,
      ).coefficients[1],
    ).toEqual(near(huberRegression(rows, wild).coefficients[1] ?? 0, 1e-6))
  })

  it('stops on a line that most rows lie on exactly', () => {
    expect(huberRegression([[1], [2], [3], [4], [5]], [2, 4, 6, 8, 10])).toMatchObject({
      coefficients: [0, 2],
      scale: 0,
    })
  })

  it('goes without an intercept', () => {
    expect(huberRegression([[1], [2], [3]], [2, 4, 6], { intercept: false }).coefficients).toEqual([2])
  })
})

describe('outcomes that grow by factors', () => {
  const x = [1, 2, 4, 8, 16]
  const y = [3, 5.5, 13, 22, 50]

  it('gives the elasticity, and the way back without bias', () => {
    const fit = logLogRegression(x, y)

    expect(fit).toMatchObject({ elasticity: near(1.01177873781071), smearing: near(1.00219576135496) })
    expect(fit.coefficients[0]).toEqual(near(1.07165188050291))
    expect(fit.predict(10)).toEqual(near(30.0707179835809))
    expect([fit.predict(0), fit.predict(-1)]).toEqual([0, null])
  })

  it('gives the growth in per cent for one more of x', () => {
    expect(logOutcomeRegression(x, y)).toMatchObject({
      percentPerUnit: near(18.6022683014563),
      smearing: near(1.06195001060551),
    })
  })

  it('refuses what has no logarithm, by its position', () => {
    expect(() => logLogRegression([1, 0, 2], [1, 2, 3])).toThrow(
      expect.objectContaining({ code: 'data/value', details: { position: 1 } }),
    )
    expect(() => logOutcomeRegression([1, 0, 2], [1, 2, -3])).toThrow('y at 2 is -3')
  })
})
