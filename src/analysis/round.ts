/** Rounding for display and storage, in one place. */

/**
 * `value` to so many decimals, halves to even, judged on the shortest decimal text of the number: 0.125 to two decimals
 * is 0.12, and 2.675 (whose binary value lies below) is the half that it is written as, so 2.68. Missing stays missing.
 */
export function roundTo(value: number, decimals: number): number
export function roundTo(value: number | null, decimals: number): number | null
export function roundTo(value: number | null, decimals: number): number | null {
  if (value === null || !Number.isFinite(value)) return value
  const [digits = '0', exponent = '0'] = value.toString().split('e')
  const scaled = Number(`${digits}e${Number(exponent) + decimals}`)
  // beyond 2^53 a number has no decimals to lose
  if (Math.abs(scaled) >= Number.MAX_SAFE_INTEGER) return value
  const whole = Math.floor(scaled)
  const rest = scaled - whole
  const up = rest > 0.5 || (rest === 0.5 && whole % 2 !== 0)
  return Number(`${whole + (up ? 1 : 0)}e${-decimals}`)
}
