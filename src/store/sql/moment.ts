/** Moments stand in the store as milliseconds: six bytes instead of twenty-four, and compared as numbers. */

export function toMs(at: string): number {
  return Date.parse(at)
}

export function toMsOrNull(at: string | null): number | null {
  return at === null ? null : Date.parse(at)
}

export function fromMs(ms: number): string {
  return new Date(ms).toISOString()
}

export function fromMsOrNull(ms: number | null): string | null {
  return ms === null ? null : fromMs(ms)
}
