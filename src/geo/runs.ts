/** Neighbouring cells with the same covered share, row after row. */
import type { Coverage } from './coverage.ts'
import type { GridGeometry } from './grid.ts'

/** Shares closer than this to 0 or 1 are rounding: a border along a cell's edge does not touch the cell beyond. */
const ROUNDING = 1e-12

/** A share this far outside 0 … 1 is no rounding but a shape that crosses or overlaps itself. */
const DEFECT = 1e-9

/** Collects runs, joining neighbours of the same share, and notes the worst defect. */
export class Runs {
  readonly grid: GridGeometry
  #starts = new Uint32Array(64)
  #lengths = new Uint32Array(64)
  #fractions = new Float64Array(64)
  #count = 0
  #cells = 0
  #worst: { row: number; column: number; share: number } | null = null

  constructor(grid: GridGeometry) {
    this.grid = grid
  }

  add(row: number, column: number, length: number, share: number): void {
    if (Math.abs(share) < ROUNDING) return
    const fraction = Math.abs(share - 1) < ROUNDING ? 1 : share
    this.#watch(row, column, fraction)
    this.#cells += fraction * length
    const start = row * this.grid.width + column
    const last = this.#count - 1
    const joins = column > 0 && last >= 0 && this.#fractions[last] === fraction
    if (joins && (this.#starts[last] ?? 0) + (this.#lengths[last] ?? 0) === start) {
      this.#lengths[last] = (this.#lengths[last] ?? 0) + length
      return
    }
    if (this.#count === this.#starts.length) this.#grow()
    this.#starts[this.#count] = start
    this.#lengths[this.#count] = length
    this.#fractions[this.#count] = fraction
    this.#count += 1
  }

  coverage(areaInCells: number | null): Coverage {
    const { originX, originY, cellWidth, cellHeight } = this.grid
    const worst = this.#worst
    return {
      grid: this.grid,
      starts: this.#starts.slice(0, this.#count),
      lengths: this.#lengths.slice(0, this.#count),
      fractions: this.#fractions.slice(0, this.#count),
      cells: this.#cells,
      coveredShare: areaInCells === null ? null : this.#cells / areaInCells,
      defect:
        worst === null
          ? null
          : {
              kind: worst.share < 0 ? 'crosses itself' : 'overlaps itself',
              at: [originX + (worst.column + 0.5) * cellWidth, originY - (worst.row + 0.5) * cellHeight],
              share: worst.share,
            },
    }
  }

  #watch(row: number, column: number, share: number): void {
    const excess = share < 0 ? -share : share - 1
    if (excess < DEFECT) return
    const known = this.#worst
    const worst = known === null ? 0 : known.share < 0 ? -known.share : known.share - 1
    if (excess > worst) this.#worst = { row, column, share }
  }

  #grow(): void {
    const grown = <Numbers extends Uint32Array | Float64Array>(from: Numbers, to: Numbers): Numbers => {
      to.set(from)
      return to
    }
    const size = this.#count * 2
    this.#starts = grown(this.#starts, new Uint32Array(size))
    this.#lengths = grown(this.#lengths, new Uint32Array(size))
    this.#fractions = grown(this.#fractions, new Float64Array(size))
  }
}
