/** Words for calendar years that move with the moment a run is due, so that a backfill repeats exactly. */
import { z } from 'zod'

/** A calendar year, or one counted from the year in which the run is due (UTC). */
export const Year = z.union([z.int().min(1800).max(2200), z.enum(['THIS_YEAR', 'LAST_YEAR'])])

export type Year = z.output<typeof Year>

/** The calendar year meant, seen from the moment the run is due. */
export function yearOf(year: Year, dueAt: Date): number {
  if (typeof year === 'number') return year
  return dueAt.getUTCFullYear() - (year === 'LAST_YEAR' ? 1 : 0)
}
