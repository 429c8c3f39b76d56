/** How long it stayed dry, and how long wet. */
import type { Column } from './paired.ts'

export interface Spell {
  readonly kind: 'dry' | 'wet'
  /** The first day, from 0. */
  readonly from: number
  readonly length: number
  /** True where a missing day, or the edge of the series, leaves open how long it was. */
  readonly open: boolean
}

/**
 * Stretches of days below the limit (dry), or at or above it (wet): 1 mm unless told. A missing day ends a spell as
 * unknown.
 */
export function spells(rainfallMm: Column, options: { readonly limitMm?: number } = {}): Spell[] {
  const limit = options.limitMm ?? 1
  const kinds = rainfallMm.map((mm) => kindOf(mm, limit))
  const starts = kinds.flatMap((kind, day) => (kind !== null && kind !== kinds[day - 1] ? [{ kind, day }] : []))
  return starts.map(({ kind, day }) => {
    const end = kinds.findIndex((other, at) => at > day && other !== kind)
    const length = (end < 0 ? kinds.length : end) - day
    const open = (kinds[day - 1] ?? null) === null || end < 0 || kinds[end] === null
    return { kind, from: day, length, open }
  })
}

function kindOf(mm: number | null, limit: number): Spell['kind'] | null {
  if (mm === null || !Number.isFinite(mm)) return null
  return mm < limit ? 'dry' : 'wet'
}
