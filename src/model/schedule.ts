/** When a deployment runs: a cron pattern, an interval, or a recurrence rule. Data only; `src/schedule` expands it. */

export type Schedule =
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string; readonly dayOr: boolean }
  | { readonly kind: 'interval'; readonly everyMs: number; readonly anchorAt: string | null; readonly timeZone: string }
  | { readonly kind: 'rrule'; readonly text: string; readonly timeZone: string }

/** What to do about moments that passed while nothing was running. */
export type CatchUp = 'skip' | 'latest' | 'all'

/** One schedule of a deployment. */
export interface ScheduleRecord {
  /** Its identity within the deployment. */
  readonly slug: string
  readonly schedule: Schedule
  readonly active: boolean
  readonly parameters: Readonly<Record<string, unknown>>
  readonly catchUp: CatchUp
  /** A run later than this is not started; null is one period of the schedule. */
  readonly maxLatenessMs: number | null
}
