/** Lengths of time, in milliseconds. */
import { ConfigError } from './errors.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/**
 * Milliseconds of a duration text such as "5m", "1h30m", "250ms".
 *
 * @throws ConfigError `config/params` for any other text
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) {
    throw new ConfigError('config/params', `"${text}" is not a duration`, {
      hint: 'write it like "5m", "1h30m" or "90s"',
    })
  }
  return parts.reduce((totalMs, [, amount, unit]) => totalMs + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0)
}

/** A length for people: "850 ms", "4.2 s", "30 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`
  // rounded before it is split, so that it never says "60 s"
  const tenths = Math.round(ms / 100)
  if (tenths < 600) return `${tenths / 10} s`
  const seconds = Math.round(ms / SECOND)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(ms / MINUTE)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
