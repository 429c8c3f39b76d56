/** Ways to find thresholds in data: equal intervals, quantiles, natural breaks, standard deviations. */
import { DataError } from '../base/errors.ts'
import { ckmeans, mean, standardDeviation } from 'simple-statistics'
import { quantile } from './quantile.ts'

export type BreakMethod = 'equal-interval' | 'quantile' | 'natural' | 'standard-deviation'

/**
 * The thresholds between so many classes, rising; fewer where the data do not hold that many distinct ones.
 *
 * - `equal-interval`: the range cut into equal parts.
 * - `quantile`: the same number of values in each class (R type 7).
 * - `natural`: least sum of squares within classes, exact by dynamic programming (Wang and Song 2011, ckmeans); a
 *   threshold is the highest value of its class.
 * - `standard-deviation`: whole standard deviations (of the population) around the mean.
 *
 * @throws DataError `data/too-few-points` without values
 * @throws DataError `data/value` for fewer than two classes, or a value that is not finite
 */
export function breaks(values: readonly number[], classes: number, method: BreakMethod): number[] {
  const [lowest, highest] = [quantile(values, 0), quantile(values, 1)]
  if (lowest === null || highest === null) {
    throw new DataError('data/too-few-points', 'there are no values to find thresholds in', {
      hint: 'leave the classes out where nothing was measured',
    })
  }
  if (!Number.isInteger(classes) || classes < 2) {
    throw new DataError('data/value', `${classes} classes have no thresholds between them`, {
      hint: 'ask for two classes or more',
    })
  }
  const found = thresholds(values, classes, method, [lowest, highest])
  return [...new Set(found)].filter((threshold) => threshold >= lowest && threshold < highest)
}

function thresholds(
  values: readonly number[],
  classes: number,
  method: BreakMethod,
  [lowest, highest]: readonly [number, number],
): number[] {
  const steps = Array.from({ length: classes - 1 }, (_, index) => index + 1)
  switch (method) {
    case 'equal-interval':
      return steps.map((step) => lowest + ((highest - lowest) * step) / classes)
    case 'quantile':
      return steps.map((step) => quantile(values, step / classes) ?? lowest)
    case 'natural':
      // ckmeans wants no more classes than there are distinct values
      return ckmeans([...values], Math.min(classes, new Set(values).size))
        .slice(0, -1)
        .flatMap((group) => group.slice(-1))
    case 'standard-deviation': {
      const [centre, deviation] = [mean([...values]), standardDeviation([...values])]
      return steps.map((step) => centre + (step - classes / 2) * deviation)
    }
  }
}
