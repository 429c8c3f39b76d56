/** Signed areas of one row of cells, added up edge by edge. */
import type { Runs } from './runs.ts'

/** The running sums of one row, and which of its columns an edge has passed. */
export class RowSums {
  readonly #steps: Float64Array
  readonly #isTouched: Uint8Array
  readonly #touched: Int32Array
  readonly #width: number
  #count = 0

  constructor(width: number) {
    this.#width = width
    this.#steps = new Float64Array(width + 1)
    this.#isTouched = new Uint8Array(width + 1)
    this.#touched = new Int32Array(width + 1)
  }

  /** A piece of an edge between two x, of this signed height. What lies left of the grid covers from column 0. */
  add(xa: number, xb: number, signedHeight: number): void {
    let left = Math.min(xa, xb)
    let right = Math.max(xa, xb)
    if (right <= 0) {
      this.#step(0, signedHeight)
      return
    }
    if (left >= this.#width) return
    const perColumn = right > left ? signedHeight / (right - left) : 0
    if (left < 0) {
      this.#step(0, perColumn * -left)
      left = 0
    }
    right = Math.min(right, this.#width)
    const first = Math.floor(left)
    if (right <= first + 1) {
      this.#within(first, (left + right) / 2, right > left ? perColumn * (right - left) : signedHeight)
      return
    }
    for (let column = first; column < right; column += 1) {
      const from = Math.max(left, column)
      const to = Math.min(right, column + 1)
      this.#within(column, (from + to) / 2, perColumn * (to - from))
    }
  }

  /** Writes the runs of the row and is empty again. */
  flush(row: number, runs: Runs): void {
    const columns = this.#touched.subarray(0, this.#count).sort()
    let sum = 0
    let at = 0
    for (const column of columns) {
      if (column > at) runs.add(row, at, column - at, sum)
      sum += this.#steps[column] ?? 0
      if (column < this.#width) runs.add(row, column, 1, sum)
      at = column + 1
      this.#steps[column] = 0
      this.#isTouched[column] = 0
    }
    if (at < this.#width) runs.add(row, at, this.#width - at, sum)
    this.#count = 0
  }

  #within(column: number, middle: number, height: number): void {
    const beyond = height * (middle - column)
    this.#step(column, height - beyond)
    this.#step(column + 1, beyond)
  }

  #step(column: number, height: number): void {
    this.#steps[column] = (this.#steps[column] ?? 0) + height
    if (this.#isTouched[column] === 1) return
    this.#isTouched[column] = 1
    this.#touched[this.#count] = column
    this.#count += 1
  }
}
