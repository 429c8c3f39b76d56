/** How far intervals overlap: what the flows about waiting show. */

export interface Interval {
  readonly beganAtMs: number
  readonly endedAtMs: number
}

/** The highest number of intervals that share a moment; one that begins where another ends does not share it. */
export function mostAtOnce(intervals: readonly Interval[]): number {
  return Math.max(
    0,
    ...intervals.map(
      ({ beganAtMs: at }) => intervals.filter(({ beganAtMs, endedAtMs }) => beganAtMs <= at && at < endedAtMs).length,
    ),
  )
}
