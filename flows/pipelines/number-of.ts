/** A cell of a file as a number. */

/** Null for blank text and for what is no finite number: missing, never 0. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
