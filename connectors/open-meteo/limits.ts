/** How the free service counts, and what its refusals mean for when to come back. */
import { HttpError } from '../../src/base/errors.ts'

/** Calls that the free, non-commercial tier allows. @see Open-Meteo pricing page, "Free" */
export const FREE_CALLS = { aMinute: 600, anHour: 5_000, aDay: 10_000 } as const

const VARIABLES_A_CALL = 10
const DAYS_A_CALL = 14

/**
 * What a request costs: each place counts once, more for over ten variables, and more again for over fourteen days.
 *
 * @example weightedCalls({ places: 135, variables: 6, days: 365 }) // 2112
 */
export function weightedCalls({
  places,
  variables,
  days,
}: {
  readonly places: number
  readonly variables: number
  readonly days: number
}): number {
  const byVariables = variables / VARIABLES_A_CALL
  return Math.round(places * Math.max(1, byVariables, byVariables * (days / DAYS_A_CALL)))
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * A 429 says which limit was reached, and mostly not when to come back: until the next minute, hour or day.
 *
 * @param now a moment of the lent clock
 */
export function withLimit(thrown: unknown, now: Date): unknown {
  if (!(thrown instanceof HttpError) || thrown.details['status'] !== 429 || thrown.retryAfterMs !== undefined) {
    return thrown
  }
  const limit = /\b(Minutely|Hourly|Daily) API request limit/i.exec(thrown.message)?.[1]?.toLowerCase()
  if (limit === undefined) return thrown
  const ms = now.getTime()
  const retryAfterMs = { minutely: MINUTE_MS, hourly: until(ms, HOUR_MS), daily: until(ms, 24 * HOUR_MS) }[limit]
  return new HttpError('http/status', thrown.message, {
    hint:
      limit === 'minutely'
        ? 'it is asked again in a minute'
        : `the ${limit} limit of the free service is reached: ask for fewer places, days or variables at once`,
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    details: { ...thrown.details, limit },
    cause: thrown,
  })
}

/** Limits begin anew at full hours and days of UTC. */
function until(ms: number, periodMs: number): number {
  return periodMs - (ms % periodMs)
}
