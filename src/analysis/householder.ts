/** QR decomposition by Householder reflections, column by column. Own code: ml-matrix keeps no factors to refine with. */

export interface QrDecomposition {
  /** Row i holds the columns j ≥ i of the triangle R. */
  readonly triangle: readonly Float64Array[]
  /** Turns `vector` into Qᵀ·vector, in place. */
  applyTransposed(vector: Float64Array): void
  /** Turns `vector` into Q·vector, in place. */
  apply(vector: Float64Array): void
}

/** Decomposes the matrix with these columns, each at least as long as there are columns. The columns are consumed. */
export function decompose(columns: readonly Float64Array[]): QrDecomposition {
  const triangle = columns.map(() => new Float64Array(columns.length))
  // The reflector of column k lies in its rows k …, scaled so that reflecting subtracts v·(v·x)
  for (const [k, column] of columns.entries()) {
    for (const [j, earlier] of columns.slice(0, k).entries()) reflect(earlier, column, j)
    for (let i = 0; i < k; i += 1) set(triangle[i], k, column[i] ?? 0)
    set(triangle[k], k, makeReflector(column, k))
  }
  return {
    triangle,
    applyTransposed: (vector) => {
      for (const [k, reflector] of columns.entries()) reflect(reflector, vector, k)
    },
    apply: (vector) => {
      for (const [k, reflector] of [...columns.entries()].toReversed()) reflect(reflector, vector, k)
    },
  }
}

/** Makes the column's rows `from` … the reflector that takes them to one number; gives that number. */
function makeReflector(column: Float64Array, from: number): number {
  let squares = 0
  for (let i = from; i < column.length; i += 1) squares += (column[i] ?? 0) ** 2
  const head = column[from] ?? 0
  // The sign that does not cancel
  const image = head > 0 ? -Math.sqrt(squares) : Math.sqrt(squares)
  if (image === 0) return 0
  const scale = 1 / Math.sqrt(image * (image - head))
  column[from] = head - image
  for (let i = from; i < column.length; i += 1) column[i] = (column[i] ?? 0) * scale
  return image
}

function reflect(reflector: Float64Array, vector: Float64Array, from: number): void {
  let dot = 0
  for (let i = from; i < vector.length; i += 1) dot += (reflector[i] ?? 0) * (vector[i] ?? 0)
  for (let i = from; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) - dot * (reflector[i] ?? 0)
}

/** Solves R·x = right. */
export function solveUpper(triangle: readonly Float64Array[], right: readonly number[]): number[] {
  const x = [...right]
  for (let i = triangle.length - 1; i >= 0; i -= 1) {
    let rest = x[i] ?? 0
    for (let j = i + 1; j < triangle.length; j += 1) rest -= (triangle[i]?.[j] ?? 0) * (x[j] ?? 0)
    x[i] = rest / (triangle[i]?.[i] ?? 0)
  }
  return x
}

/** Solves Rᵀ·x = right. */
export function solveUpperTransposed(triangle: readonly Float64Array[], right: readonly number[]): number[] {
  const x = [...right]
  for (let i = 0; i < triangle.length; i += 1) {
    let rest = x[i] ?? 0
    for (let j = 0; j < i; j += 1) rest -= (triangle[j]?.[i] ?? 0) * (x[j] ?? 0)
    x[i] = rest / (triangle[i]?.[i] ?? 0)
  }
  return x
}

/** The largest singular value over the smallest, by one-sided Jacobi rotations; `Infinity` where one is 0; 1 of nothing. */
export function conditionNumber(triangle: readonly Float64Array[]): number {
  if (triangle.length === 0) return 1
  const columns = triangle.map((_, j) => Float64Array.from(triangle, (row) => row[j] ?? 0))
  // 30 sweeps: it converges quadratically, and ten columns need about eight
  for (let sweep = 0, turned = true; turned && sweep < 30; sweep += 1) {
    turned = false
    for (const [j, right] of columns.entries()) {
      for (const left of columns.slice(0, j)) turned = rotate(left, right) || turned
    }
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)))
  return Math.max(...lengths) / Math.min(...lengths)
}

/** Makes two columns orthogonal; false when they were. */
function rotate(left: Float64Array, right: Float64Array): boolean {
  const [a, b, c] = [dot(left, left), dot(right, right), dot(left, right)]
  if (c === 0 || Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) return false
  const zeta = (b - a) / (2 * c)
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
  const cosine = 1 / Math.sqrt(1 + tangent * tangent)
  const sine = cosine * tangent
  for (let i = 0; i < left.length; i += 1) {
    const [l, r] = [left[i] ?? 0, right[i] ?? 0]
    left[i] = cosine * l - sine * r
    right[i] = sine * l + cosine * r
  }
  return true
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

function set(row: Float64Array | undefined, place: number, value: number): void {
  if (row !== undefined) row[place] = value
}
