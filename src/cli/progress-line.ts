/** Progress in one line: what, how many of how many, and how fast. */
import { formatDuration } from '../base/duration.ts'
import { formatNumber } from '../render/format.ts'

export interface ShownProgress {
  readonly what: string
  readonly done: number
  readonly total: number | null
  readonly unit: string
  /** Since the work began. */
  readonly elapsedMs: number
}

export function progressLine({ what, done, total, unit, elapsedMs }: ShownProgress): string {
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1_000 : 0
  const rate = perSecond >= 1 ? `, ${formatNumber(perSecond, 0)} a second` : ''
  if (total === null || total === 0) return `${what}: ${formatNumber(done, 0)} ${unit}${rate}`
  const left = perSecond > 0 && done < total ? `, ${formatDuration(((total - done) / perSecond) * 1_000)} left` : ''
  return `${what}: ${formatNumber(done, 0)} of ${formatNumber(total, 0)} ${unit} (${Math.floor((done / total) * 100)} %)${rate}${left}`
}
