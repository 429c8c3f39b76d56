/** Kendall's rank correlation in O(n log n). */
import { normalTwoSided } from './distribution-tails.ts'
import { pairUp, type Column, type Unmeasured } from './paired.ts'

export type KendallCorrelation =
  | { readonly tau: number; readonly n: number; readonly p: number }
  | ({ readonly tau: null } & Unmeasured)

/** Below this many pairs, and without ties, the p-value is counted exactly: R's cor.test draws the line here too. */
const EXACT_BELOW = 50

/**
 * Kendall's τ-b, which corrects for ties on both sides, by Knight's merge sort (1966). The p-value is two-sided: exact
 * from the number of permutations (Kendall 1938) for fewer than 50 pairs without ties, else normal with the variance
 * under ties (Kendall 1970), without a continuity correction.
 *
 * @throws DataError `data/misaligned` when the columns differ in length
 * @example kendallTauB([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).tau // 0.6
 */
export function kendallTauB(x: Column, y: Column): KendallCorrelation {
  const pairs = pairUp(x, y)
  if ('reason' in pairs) return { tau: null, ...pairs }
  const n = pairs.xs.length
  const [ranksX, ranksY] = [denseRanks(pairs.xs), denseRanks(pairs.ys)]
  const [tiesX, tiesY] = [tieSums(ranksX), tieSums(ranksY)]
  const all = (n * (n - 1)) / 2
  if (tiesX.pairs === all || tiesY.pairs === all) return { tau: null, n, reason: 'no variance' }

  // One number per pair, sorted as numbers: by x, then y. Exact up to 94 million pairs, where n² reaches 2^53
  const keys = ranksX.map((rank, index) => rank * n + (ranksY[index] ?? 0)).sort()
  const bothTied = tieSums(keys).pairs
  const discordant = countInversions(keys.map((key) => key % n))
  const difference = all - tiesX.pairs - tiesY.pairs + bothTied - 2 * discordant
  const tau = difference / Math.sqrt((all - tiesX.pairs) * (all - tiesY.pairs))
  const exact = n < EXACT_BELOW && tiesX.pairs === 0 && tiesY.pairs === 0
  const p = exact
    ? exactP(Math.min(discordant, all - discordant), n)
    : normalTwoSided(difference / Math.sqrt(varianceUnderTies(n, tiesX, tiesY)))
  return { tau: Math.max(-1, Math.min(1, tau)), n, p }
}

/** Ranks from 0 without gaps; what is equal has the same one. */
function denseRanks(values: Float64Array): Float64Array {
  const sorted = values.slice().sort()
  let distinct = 0
  for (let i = 0; i < sorted.length; i += 1) {
    // `===` and not the sort's own order, for which −0 lies before 0
    if (i > 0 && sorted[i] === sorted[distinct - 1]) continue
    sorted[distinct] = sorted[i] ?? 0
    distinct += 1
  }
  return values.map((value) => {
    let [low, high] = [0, distinct - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    return low
  })
}

/** Sums over groups of equal values, t their sizes. */
interface Ties {
  /** Σ t(t−1)/2 */
  readonly pairs: number
  /** Σ t(t−1)(t−2) */
  readonly triples: number
  /** Σ t(t−1)(2t+5) */
  readonly variance: number
}

function tieSums(values: Float64Array): Ties {
  const sorted = values.slice().sort()
  let [pairs, triples, variance] = [0, 0, 0]
  let start = 0
  for (let end = 1; end <= sorted.length; end += 1) {
    if (end < sorted.length && sorted[end] === sorted[start]) continue
    const t = end - start
    pairs += (t * (t - 1)) / 2
    triples += t * (t - 1) * (t - 2)
    variance += t * (t - 1) * (2 * t + 5)
    start = end
  }
  return { pairs, triples, variance }
}

/** How many pairs stand in the wrong order; a merge sort that counts what it moves past. Sorts in place. */
function countInversions(values: Float64Array): number {
  let from: Float64Array = values
  let to: Float64Array = new Float64Array(values.length)
  let inversions = 0
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length)
      const end = Math.min(start + 2 * width, values.length)
      let [left, right] = [start, middle]
      for (let place = start; place < end; place += 1) {
        const takeLeft = left < middle && (right >= end || (from[left] ?? 0) <= (from[right] ?? 0))
        if (!takeLeft) inversions += middle - left
        to[place] = (takeLeft ? from[left++] : from[right++]) ?? 0
      }
    }
    ;[from, to] = [to, from]
  }
  return inversions
}

/** P(inversions ≤ fewest) of a random order, twice: adding the k-th value moves it past 0 … k−1 others. */
function exactP(fewest: number, n: number): number {
  let shares = new Float64Array(fewest + 1)
  shares[0] = 1
  for (let k = 2; k <= n; k += 1) {
    const next = new Float64Array(fewest + 1)
    for (let count = 0; count <= fewest; count += 1) {
      let sum = 0
      for (let moved = 0; moved < k && moved <= count; moved += 1) sum += shares[count - moved] ?? 0
      next[count] = sum / k
    }
    shares = next
  }
  return Math.min(1, 2 * shares.reduce((total, share) => total + share, 0))
}

function varianceUnderTies(n: number, x: Ties, y: Ties): number {
  const ordered = n * (n - 1)
  return (
    (ordered * (2 * n + 5) - x.variance - y.variance) / 18 +
    (2 * x.pairs * y.pairs) / ordered +
    (x.triples * y.triples) / (9 * ordered * (n - 2))
  )
}
