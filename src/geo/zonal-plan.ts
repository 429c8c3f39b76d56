/** Coverage worked out once, for all rasters on one grid: forty age groups, or thirty years of months. */
import { DataError } from '../base/errors.ts'
import { coverageOf, type CellRule, type Coverage } from './coverage.ts'
import type { Feature } from './geojson.ts'
import { checkGridValues, type GridGeometry, type GridValues } from './grid.ts'
import { zonalDetail, type ZonalDetail, type ZonalDetailOptions } from './zonal-detail.ts'
import { remainderOf, type Remainder } from './zonal-remainder.ts'
import { ZonalSums, type Zonal, type ZonalOptions } from './zonal-sums.ts'

export interface ZonalPlanOptions {
  readonly cells?: CellRule
  /** What to do with a shape that crosses or overlaps itself: refuse it (the default), or keep it, see `coverages`. */
  readonly defects?: 'refuse' | 'keep'
}

/** A raster to be asked. With its own place, it is refused when it lies elsewhere than the plan's grid. */
export type PlannedRaster = GridValues & Partial<GridGeometry>

export interface ZonalPlan {
  readonly grid: GridGeometry
  readonly features: readonly Feature[]
  /** One for each feature, in their order: how much of it lies on the grid, and what is wrong with its shape. */
  readonly coverages: readonly Coverage[]
  /** One answer for each feature. @throws DataError `data/grid` for a raster that does not fit the grid */
  statistics(raster: PlannedRaster, options?: ZonalOptions): Zonal[]
  /** The same, with spread, quantiles, shares of classes, density. @throws DataError `data/grid` */
  details(raster: PlannedRaster, options?: ZonalDetailOptions): ZonalDetail[]
  /** What no feature has of the raster, and what several have. @throws DataError `data/grid` */
  remainder(raster: PlannedRaster): Remainder
}

/**
 * @throws DataError `data/grid` for a grid that is none
 * @throws DataError `data/geometry` for a shape that crosses or overlaps itself, naming the feature and the place
 * @example const plan = zonalPlan(grid, districts); months.map((month) => plan.statistics(month))
 */
export function zonalPlan(grid: GridGeometry, features: readonly Feature[], options: ZonalPlanOptions = {}): ZonalPlan {
  const coverages = features.map((feature, index) => {
    const coverage = coverageOf(grid, feature, { cells: options.cells ?? 'coverage' })
    if (coverage.defect !== null && options.defects !== 'keep') throw defective(feature, index, coverage.defect)
    return coverage
  })
  return {
    grid,
    features,
    coverages,
    statistics: (raster, zonalOptions = {}) => {
      checkPlanned(grid, raster)
      return coverages.map((coverage) => {
        const sums = new ZonalSums(coverage, raster.nodata, zonalOptions)
        sums.add(raster.values, 0, coverage.starts.length, 0)
        return sums.result()
      })
    },
    details: (raster, detailOptions = {}) => {
      checkPlanned(grid, raster)
      if (detailOptions.weights !== undefined) checkPlanned(grid, detailOptions.weights)
      return coverages.map((coverage, index) =>
        zonalDetail(coverage, raster, features[index]?.geometry ?? null, detailOptions),
      )
    },
    remainder: (raster) => {
      checkPlanned(grid, raster)
      return remainderOf(coverages, grid, raster)
    },
  }
}

/** @throws DataError `data/grid` for another number of cells, or cells elsewhere */
function checkPlanned(grid: GridGeometry, raster: PlannedRaster): void {
  checkGridValues(grid, raster)
  for (const name of ['width', 'height', 'originX', 'originY', 'cellWidth', 'cellHeight'] as const) {
    const [planned, own] = [grid[name], raster[name]]
    if (own === undefined || Math.abs(own - planned) <= 1e-6 * Math.min(grid.cellWidth, grid.cellHeight)) continue
    throw new DataError('data/grid', `the raster has the ${name} ${own}, the plan ${planned}`, {
      hint: 'a plan serves rasters with the same cells in the same place: make another one for this',
      details: { name, own, planned },
    })
  }
}

function defective(feature: Feature, index: number, defect: NonNullable<Coverage['defect']>): DataError {
  const name = feature.id === undefined ? `feature ${index}` : `feature ${index} ("${feature.id}")`
  return new DataError('data/geometry', `${name} ${defect.kind} near ${defect.at.join(', ')}`, {
    hint: 'repair the shape, or leave it out; coverageOf and zonalOf answer for one shape at a time',
    details: { index, id: feature.id ?? null, ...defect },
  })
}
