/**
 * Numbers as the exact fractions their decimal text says, so that folding a constant never rounds.
 *
 * 0.1 + 0.2 is 3/10 here. What would take too many digits to write is not computed: it stays as it was written.
 */

export interface ExactNumber {
  readonly over: bigint
  /** Positive; the fraction is in its lowest terms. */
  readonly under: bigint
}

/** Far beyond any formula of health data; keeps a hostile `1e999999999` from filling the memory. */
const MOST_DIGITS = 400
const DECIMAL = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/

export const ZERO: ExactNumber = { over: 0n, under: 1n }
export const ONE: ExactNumber = { over: 1n, under: 1n }

/** `null` when the text is too long, or its exponent too large, to be handled exactly. */
export function exactNumber(text: string): ExactNumber | null {
  const parts = DECIMAL.exec(text)
  if (parts === null) return null
  const [, whole = '', fraction = '', exponentText = '0'] = parts
  const exponent = Number(exponentText) - fraction.length
  if (whole.length + fraction.length > MOST_DIGITS || Math.abs(exponent) > MOST_DIGITS) return null
  const digits = BigInt(`0${whole}${fraction}`)
  return exponent >= 0 ? reduced(digits * 10n ** BigInt(exponent), 1n) : reduced(digits, 10n ** BigInt(-exponent))
}

export function sum(a: ExactNumber, b: ExactNumber): ExactNumber {
  return reduced(a.over * b.under + b.over * a.under, a.under * b.under)
}

export function product(a: ExactNumber, b: ExactNumber): ExactNumber {
  return reduced(a.over * b.over, a.under * b.under)
}

/** `null` for a division by zero. */
export function quotient(a: ExactNumber, b: ExactNumber): ExactNumber | null {
  return b.over === 0n ? null : reduced(a.over * b.under, a.under * b.over)
}

/** What is left with the sign of the first, as the server divides; `null` for a division by zero. */
export function remainder(a: ExactNumber, b: ExactNumber): ExactNumber | null {
  if (b.over === 0n) return null
  const whole = (a.over * b.under) / (a.under * b.over)
  return sum(a, { over: -whole * b.over, under: b.under })
}

/** `null` unless the exponent is a whole number small enough to write the result down. */
export function power(base: ExactNumber, exponent: ExactNumber): ExactNumber | null {
  if (exponent.under !== 1n || exponent.over > 64n || exponent.over < -64n) return null
  const size = exponent.over < 0n ? -exponent.over : exponent.over
  if (isLong(base) || (exponent.over < 0n && base.over === 0n)) return null
  const raised = { over: base.over ** size, under: base.under ** size }
  return exponent.over < 0n ? reduced(raised.under, raised.over) : raised
}

export function isLong({ over, under }: ExactNumber): boolean {
  return over.toString().length + under.toString().length > MOST_DIGITS
}

/** As a decimal where it ends (`0.25`), else as a fraction (`1 / 3`). */
export function printExact({ over, under }: ExactNumber): string {
  const places = decimalPlaces(under)
  if (places === null) return `${over} / ${under}`
  if (places === 0) return over.toString()
  const digits = ((over < 0n ? -over : over) * (10n ** BigInt(places) / under)).toString().padStart(places + 1, '0')
  return `${over < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** One form for one number: `1`, `1.`, `1.0` and `1e0` are `1`. */
export function canonicalNumber(text: string): string {
  const exact = exactNumber(text)
  return exact === null ? text.toLowerCase() : printExact(exact)
}

/** How many decimals a fraction with this denominator takes; `null` when it never ends. */
function decimalPlaces(under: bigint): number | null {
  let rest = under
  let twos = 0
  let fives = 0
  for (; rest % 2n === 0n; rest /= 2n) twos += 1
  for (; rest % 5n === 0n; rest /= 5n) fives += 1
  return rest === 1n ? Math.max(twos, fives) : null
}

function reduced(over: bigint, under: bigint): ExactNumber {
  const sign = under < 0n ? -1n : 1n
  const divisor = commonDivisor(over < 0n ? -over : over, under < 0n ? -under : under)
  return { over: (sign * over) / divisor, under: (sign * under) / divisor }
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b]
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller]
  return larger === 0n ? 1n : larger
}
