/** Count, sum, mean, least and largest over a coverage, fed by the whole raster or by bands of its rows. */
import type { Coverage } from './coverage.ts'
import { rowAreas } from './row-areas.ts'
import { Total } from './total.ts'

/** The five numbers of one place. `null` when no cell with a value is covered. */
export interface Zonal {
  /** Covered cells with a value, shares added up. */
  readonly count: number
  /** Σ share · value. */
  readonly sum: number | null
  /** Σ share · value ÷ Σ share; with `areaWeight`, each share times the area of its cell. */
  readonly mean: number | null
  /** Over the cells covered at all; touching along an edge is no coverage. */
  readonly min: number | null
  readonly max: number | null
}

export interface ZonalOptions {
  /** What to do with cells without a value: leave them out (the default), or count them as 0. */
  readonly nodata?: 'exclude' | 'zero' | undefined
  /**
   * Means by the area of cells on the sphere, which shrinks towards the poles, on a grid in degrees. For means of large
   * places; counts and sums stay as they are.
   */
  readonly areaWeight?: boolean | undefined
  /** Below this share of the place on the grid, 0–1, there is no answer: the count stays, all else is `null`. */
  readonly minimumCoverage?: number | undefined
}

/** The sums of one place; add the cells of every run once. */
export class ZonalSums {
  readonly #coverage: Coverage
  readonly #nodata: number | null
  readonly #asZero: boolean
  readonly #least: number
  readonly #areas: Float64Array | null
  readonly #count = new Total()
  readonly #sum = new Total()
  readonly #weight = new Total()
  readonly #weighted = new Total()
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  constructor(coverage: Coverage, nodata: number | null, options: ZonalOptions) {
    this.#coverage = coverage
    this.#nodata = nodata
    this.#asZero = options.nodata === 'zero'
    this.#least = options.minimumCoverage ?? 0
    this.#areas = options.areaWeight === true ? rowAreas(coverage.grid) : null
  }

  /** The runs `from` up to, but not, `to`; cell i of the grid is `values[i − shift]`. */
  add(values: ArrayLike<number>, from: number, to: number, shift: number): void {
    const { starts, lengths, fractions, grid } = this.#coverage
    const [nodata, asZero, areas] = [this.#nodata, this.#asZero, this.#areas]
    let [min, max] = [this.#min, this.#max]
    for (let run = from; run < to; run += 1) {
      const start = (starts[run] ?? 0) - shift
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
      this.#count.add(fraction * runCount)
      this.#sum.add(fraction * runSum)
      if (areas === null) continue
      const area = fraction * (areas[Math.floor((starts[run] ?? 0) / grid.width)] ?? 0)
      this.#weight.add(area * runCount)
      this.#weighted.add(area * runSum)
    }
    this.#min = min
    this.#max = max
  }

  result(): Zonal {
    const count = this.#count.value
    if (count <= 0) return { count: 0, sum: null, mean: null, min: null, max: null }
    if ((this.#coverage.coveredShare ?? 0) < this.#least) return { count, sum: null, mean: null, min: null, max: null }
    const sum = this.#sum.value
    const mean = this.#areas === null ? sum / count : this.#weighted.value / this.#weight.value
    return { count, sum, mean, min: this.#min, max: this.#max }
  }
}
