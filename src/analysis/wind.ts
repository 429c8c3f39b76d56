/** Wind from its components: u towards the east, v towards the north, in any unit of speed. */

export function windSpeed(u: number | null, v: number | null): number | null {
  return u === null || v === null || !Number.isFinite(u + v) ? null : Math.hypot(u, v)
}

/**
 * Where the wind comes from, in degrees clockwise from north, 0 up to but not 360. `null` when missing, or calm.
 *
 * @example windDirection(-1, 0) // 90: it blows towards the west, from the east
 */
export function windDirection(u: number | null, v: number | null): number | null {
  if (u === null || v === null || !Number.isFinite(u + v) || (u === 0 && v === 0)) return null
  const degrees = 270 - (Math.atan2(v, u) * 180) / Math.PI
  return ((degrees % 360) + 360) % 360
}

/**
 * The direction of the mean wind, by vectors: 350° and 10° make 0°, not 180°. Missing steps are left out; `null` where
 * nothing is left or all cancel. The speed of this mean wind is not the mean speed.
 */
export function meanWindDirection(
  winds: readonly { readonly u: number | null; readonly v: number | null }[],
): number | null {
  const present = winds.flatMap(({ u, v }) => (u === null || v === null ? [] : [{ u, v }]))
  const u = present.reduce((sum, wind) => sum + wind.u, 0)
  const v = present.reduce((sum, wind) => sum + wind.v, 0)
  // What opposite winds leave is rounding, and has no direction
  const size = present.reduce((sum, wind) => sum + Math.hypot(wind.u, wind.v), 0)
  return Math.hypot(u, v) <= 1e-12 * size ? null : windDirection(u, v)
}
