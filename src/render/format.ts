/** Values as people read them. */

/** `null` is a dash: not reported, as opposed to 0. */
export const MISSING = '–'

/** 1332 → "1,332"; at most so many decimals, none of them trailing zeros; a minus sign for what is below zero only. */
export function formatNumber(value: number | null | undefined, decimals: number = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING
  return numberFormat(decimals, 'always').format(value)
}

/** "1 row", "2 rows". */
export function formatCount(count: number, one: string, many: string = `${one}s`): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : many}`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  // three digits are shown, so 999.95 of a unit is already 1.00 of the next
  const power = Math.min(units.length, Math.floor(Math.log10(bytes * 1.0005) / 3))
  const amount = bytes / 1_000 ** power
  return `${amount >= 1_000 ? formatNumber(amount, 0) : amount.toPrecision(3)} ${units[power - 1]}`
}

/** A moment, in the zone asked for, as "2026-11-24 15:09:05 UTC". */
export function formatMoment(moment: string | Date, timeZone: string = 'UTC'): string {
  const at = typeof moment === 'string' ? new Date(moment) : moment
  // a page has hundreds of them, and asking Intl each time takes longer than reading the rows
  if (timeZone === 'UTC') return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const text = at.toLocaleString('sv-SE', { timeZone, hour12: false })
  return `${text} ${timeZone}`
}

/** Smaller ones would read as 0. */
const SMALLEST_DECIMAL = 1e-6

/**
 * Any JSON value as the text of a table cell. Four digits stay together, for they may be a year; what six decimals cannot
 * show, such as a very small p, is written as 1.2e-9.
 */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined) return MISSING
  if (typeof value === 'number') return cellNumber(value)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return JSON.stringify(value)
}

function cellNumber(value: number): string {
  if (!Number.isFinite(value)) return MISSING
  const isTiny = value !== 0 && Math.abs(value) < SMALLEST_DECIMAL
  return isTiny ? value.toExponential(1) : numberFormat(6, 'min2').format(value)
}

const formats = new Map<string, Intl.NumberFormat>()

/** Making one costs more than a thousand uses of it. */
function numberFormat(decimals: number, useGrouping: 'always' | 'min2'): Intl.NumberFormat {
  const key = `${decimals}:${useGrouping}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat('en-GB', { maximumFractionDigits: decimals, useGrouping, signDisplay: 'negative' })
    formats.set(key, format)
  }
  return format
}
