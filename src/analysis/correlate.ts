/** The arithmetic under Pearson and Spearman: packed numbers in, a coefficient or null out. No allocation per pair. */

/**
 * Pearson's r of the first `n` numbers, from sums centred in two passes; `null` where a side has no variance.
 *
 * A side counts as constant when its sum of squares is no more than rounding could make: n·(ε·|mean|)².
 */
export function correlate(xs: Float64Array, ys: Float64Array, n: number): number | null {
  const [scaleX, scaleY] = [powerOfTwo(xs, n), powerOfTwo(ys, n)]
  let sumX = 0
  let sumY = 0
  for (let i = 0; i < n; i += 1) {
    sumX += (xs[i] ?? 0) * scaleX
    sumY += (ys[i] ?? 0) * scaleY
  }
  const [meanX, meanY] = [sumX / n, sumY / n]
  let [restX, restY, xx, yy, xy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < n; i += 1) {
    const dx = (xs[i] ?? 0) * scaleX - meanX
    const dy = (ys[i] ?? 0) * scaleY - meanY
    restX += dx
    restY += dy
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  // What the rounded means left over, taken out again
  xx -= (restX * restX) / n
  yy -= (restY * restY) / n
  xy -= (restX * restY) / n
  if (xx <= rounding(meanX, n) || yy <= rounding(meanY, n)) return null
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}

/** Mid-ranks from 1: what is equal shares the mean of its places. */
export function midRanks(values: Float64Array): Float64Array {
  return midRanksInOrder(values, ascending(values))
}

/** The places of the values, from the smallest up; NaN has none. */
export function ascending(values: Float64Array): Uint32Array {
  return Uint32Array.from(values, (_, index) => index)
    .filter((index) => !Number.isNaN(values[index]))
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
}

/** Mid-ranks, where the order is known already. */
function midRanksInOrder(values: Float64Array, order: Uint32Array): Float64Array {
  const ranks = new Float64Array(values.length)
  let start = 0
  while (start < order.length) {
    const value = values[order[start] ?? 0]
    let end = start + 1
    while (end < order.length && values[order[end] ?? 0] === value) end += 1
    for (let place = start; place < end; place += 1) ranks[order[place] ?? 0] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** A power of two that brings the largest value near 1, so that squares neither overflow nor vanish; exact. */
function powerOfTwo(values: Float64Array, n: number): number {
  let largest = 0
  for (let i = 0; i < n; i += 1) {
    const size = Math.abs(values[i] ?? 0)
    if (size > largest) largest = size
  }
  // Only where it matters: 2^±400 squared still has room for a million terms
  if (largest === 0 || (largest > 1e-120 && largest < 1e120)) return 1
  return 2 ** -Math.max(-1022, Math.min(1022, Math.ceil(Math.log2(largest))))
}

function rounding(mean: number, n: number): number {
  const unit = Number.EPSILON * Math.abs(mean)
  return n * unit * unit
}
