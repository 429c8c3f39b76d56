/** Steps of a series that stand apart, by the robust z of what trend and season leave. */
import { modifiedZScores } from './outliers.ts'
import type { Column } from './paired.ts'

export interface Anomalies {
  /** Of each step; `null` where it is missing, or all are equal. */
  readonly scores: readonly (number | null)[]
  /** Steps beyond the limit, from 0; without the newest ones, which late reports keep low. */
  readonly positions: readonly number[]
  /** How many of the newest steps were kept out. */
  readonly ignored: number
}

/**
 * 0.6745 · (r − median) / MAD of residuals (or of the values of a series without trend and season), flagged beyond 3.5
 * (Iglewicz and Hoaglin 1993).
 *
 * @throws DataError `data/value` for a value that is not finite
 */
export function anomalies(
  residuals: Column,
  options: { readonly limit?: number; readonly ignoreLast?: number } = {},
): Anomalies {
  const { limit = 3.5, ignoreLast = 1 } = options
  const scores = modifiedZScores(residuals)
  const judged = scores.length - ignoreLast
  const positions = scores.flatMap((score, place) => {
    return score !== null && place < judged && Math.abs(score) > limit ? [place] : []
  })
  return { scores, positions, ignored: Math.min(ignoreLast, scores.length) }
}
