/** Values as people read them. */

/** `null` is a dash: not reported, as opposed to 0. */
export const MISSING = '–'

/** 1332 → "1,332"; at most so many decimals, none of them trailing zeros. */
export function formatNumber(value: number | null | undefined, decimals: number = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING
  return value.toLocaleString('en-GB', { maximumFractionDigits: decimals })
}

/** "1 row", "2 rows". */
export function formatCount(count: number, one: string, many: string = `${one}s`): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : many}`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1_000 ** power).toPrecision(3)} ${units[power - 1]}`
}

/** A moment, in the zone asked for, as "2026-11-24 15:09:05 UTC". */
export function formatMoment(moment: string | Date, timeZone: string = 'UTC'): string {
  const at = typeof moment === 'string' ? new Date(moment) : moment
  const text = at.toLocaleString('sv-SE', { timeZone, hour12: false })
  return `${text} ${timeZone}`
}

/** Any JSON value as the text of a table cell. */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined) return MISSING
  if (typeof value === 'number') return Number.isInteger(value) ? formatNumber(value, 0) : formatNumber(value, 6)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return JSON.stringify(value)
}
