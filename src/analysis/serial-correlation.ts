/**
 * Series that remember: how much, and what is left of a correlation between two of them. A series is a list of equal steps
 * of time, `null` where a step has no value.
 */
import { DataError } from '../base/errors.ts'
import type { Column } from './paired.ts'
import { pearson, type Correlation } from './pearson.ts'
import { quantile } from './quantile.ts'

/**
 * The autocorrelation at a lag: Σ (xₜ − x̄)(xₜ₊ₗ − x̄) over the pairs of which both are there, divided by Σ (xₜ − x̄)².
 * `null` without variance or without a pair.
 *
 * @throws DataError `data/value` for a lag that is not a whole number from 0
 * @example autocorrelation([1, 2, 3, 4, 5], 1) // 0.4
 */
export function autocorrelation(values: Column, lag: number): number | null {
  if (!Number.isInteger(lag) || lag < 0) throw noLag(lag)
  const present = values.filter((value) => value !== null)
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  let [sum, pairs] = [0, 0]
  for (const [index, value] of values.entries()) {
    const later = values[index + lag] ?? null
    if (value === null || later === null) continue
    sum += (value - mean) * (later - mean)
    pairs += 1
  }
  const r = sum / squares
  return pairs === 0 || !Number.isFinite(r) ? null : r
}

/**
 * How many independent pairs two series are worth: n · (1 − r₁ₓ r₁ᵧ) / (1 + r₁ₓ r₁ᵧ), with their autocorrelations at lag 1.
 * At most n: alternating series are not taken for more than they have. `null` where one has no variance.
 *
 * @throws DataError `data/misaligned` when they differ in length
 * @see Bretherton et al. (1999), Journal of Climate 12
 */
export function effectiveSampleSize(x: Column, y: Column): number | null {
  const { n } = pearson(x, y)
  const [rx, ry] = [autocorrelation(x, 1), autocorrelation(y, 1)]
  if (rx === null || ry === null) return null
  return n * Math.min(1, (1 - rx * ry) / (1 + rx * ry))
}

/**
 * The series as it was so many steps before: the value of step t moves to t + lag, what comes in is `null`.
 *
 * @example lagged([1, 2, 3], 1) // [null, 1, 2]
 */
export function lagged(values: Column, lag: number): (number | null)[] {
  if (!Number.isInteger(lag)) throw noLag(lag)
  return values.map((_, index) => values[index - lag] ?? null)
}

/**
 * The change from so many steps before; `null` where either side is missing.
 *
 * @example differenced([1, 4, 9]) // [null, 3, 5]
 */
export function differenced(values: Column, lag = 1): (number | null)[] {
  const before = lagged(values, lag)
  return values.map((value, index) => {
    const earlier = before[index] ?? null
    return value === null || earlier === null ? null : value - earlier
  })
}

/** Pearson's r of y with x so many steps earlier, for each lag from −most to most: above 0, x leads. */
export function crossCorrelation(
  x: Column,
  y: Column,
  most: number,
): { readonly lag: number; readonly correlation: Correlation }[] {
  if (!Number.isInteger(most) || most < 0) throw noLag(most)
  return Array.from({ length: 2 * most + 1 }, (_, index) => {
    const lag = index - most
    return { lag, correlation: pearson(lagged(x, lag), y) }
  })
}

/**
 * A 95 % interval of Pearson's r that does not assume independent steps: whole blocks of neighbouring steps are drawn anew,
 * so that each draw remembers as the series does (moving block bootstrap, Künsch 1989).
 *
 * `null` when fewer than half of the draws have a coefficient.
 *
 * @throws DataError `data/value` for a block that is longer than the series, or shorter than 1
 */
export function blockBootstrapInterval(
  x: Column,
  y: Column,
  { block, draws, random }: { readonly block: number; readonly draws: number; readonly random: () => number },
): readonly [low: number, high: number] | null {
  if (!Number.isInteger(block) || block < 1 || block > x.length) {
    throw new DataError('data/value', `a block of ${block} steps does not fit a series of ${x.length}`, {
      hint: 'choose a block of about the cube root of the length',
    })
  }
  const found: number[] = []
  for (let draw = 0; draw < draws; draw += 1) {
    const steps: number[] = []
    while (steps.length < x.length) {
      const start = Math.floor(random() * (x.length - block + 1))
      for (let step = start; step < start + block && steps.length < x.length; step += 1) steps.push(step)
    }
    const { r } = pearson(
      steps.map((step) => x[step] ?? null),
      steps.map((step) => y[step] ?? null),
    )
    if (r !== null) found.push(r)
  }
  const [low, high] = [quantile(found, 0.025), quantile(found, 0.975)]
  return found.length * 2 < draws || low === null || high === null ? null : [low, high]
}

function noLag(lag: number): DataError {
  return new DataError('data/value', `${lag} is no lag`, { hint: 'a lag is a whole number of steps' })
}
