/**
 * The two steps of the INFORM Risk Index (JRC, DRMKC) that are not plain means. All scores lie on 0–10, higher is worse.
 *
 * @see INFORM Risk Index, Concept and Methodology (Joint Research Centre)
 */
import { DataError } from '../base/errors.ts'

/**
 * The dimension step: (10 − geometric mean of ((10 − score)/10 · 9 + 1)) / 9 · 10, so that one bad score weighs more than
 * in the plain mean. Not rounded: INFORM publishes one decimal.
 *
 * @throws DataError `data/too-few-points` of nothing
 * @throws DataError `data/value` for a score outside 0–10
 * @example invertedGeometricMean([5, 5]) // 5
 */
export function invertedGeometricMean(scores: readonly number[]): number {
  if (scores.length === 0) {
    throw new DataError('data/too-few-points', 'there are no scores to take a mean of', {
      hint: 'a dimension without any score is missing, not 0',
    })
  }
  refuseScores(scores)
  const logarithms = scores.reduce((total, score) => total + Math.log(((10 - score) / 10) * 9 + 1), 0)
  const mean = Math.exp(logarithms / scores.length)
  return Math.min(10, Math.max(0, ((10 - mean) / 9) * 10))
}

/**
 * Hazard and exposure, vulnerability, lack of coping capacity as one risk: the geometric mean, cube root of their product.
 * A dimension of 0 makes the risk 0, whatever the others say; say so where it is shown. Not rounded.
 *
 * @throws DataError `data/value` for a dimension outside 0–10
 * @example informRisk([8, 1, 1]) // 2
 */
export function informRisk(dimensions: readonly [number, number, number]): number {
  refuseScores(dimensions)
  const [hazard, vulnerability, coping] = dimensions
  return Math.min(10, Math.cbrt(hazard * vulnerability * coping))
}

function refuseScores(scores: readonly number[]): void {
  const wrong = scores.findIndex((score) => !(score >= 0 && score <= 10))
  if (wrong < 0) return
  throw new DataError('data/value', `score ${wrong} is ${scores[wrong]}, outside 0–10`, {
    hint: 'bring it to the scale 0–10 first; leave a missing one out',
  })
}
