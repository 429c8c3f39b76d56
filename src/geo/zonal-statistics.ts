/** What a raster says about places: each cell counts with the share of it that the place covers. */
import type { Coverage } from './coverage.ts'
import type { Feature } from './geojson.ts'
import { checkGridValues, type Grid, type GridValues } from './grid.ts'
import { Total } from './total.ts'
import { ZonalSums, type Zonal, type ZonalOptions } from './zonal-sums.ts'
import { zonalPlan } from './zonal-plan.ts'

/**
 * One answer for each feature, in their order. NaN and infinite values are nodata, whatever the grid says.
 *
 * For several rasters on one grid, make a `zonalPlan` once; to go on past a broken shape, `coverageOf` and `zonalOf`.
 *
 * @throws DataError `data/grid` when the values do not fit the grid
 * @throws DataError `data/geometry` for a shape that crosses or overlaps itself, naming the feature and the place
 */
export function zonalStatistics(grid: Grid, features: readonly Feature[], options: ZonalOptions = {}): Zonal[] {
  return zonalPlan(grid, features).statistics(grid, options)
}

/**
 * The statistics of one raster over a coverage made for its grid.
 *
 * @throws DataError `data/grid` when the raster has other than as many values as the coverage's grid has cells
 */
export function zonalOf(coverage: Coverage, raster: GridValues, options: ZonalOptions = {}): Zonal {
  checkGridValues(coverage.grid, raster)
  const sums = new ZonalSums(coverage, raster.nodata, options)
  sums.add(raster.values, 0, coverage.starts.length, 0)
  return sums.result()
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
