/** Many tests at once: p-values that still mean what they say. */
import { DataError } from '../base/errors.ts'

export type Adjustment = 'bonferroni' | 'holm' | 'bh' | 'by'

/**
 * Adjusted p-values, in the order given. A missing one stays missing and is not counted: m is the number of tests made.
 *
 * - `bonferroni`: m·p. `holm`: step-down, (m − i + 1)·p, never falling (Holm 1979). Both bound the chance of any error.
 * - `bh`: step-up, (m / i)·p, monotone from the largest p (Benjamini and Hochberg 1995); `by`: the same times Σ 1/i,
 *   for tests that depend on each other in any way (Benjamini and Yekutieli 2001). Both bound the share of errors.
 *
 * @throws DataError `data/value` for a p outside 0–1
 * @example adjustPValues([0.01, 0.02, null, 0.03], 'bonferroni') // [0.03, 0.06, null, 0.09]
 */
export function adjustPValues(p: readonly (number | null)[], method: Adjustment): (number | null)[] {
  const tested = p.flatMap((value, place) => (value === null ? [] : [{ value, place }]))
  const wrong = tested.find(({ value }) => !(value >= 0 && value <= 1))
  if (wrong !== undefined) {
    throw new DataError('data/value', `p-value ${wrong.place} is ${wrong.value}`, {
      hint: 'a p-value lies between 0 and 1; put null where nothing was tested',
    })
  }
  const adjusted: (number | null)[] = p.map(() => null)
  const rising = tested.toSorted((a, b) => a.value - b.value)
  const factors = rising.map((_, index) => factor(method, index + 1, rising.length))
  const raw = rising.map(({ value }, index) => Math.min(1, value * (factors[index] ?? 1)))
  const monotone = method === 'bh' || method === 'by' ? fallingMinimum(raw) : risingMaximum(raw)
  for (const [index, { place }] of rising.entries()) adjusted[place] = monotone[index] ?? null
  return adjusted
}

function factor(method: Adjustment, rank: number, m: number): number {
  switch (method) {
    case 'bonferroni':
      return m
    case 'holm':
      return m - rank + 1
    case 'bh':
      return m / rank
    case 'by':
      return (m / rank) * harmonic(m)
  }
}

function harmonic(m: number): number {
  let sum = 0
  for (let i = m; i >= 1; i -= 1) sum += 1 / i
  return sum
}

function risingMaximum(values: readonly number[]): number[] {
  let largest = 0
  return values.map((value) => (largest = Math.max(largest, value)))
}

function fallingMinimum(values: readonly number[]): number[] {
  return fallingFrom(values.toReversed()).toReversed()
}

function fallingFrom(values: readonly number[]): number[] {
  let smallest = 1
  return values.map((value) => (smallest = Math.min(smallest, value)))
}
