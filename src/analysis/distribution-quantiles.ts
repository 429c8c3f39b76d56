/** Where a distribution's tail reaches a probability: the critical values of intervals. Found by halving, to the last digits. */
import { betaLower, gammaLower, gammaUpper, normalTwoSided, studentTwoSided } from './distribution-tails.ts'

/** The z with P(Z ≤ z) = p; infinite at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p <= 0) return -Infinity
  return -whereFalling((z) => normalTwoSided(z), 2 * p)
}

/** The t with P(|T| ≤ t) = `level`: what an interval of that level is as wide as. */
export function studentCritical(level: number, df: number): number {
  return whereFalling((t) => studentTwoSided(t, df), 1 - level)
}

/** The x with P(X ≤ x) = p, of a gamma variable of that shape and scale 1. */
export function gammaQuantile(p: number, shape: number): number {
  // The smaller tail keeps its digits
  if (p <= 0.5) return whereFalling((x) => -gammaLower(shape, x), -p)
  return whereFalling((x) => gammaUpper(shape, x), 1 - p)
}

/** The x with P(X ≤ x) = p, of χ² with `df` degrees of freedom. */
export function chiSquareQuantile(p: number, df: number): number {
  return 2 * gammaQuantile(p, df / 2)
}

/** The x with P(X ≤ x) = p, of a beta variable. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  return whereFalling((x) => -betaLower(x, a, b), -p, 1)
}

/** The x ≥ 0 at which a falling function reaches a value. */
function whereFalling(falling: (x: number) => number, value: number, most = Infinity): number {
  let [low, high] = [0, Math.min(1, most)]
  while (high < most && falling(high) > value) {
    low = high
    high *= 2
    if (!Number.isFinite(high)) return high
  }
  // As many halvings as there are steps between two numbers, and no more than reach the smallest
  for (let step = 0; step < 1100; step += 1) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) return middle
    if (falling(middle) > value) low = middle
    else high = middle
  }
  return low
}
