/** Warmth added up. */
import type { Column } from './paired.ts'

/**
 * Σ max(0, mean − base) over days: what plants and mosquitoes grow by. `null` when a day is missing, for a sum over fewer
 * days is another sum.
 *
 * @example degreeDays([12, 9, 15], 10) // 7
 */
export function degreeDays(dailyMeanC: Column, baseC: number): number | null {
  let sum = 0
  for (const mean of dailyMeanC) {
    if (mean === null || !Number.isFinite(mean)) return null
    sum += Math.max(0, mean - baseC)
  }
  return sum
}
