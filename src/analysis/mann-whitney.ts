/** Does one sample tend to lie above the other? By ranks, so that only the order counts. */
import { DataError } from '../base/errors.ts'
import { midRanks } from './correlate.ts'
import { normalTwoSided } from './distribution-tails.ts'
import type { Column, Unmeasured } from './paired.ts'

export type MannWhitney =
  | {
      /** Pairs (a, b) with a above b, a tie counted as half. */
      readonly u: number
      /** u / (nₐ·nᵦ): the chance that a value of a lies above one of b. */
      readonly superiority: number
      /** Two-sided. */
      readonly p: number
      readonly exact: boolean
      readonly n: number
      readonly missing: number
    }
  | ({ readonly u: null; readonly missing: number } & Unmeasured)

/** Below so many values on each side, and without ties, p is counted exactly: R's wilcox.test draws the line here too. */
const EXACT_BELOW = 50

/**
 * The Mann–Whitney U test (1947), also known as Wilcoxon's rank sum test; two-sided. Exact for fewer than 50 values on
 * each side without ties, else normal with the variance under ties and a continuity correction.
 *
 * @throws DataError `data/value` for a value that is not finite
 */
export function mannWhitney(a: Column, b: Column): MannWhitney {
  const [left, right] = [presentOf('a', a), presentOf('b', b)]
  const [m, n] = [left.length, right.length]
  const counts = { n: m + n, missing: a.length + b.length - m - n }
  if (m === 0 || n === 0)
    return { u: null, ...counts, reason: counts.n === 0 && counts.missing > 0 ? 'all missing' : 'too few' }
  const all = Float64Array.from([...left, ...right])
  const ranks = midRanks(all)
  const u = ranks.subarray(0, m).reduce((sum, rank) => sum + rank, 0) - (m * (m + 1)) / 2
  const ties = tieTerm(all)
  const size = m + n
  const variance = ((m * n) / 12) * (size + 1 - ties / (size * (size - 1)))
  if (!(variance > 0)) return { u: null, ...counts, reason: 'no variance' }
  const exact = ties === 0 && m < EXACT_BELOW && n < EXACT_BELOW
  const distance = Math.abs(u - (m * n) / 2)
  const p = exact ? exactP(u, m, n) : normalTwoSided(Math.max(0, distance - 0.5) / Math.sqrt(variance))
  return { u, superiority: u / (m * n), p: Math.min(1, p), exact, ...counts }
}

function presentOf(name: string, values: Column): number[] {
  const wrong = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (wrong >= 0) {
    throw new DataError('data/value', `${name} at ${wrong} is ${values[wrong]}, not a finite number`, {
      hint: 'put null where nothing was measured',
    })
  }
  return values.filter((value) => value !== null)
}

/** Σ t³ − t over groups of equal values. */
function tieTerm(values: Float64Array): number {
  const sizes = new Map<number, number>()
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1)
  return [...sizes.values()].reduce((sum, t) => sum + t ** 3 - t, 0)
}

/** Twice P(U ≤ the smaller u): U counts, for each of the m values, how many of the n lie below it. */
function exactP(u: number, m: number, n: number): number {
  const smaller = Math.min(u, m * n - u)
  // Shares of all orders, by their u: Gauss's coefficient, factor after factor
  let shares = new Float64Array(smaller + 1)
  shares[0] = 1
  for (let i = 1; i <= m; i += 1) {
    const next = Float64Array.from(shares)
    for (let count = n + i; count <= smaller; count += 1)
      next[count] = (next[count] ?? 0) - (shares[count - n - i] ?? 0)
    for (let count = i; count <= smaller; count += 1) next[count] = (next[count] ?? 0) + (next[count - i] ?? 0)
    // Divided as it grows, by C(n + i, i) / C(n + i − 1, i − 1)
    shares = next.map((share) => (share * i) / (n + i))
  }
  return Math.min(1, 2 * shares.reduce((sum, share) => sum + share, 0))
}
