/**
 * The probabilities that tests ask for: tails of the normal and Student's t, the upper tails of F, χ² and Poisson's sums.
 *
 * Own code, not jstat: its t distribution answers 1.033 for the two-sided tail at t = 0.001 with a million degrees of
 * freedom, and its normal distribution 0 beyond ten standard deviations. These keep eleven digits or more, far out too.
 */

/** Steps of a continued fraction: enough for 10^10 degrees of freedom, since it needs about the square root. */
const MOST_STEPS = 200_000
/** Stands in for a zero denominator in Lentz's method. */
const TINY = 1e-300

/** P(|Z| ≥ |z|) of a standard normal variable. */
export function normalTwoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  return x < 2 ? 1 - erfSeries(x) : erfcFraction(x)
}

/** P(Z ≤ z) of a standard normal variable, exact in the lower tail. */
export function normalLower(z: number): number {
  const half = normalTwoSided(z) / 2
  return z < 0 ? half : 1 - half
}

/** P(|T| ≥ |t|) of Student's t with `df` degrees of freedom. */
export function studentTwoSided(t: number, df: number): number {
  const squared = t * t
  if (!Number.isFinite(squared)) return 0
  return betaRegularised(df / (df + squared), squared / (df + squared), df / 2, 0.5)
}

/** P(F ≥ f) of the F distribution with `df1` and `df2` degrees of freedom. */
export function fUpper(f: number, df1: number, df2: number): number {
  if (f <= 0) return 1
  const weighed = df1 * f
  if (!Number.isFinite(weighed)) return 0
  return betaRegularised(df2 / (df2 + weighed), weighed / (df2 + weighed), df2 / 2, df1 / 2)
}

/** P(X ≥ x) of χ² with `df` degrees of freedom. */
export function chiSquareUpper(x: number, df: number): number {
  return x <= 0 ? 1 : gammaUpper(df / 2, x / 2)
}

/** P(X ≤ x) of the beta distribution. */
export function betaLower(x: number, a: number, b: number): number {
  return betaRegularised(x, 1 - x, a, b)
}

/**
 * The regularised upper incomplete gamma function Q(a, x): P(X ≥ x) of a gamma variable of shape a and scale 1.
 *
 * @see DLMF 8.11.4 (series) below the mean, 8.9.2 (continued fraction, by the modified Lentz method) above it
 */
export function gammaUpper(a: number, x: number): number {
  if (x <= 0) return 1
  if (!Number.isFinite(x)) return 0
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x)
}

/** P(a, x), the lower one: exact where it is small. */
export function gammaLower(a: number, x: number): number {
  if (x <= 0) return 0
  if (!Number.isFinite(x)) return 1
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x)
}

function gammaSeries(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k < MOST_STEPS && term > sum * 1e-17; k += 1) {
    term *= x / (a + k)
    sum += term
  }
  return Math.min(1, gammaDensity(a, x) * sum)
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / nonZero(b)
  let fraction = d
  for (let k = 1; k < MOST_STEPS; k += 1) {
    const step = k * (a - k)
    b += 2
    d = 1 / nonZero(step * d + b)
    c = nonZero(b + step / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return Math.min(1, gammaDensity(a, x) * a * fraction)
}

/** x^a e^(−x) / Γ(a + 1), measured from its peak at a. */
function gammaDensity(a: number, x: number): number {
  const offPeak = (x - a) / a
  const exponent = a * (logRatio(offPeak, x / a) - offPeak)
  return Math.exp(exponent - stirlingError(a)) / Math.sqrt(2 * Math.PI * a)
}

/**
 * The regularised incomplete beta function I_x(a, b). `y` is 1 − x, handed over apart so that no digit of a small one
 * is lost.
 *
 * @see DLMF 8.17.22 (continued fraction), evaluated by the modified Lentz method
 */
function betaRegularised(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  // The fraction converges fast only below the mean; above it, the other tail is the small one
  if (x > (a + 1) / (a + b + 2)) return 1 - betaFraction(y, x, b, a)
  return betaFraction(x, y, a, b)
}

function betaFraction(x: number, y: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= MOST_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return (betaDensityTimesXY(x, y, a, b) / a) * fraction
}

/** x^a y^b / B(a, b), measured from its peak at a / (a + b): differences of huge logarithms never arise. */
function betaDensityTimesXY(x: number, y: number, a: number, b: number): number {
  const offPeak = x * b - y * a
  const exponent = a * logRatio(offPeak / a, (x * (a + b)) / a) + b * logRatio(-offPeak / b, (y * (a + b)) / b)
  const correction = stirlingError(a + b) - stirlingError(a) - stirlingError(b)
  return Math.sqrt((a * b) / (2 * Math.PI * (a + b))) * Math.exp(exponent + correction)
}

/** ln(ratio), from its distance to 1 where that is the more exact of the two. */
function logRatio(beyondOne: number, ratio: number): number {
  return Math.abs(beyondOne) < 0.5 ? Math.log1p(beyondOne) : Math.log(ratio)
}

/** ln Γ(z) less Stirling's formula: 1/(12z) − 1/(360z³) + …, shifted up to where the series is exact. */
function stirlingError(z: number): number {
  let shifted = z
  let error = 0
  while (shifted < 16) {
    error += (shifted + 0.5) * Math.log1p(1 / shifted) - 1
    shifted += 1
  }
  const s = 1 / (shifted * shifted)
  return error + (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / shifted
}

/** erf(x) by its power series with positive terms: 2x/√π · e^(−x²) · Σ (2x²)^k / (2k+1)!!. */
function erfSeries(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= (2 * x * x) / (2 * k + 1)
    sum += term
  }
  return ((2 * x) / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** erfc(x) for x ≥ 2 by the continued fraction e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))). */
function erfcFraction(x: number): number {
  let fraction = x
  // 120 levels from the innermost outwards: at x = 2 the 17th digit stands still from the 80th on
  for (let level = 120; level >= 1; level -= 1) fraction = x + level / 2 / fraction
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
