/** The NowCast of particulate matter: a mean of the last twelve hours that leans to the newest when the air changes. */

const HOURS = 12

/**
 * The weighted mean of up to 12 hourly concentrations, newest first, in their own unit, untruncated.
 *
 * w = max(min / max, ½) over the hours there are; Σ wⁱ·cᵢ / Σ wⁱ with i the hours ago. Needs two of the newest three
 * hours, else null; all zeros give 0. Source: US EPA, NowCast fact sheet for PM.
 *
 * @example nowCast([20, 20, 20]) // 20
 */
export function nowCast(hoursNewestFirst: readonly (number | null)[]): number | null {
  const hours = hoursNewestFirst
    .slice(0, HOURS)
    .map((value) => (value !== null && Number.isFinite(value) && value >= 0 ? value : null))
  if (hours.slice(0, 3).filter((value) => value !== null).length < 2) return null
  const present = hours.filter((value) => value !== null)
  const highest = Math.max(...present)
  const weight = highest === 0 ? 1 : Math.max(Math.min(...present) / highest, 0.5)
  let sum = 0
  let weights = 0
  for (const [hoursAgo, value] of hours.entries()) {
    if (value === null) continue
    sum += weight ** hoursAgo * value
    weights += weight ** hoursAgo
  }
  return sum / weights
}
