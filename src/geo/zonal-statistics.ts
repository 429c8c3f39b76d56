/** What a raster says about places: each cell counts with the share of it that the place covers. */
import { DataError } from '../base/errors.ts'
import { coverageOf, type Coverage } from './coverage.ts'
import type { Feature } from './geojson.ts'
import { checkGridValues, type Grid, type GridValues } from './grid.ts'

/** The five numbers of one place. `null` when no cell with a value is covered. */
export interface Zonal {
  /** Covered cells with a value, shares added up. */
  readonly count: number
  /** Σ share · value. */
  readonly sum: number | null
  /** Σ share · value ÷ Σ share. */
  readonly mean: number | null
  /** Over the cells covered at all; touching along an edge is no coverage. */
  readonly min: number | null
  readonly max: number | null
}

export interface ZonalOptions {
  /** What to do with cells without a value: leave them out (the default), or count them as 0. */
  readonly nodata?: 'exclude' | 'zero' | undefined
}

/**
 * One answer for each feature, in their order. NaN and infinite values are nodata, whatever the grid says.
 *
 * For several rasters on one grid, or to go on past a broken shape, call `coverageOf` once and `zonalOf` for each.
 *
 * @throws DataError `data/grid` when the values do not fit the grid
 * @throws DataError `data/geometry` for a shape that crosses or overlaps itself, naming the feature and the place
 */
export function zonalStatistics(grid: Grid, features: readonly Feature[], options: ZonalOptions = {}): Zonal[] {
  checkGridValues(grid, grid)
  return features.map((feature, index) => {
    const coverage = coverageOf(grid, feature)
    if (coverage.defect !== null) throw defective(feature, index, coverage.defect)
    return zonalOf(coverage, grid, options)
  })
}

/**
 * The statistics of one raster over a coverage made for its grid.
 *
 * @throws DataError `data/grid` when the raster has other than as many values as the coverage's grid has cells
 */
export function zonalOf(coverage: Coverage, raster: GridValues, options: ZonalOptions = {}): Zonal {
  checkGridValues(coverage.grid, raster)
  const { starts, lengths, fractions } = coverage
  const { values, nodata } = raster
  const asZero = options.nodata === 'zero'
  const count = new Total()
  const sum = new Total()
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let run = 0; run < starts.length; run += 1) {
    const start = starts[run] ?? 0
    const end = start + (lengths[run] ?? 0)
    let [runCount, runSum] = [0, 0]
    for (let cell = start; cell < end; cell += 1) {
      let value = values[cell] ?? Number.NaN
      // a number less itself is 0, but NaN for NaN and the infinities
      if (value === nodata || value - value !== 0) {
        if (!asZero) continue
        value = 0
      }
      runCount += 1
      runSum += value
      if (value < min) min = value
      if (value > max) max = value
    }
    const fraction = fractions[run] ?? 0
    count.add(fraction * runCount)
    sum.add(fraction * runSum)
  }
  if (count.value <= 0) return { count: 0, sum: null, mean: null, min: null, max: null }
  return { count: count.value, sum: sum.value, mean: sum.value / count.value, min, max }
}

/**
 * The mean over a coverage, each cell weighted by a second raster on the same grid: Σ share · weight · value ÷
 * Σ share · weight. Cells without a value or without a weight are left out; `null` when no weight is left.
 *
 * @throws DataError `data/grid` when either raster does not fit the coverage's grid
 */
export function weightedMeanOf(coverage: Coverage, raster: GridValues, weights: GridValues): number | null {
  checkGridValues(coverage.grid, raster)
  checkGridValues(coverage.grid, weights)
  const { starts, lengths, fractions } = coverage
  const weighted = new Total()
  const total = new Total()
  for (let run = 0; run < starts.length; run += 1) {
    const start = starts[run] ?? 0
    const end = start + (lengths[run] ?? 0)
    let [runWeighted, runTotal] = [0, 0]
    for (let cell = start; cell < end; cell += 1) {
      const value = raster.values[cell] ?? Number.NaN
      const weight = weights.values[cell] ?? Number.NaN
      const isMissing = value === raster.nodata || weight === weights.nodata
      if (isMissing || value - value !== 0 || weight - weight !== 0) continue
      runWeighted += weight * value
      runTotal += weight
    }
    const fraction = fractions[run] ?? 0
    weighted.add(fraction * runWeighted)
    total.add(fraction * runTotal)
  }
  return total.value === 0 ? null : weighted.value / total.value
}

/** A sum that keeps what rounding drops (Neumaier's variant of Kahan's summation). */
class Total {
  #sum = 0
  #dropped = 0

  add(term: number): void {
    const next = this.#sum + term
    this.#dropped += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum
    this.#sum = next
  }

  get value(): number {
    return this.#sum + this.#dropped
  }
}

function defective(feature: Feature, index: number, defect: NonNullable<Coverage['defect']>): DataError {
  const name = feature.id === undefined ? `feature ${index}` : `feature ${index} ("${feature.id}")`
  return new DataError('data/geometry', `${name} ${defect.kind} near ${defect.at.join(', ')}`, {
    hint: 'repair the shape, or leave it out; coverageOf and zonalOf answer for one shape at a time',
    details: { index, id: feature.id ?? null, ...defect },
  })
}
