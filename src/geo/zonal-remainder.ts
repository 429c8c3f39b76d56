/** Does the set of places share the raster out? What nobody has, and what several have. */
import type { Coverage } from './coverage.ts'
import type { GridGeometry, GridValues } from './grid.ts'
import { Total } from './total.ts'

export interface CellsAndSum {
  /** Shares of cells with a value, added up. */
  readonly cells: number
  readonly sum: number
}

export interface Remainder {
  /** All cells with a value. */
  readonly whole: CellsAndSum
  /** In no place: the sea, or a district that is missing. */
  readonly unallocated: CellsAndSum
  /** In more than one place, counted as often as it is too much: borders drawn twice. */
  readonly overlap: CellsAndSum & {
    /** Which places have a part in it, by their place among the features. */
    readonly features: readonly number[]
  }
}

/** Borders drawn by different hands agree to about this share of a cell; less is rounding. */
const ROUNDING = 1e-9

/** Row after row, so that only one row of shares is held. */
export function remainderOf(
  coverages: readonly Coverage[],
  grid: GridGeometry,
  { values, nodata }: GridValues,
): Remainder {
  const { width, height } = grid
  const queues = coverages.map(runsByRow)
  const next = coverages.map(() => 0)
  const shares = new Float64Array(width)
  const overlapping = new Set<number>()
  const [whole, outside, twice] = [new Sums(), new Sums(), new Sums()]
  for (let row = 0; row < height; row += 1) {
    shares.fill(0)
    const here: { readonly feature: number; readonly from: number; readonly to: number }[] = []
    for (const [feature, { starts, lengths, fractions }] of coverages.entries()) {
      const queue = queues[feature] ?? new Uint32Array(0)
      for (let at = next[feature] ?? 0; at < queue.length; at += 1) {
        const run = queue[at] ?? 0
        const start = starts[run] ?? 0
        if (start >= (row + 1) * width) break
        next[feature] = at + 1
        const [from, to] = [start - row * width, start - row * width + (lengths[run] ?? 0)]
        for (let column = from; column < to; column += 1) shares[column] = (shares[column] ?? 0) + (fractions[run] ?? 0)
        here.push({ feature, from, to })
      }
    }
    for (let column = 0; column < width; column += 1) {
      const value = values[row * width + column] ?? Number.NaN
      if (value === nodata || !Number.isFinite(value)) continue
      const share = shares[column] ?? 0
      whole.add(1, value)
      if (share < 1 - ROUNDING) outside.add(1 - share, value)
      if (share <= 1 + ROUNDING) continue
      twice.add(share - 1, value)
      for (const { feature, from, to } of here) if (column >= from && column < to) overlapping.add(feature)
    }
  }
  return {
    whole: whole.result(),
    unallocated: outside.result(),
    overlap: { ...twice.result(), features: [...overlapping].toSorted((a, b) => a - b) },
  }
}

/** The runs in the order of their cells: points come before the areas of a collection. */
function runsByRow({ starts }: Coverage): Uint32Array {
  return Uint32Array.from(starts, (_, run) => run).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0))
}

class Sums {
  readonly #cells = new Total()
  readonly #sum = new Total()

  add(share: number, value: number): void {
    this.#cells.add(share)
    this.#sum.add(share * value)
  }

  result(): CellsAndSum {
    return { cells: this.#cells.value, sum: this.#sum.value }
  }
}
