/** Aberrations with a week of history: the three methods of CDC's Early Aberration Reporting System. */
import { describe } from './describe.ts'
import type { Column } from './paired.ts'

export interface EarsStep {
  /** Deviations above the mean of the seven steps before. `null` until they are there and vary. */
  readonly c1: number | null
  /** The same with two steps between, so that an outbreak does not hide behind its own beginning. */
  readonly c2: number | null
  /** The sum of what C2 has above 1, over this step and the two before. */
  readonly c3: number | null
  /** Which of them are above their threshold. */
  readonly alarms: readonly ('c1' | 'c2' | 'c3')[]
}

export interface EarsOptions {
  /** The least standard deviation to divide by, so that one case after a silent week is no alarm. Default 0: none. */
  readonly minimumSd?: number
  readonly thresholds?: { readonly c1: number; readonly c2: number; readonly c3: number }
}

const BASELINE = 7
const GAP = 2

/**
 * One answer for each step. A baseline counts with all seven values only.
 *
 * @throws DataError `data/value` for a value that is not finite
 * @see Hutwagner et al., The bioterrorism preparedness and response EARS, Journal of Urban Health 80 (2003)
 */
export function ears(counts: Column, options: EarsOptions = {}): EarsStep[] {
  const { minimumSd = 0, thresholds = { c1: 3, c2: 3, c3: 2 } } = options
  const above = (step: number, gap: number): number | null => {
    const value = counts[step] ?? null
    const end = step - gap
    if (value === null || end < BASELINE) return null
    const { n, mean, sd } = describe(counts.slice(end - BASELINE, end))
    const spread = Math.max(sd ?? 0, minimumSd)
    return n < BASELINE || mean === null || spread === 0 ? null : (value - mean) / spread
  }
  const c2 = counts.map((_, step) => above(step, GAP))
  return counts.map((_, step) => {
    const recent = [c2[step], c2[step - 1], c2[step - 2]].flatMap((value) => value ?? [])
    const c3 = recent.length < 3 ? null : recent.reduce((sum, value) => sum + Math.max(0, value - 1), 0)
    const found = { c1: above(step, 0), c2: c2[step] ?? null, c3 }
    const alarms = (['c1', 'c2', 'c3'] as const).filter((name) => (found[name] ?? -Infinity) > thresholds[name])
    return { ...found, alarms }
  })
}
