/**
 * Sums of products with twice the digits of a number: what iterative refinement needs for its residuals.
 *
 * @see Dekker (1971) for the product, Ogita, Rump and Oishi (2005) for the sum
 */

/** 2^27 + 1: cuts a number into two halves of 26 bits, whose products are exact. */
const SPLITTER = 134_217_729

/** `sums[i] + rests[i]` += `left[i]` · `right`, for all i, as if in 32 digits. */
export function addProduct(sums: Float64Array, rests: Float64Array, left: Float64Array, right: number): void {
  const wideRight = SPLITTER * right
  const highRight = wideRight - (wideRight - right)
  const lowRight = right - highRight
  for (let i = 0; i < sums.length; i += 1) {
    const value = left[i] ?? 0
    const product = value * right
    const wide = SPLITTER * value
    const high = wide - (wide - value)
    const low = value - high
    const productRest = low * lowRight - (product - high * highRight - low * highRight - high * lowRight)
    const before = sums[i] ?? 0
    const sum = before + product
    const added = sum - before
    sums[i] = sum
    rests[i] = (rests[i] ?? 0) + (before - (sum - added) + (product - added)) + productRest
  }
}

/** Σ `left[i]` · `right[i]`, rounded once at the end. One name for each step: pairs would be made anew for every number. */
export function dotProduct(left: Float64Array, right: Float64Array): number {
  let sum = 0
  let rest = 0
  for (let i = 0; i < left.length; i += 1) {
    const a = left[i] ?? 0
    const b = right[i] ?? 0
    const product = a * b
    const wideA = SPLITTER * a
    const highA = wideA - (wideA - a)
    const lowA = a - highA
    const wideB = SPLITTER * b
    const highB = wideB - (wideB - b)
    const lowB = b - highB
    const productRest = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)
    const before = sum
    sum = before + product
    const added = sum - before
    rest += before - (sum - added) + (product - added) + productRest
  }
  return sum + rest
}

/** The product of two numbers, and what rounding took from it: together exact. */
export function exactProduct(a: number, b: number): readonly [number, number] {
  const product = a * b
  const [wideA, wideB] = [SPLITTER * a, SPLITTER * b]
  const [highA, highB] = [wideA - (wideA - a), wideB - (wideB - b)]
  const [lowA, lowB] = [a - highA, b - highB]
  return [product, lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)]
}
