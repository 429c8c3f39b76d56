/** How often, and for how long at a stretch, a series lies above a level. */

export interface ExceedanceRun {
  /** Where in the series the run begins, from 0. */
  readonly from: number
  /** Values above the level; bridged gaps are not counted. */
  readonly length: number
}

export interface Exceedance {
  readonly count: number
  readonly missing: number
  readonly runs: readonly ExceedanceRun[]
  /** 0 when nothing exceeds. */
  readonly longestRun: number
}

/**
 * Counts the values strictly above a level and the runs they form. A missing value ends a run, unless no more than
 * `bridge` of them stand between two values above.
 *
 * @example exceedance([12, 14, null, 15, 9], 10, { bridge: 1 }).longestRun // 3
 */
export function exceedance(
  values: readonly (number | null)[],
  level: number,
  options: { readonly bridge?: number } = {},
): Exceedance {
  const bridge = options.bridge ?? 0
  const runs: { from: number; length: number }[] = []
  let missing = 0
  let run: { from: number; length: number } | null = null
  let gap = 0
  for (const [index, value] of values.entries()) {
    if (value === null || Number.isNaN(value)) {
      missing += 1
      gap += 1
      if (gap > bridge) run = null
      continue
    }
    gap = 0
    if (value <= level) {
      run = null
      continue
    }
    if (run === null) {
      run = { from: index, length: 0 }
      runs.push(run)
    }
    run.length += 1
  }
  const lengths = runs.map(({ length }) => length)
  return {
    count: lengths.reduce((total, length) => total + length, 0),
    missing,
    runs,
    longestRun: lengths.reduce((longest, length) => Math.max(longest, length), 0),
  }
}
