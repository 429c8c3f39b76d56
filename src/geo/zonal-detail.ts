/** More than five numbers about a place: spread, quantiles, shares of classes, density, and means by a second raster. */
import { areaKm2 } from './area-km2.ts'
import type { Coverage } from './coverage.ts'
import type { Geometry } from './geojson.ts'
import type { GridValues } from './grid.ts'
import { rowAreas } from './row-areas.ts'
import { Total } from './total.ts'
import type { Zonal, ZonalOptions } from './zonal-sums.ts'

export interface ZonalDetailOptions extends ZonalOptions {
  /** A second raster on the same grid: people, say, for the heat that people feel. Cells without a weight are left out. */
  readonly weights?: GridValues
  /** Which quantiles to give, 0–1. The median always is. */
  readonly quantiles?: readonly number[]
  /** Whether to give the share of each distinct value: for rasters of classes. */
  readonly classes?: boolean
}

export interface ZonalDetail extends Zonal {
  /** Σ share · weight · value ÷ Σ share · weight; `null` without weights, or where they are 0. */
  readonly weightedMean: number | null
  /** Of all cells by their shares, around `mean`: the population form. */
  readonly variance: number | null
  readonly sd: number | null
  /**
   * The least value up to which so much of the covered cells lies; in the middle between two values where exactly so much
   * lies below the gap (R type 2, with shares as weights).
   */
  readonly median: number | null
  /** In the order asked for. */
  readonly quantiles: readonly { readonly p: number; readonly value: number | null }[]
  /** By falling share; empty unless asked for. */
  readonly classes: readonly { readonly value: number; readonly share: number }[]
  /** sum / km² of the shape on the sphere; `null` for a point. */
  readonly densityPerKm2: number | null
  /** How much of the shape lies on the grid. */
  readonly coveredShare: number | null
}

interface Cell {
  readonly value: number
  /** How much it counts in means, spread and quantiles. */
  readonly weight: number
}

/** The details of one place; see `zonalPlan`. */
export function zonalDetail(
  coverage: Coverage,
  raster: GridValues,
  geometry: Geometry | null,
  options: ZonalDetailOptions,
): ZonalDetail {
  const { cells, count, sum, weightedMean } = collect(coverage, raster, options)
  const { coveredShare } = coverage
  const asked = options.quantiles ?? []
  if (cells.length === 0 || (coveredShare ?? 0) < (options.minimumCoverage ?? 0)) {
    return { ...NOTHING, count, quantiles: asked.map((p) => ({ p, value: null })), coveredShare }
  }
  const total = totalOf(cells, ({ weight }) => weight)
  const mean = totalOf(cells, ({ value, weight }) => value * weight) / total
  const variance = totalOf(cells, ({ value, weight }) => weight * (value - mean) ** 2) / total
  const rising = cells.toSorted((a, b) => a.value - b.value)
  const area = geometry === null ? 0 : areaKm2(geometry)
  return {
    count,
    sum,
    mean,
    min: rising[0]?.value ?? null,
    max: rising.at(-1)?.value ?? null,
    weightedMean,
    variance,
    sd: Math.sqrt(variance),
    median: quantileOf(rising, total, 0.5),
    quantiles: asked.map((p) => ({ p, value: quantileOf(rising, total, p) })),
    classes: options.classes === true ? classesOf(rising, total) : [],
    densityPerKm2: area > 0 ? sum / area : null,
    coveredShare,
  }
}

const NOTHING: Omit<ZonalDetail, 'count' | 'quantiles' | 'coveredShare'> = {
  sum: null,
  mean: null,
  min: null,
  max: null,
  weightedMean: null,
  variance: null,
  sd: null,
  median: null,
  classes: [],
  densityPerKm2: null,
}

function collect(
  { starts, lengths, fractions, grid }: Coverage,
  { values, nodata }: GridValues,
  { weights, nodata: asked, areaWeight }: ZonalDetailOptions,
): { readonly cells: Cell[]; readonly count: number; readonly sum: number; readonly weightedMean: number | null } {
  const areas = areaWeight === true ? rowAreas(grid) : null
  const cells: Cell[] = []
  const [count, sum, weight, weighted] = [new Total(), new Total(), new Total(), new Total()]
  for (let run = 0; run < starts.length; run += 1) {
    const start = starts[run] ?? 0
    const fraction = fractions[run] ?? 0
    const share = fraction * (areas?.[Math.floor(start / grid.width)] ?? 1)
    for (let cell = start; cell < start + (lengths[run] ?? 0); cell += 1) {
      let value = values[cell] ?? Number.NaN
      if (value === nodata || !Number.isFinite(value)) {
        if (asked !== 'zero') continue
        value = 0
      }
      cells.push({ value, weight: share })
      count.add(fraction)
      sum.add(fraction * value)
      const second = weights?.values[cell] ?? Number.NaN
      if (second === weights?.nodata || !Number.isFinite(second)) continue
      weight.add(share * second)
      weighted.add(share * second * value)
    }
  }
  return {
    cells,
    count: count.value,
    sum: sum.value,
    weightedMean: weight.value === 0 ? null : weighted.value / weight.value,
  }
}

function quantileOf(rising: readonly Cell[], total: number, p: number): number | null {
  const wanted = p * total
  // Shares add up with rounding: what lies this near is reached
  const slack = 1e-12 * total
  let below = 0
  for (const [index, { value, weight }] of rising.entries()) {
    below += weight
    if (below < wanted - slack) continue
    const next = rising[index + 1]
    return below <= wanted + slack && next !== undefined && p > 0 ? (value + next.value) / 2 : value
  }
  return rising.at(-1)?.value ?? null
}

function classesOf(rising: readonly Cell[], total: number): { value: number; share: number }[] {
  const shares = new Map<number, number>()
  for (const { value, weight } of rising) shares.set(value, (shares.get(value) ?? 0) + weight)
  return [...shares].map(([value, weight]) => ({ value, share: weight / total })).toSorted((a, b) => b.share - a.share)
}

function totalOf(cells: readonly Cell[], of: (cell: Cell) => number): number {
  const total = new Total()
  for (const cell of cells) total.add(of(cell))
  return total.value
}
