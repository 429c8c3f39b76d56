/**
 * How long the other side asked us to wait, in milliseconds: RFC 9110, `Retry-After` as seconds or as a date.
 *
 * Undefined when it says nothing that can be read. A date in the past is 0.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1_000)
  // Date.parse reads nearly any number as a year
  const atMs = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - now.getTime())
}
