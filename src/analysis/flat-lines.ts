/** The same value again and again: copied reports, or a sensor that stands still. */
import type { Column } from './paired.ts'

export interface FlatLine {
  /** The first step, from 0. */
  readonly from: number
  readonly length: number
  readonly value: number
}

/**
 * Runs of so many (4) equal values or more, other than 0, which may well repeat. A missing step ends a run.
 *
 * @example flatLines([3, 7, 7, 7, 7, 0, 0, 0, 0]) // [{ from: 1, length: 4, value: 7 }]
 */
export function flatLines(values: Column, options: { readonly atLeast?: number } = {}): FlatLine[] {
  const runs: { from: number; length: number; value: number }[] = []
  let before: number | null = null
  for (const [step, value] of values.entries()) {
    const last = runs.at(-1)
    if (value !== null && value === before && last !== undefined) last.length += 1
    else if (value !== null) runs.push({ from: step, length: 1, value })
    before = value
  }
  return runs.filter(({ length, value }) => value !== 0 && length >= (options.atLeast ?? 4))
}
