/** Spearman's rank correlation. */
import { correlate, midRanks } from './correlate.ts'
import { pairUp, type Column } from './paired.ts'
import { correlationP, interval95, type Correlation } from './pearson.ts'

/**
 * Spearman's ρ: Pearson's r of the mid-ranks, so ties are right. The p-value is the t approximation with n − 2 degrees
 * of freedom (as scipy's), the interval that of Bonett and Wright (2000): variance (1 + ρ²/2)/(n − 3) on Fisher's scale.
 *
 * @throws DataError `data/misaligned` when the columns differ in length
 * @example spearman([1, 2, 3, 4], [1, 8, 27, 64]).r // 1
 */
export function spearman(x: Column, y: Column): Correlation {
  const pairs = pairUp(x, y)
  if ('reason' in pairs) return { r: null, ...pairs }
  const n = pairs.xs.length
  const r = correlate(midRanks(pairs.xs), midRanks(pairs.ys), n)
  if (r === null) return { r: null, n, reason: 'no variance' }
  return { r, n, p: correlationP(r, n), ci95: interval95(r, n, 1 + (r * r) / 2) }
}
