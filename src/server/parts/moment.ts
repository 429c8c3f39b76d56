/** Moments and lengths on a page. The script turns a moment into the reader's own zone; without it, it is UTC. */
import { formatDuration, HOUR, MINUTE, SECOND } from '../../base/duration.ts'
import { formatMoment, MISSING } from '../../render/format.ts'
import { html, type Html } from '../html.ts'

/** The whole moment. */
export function moment(at: string | Date | null): Html {
  if (at === null) return html`<span class="soft">${MISSING}</span>`
  const iso = typeof at === 'string' ? at : at.toISOString()
  return html`<time datetime="${iso}" title="${formatMoment(iso)}">${formatMoment(iso)}</time>`
}

/** How long ago, or in how long; the whole moment when pointed at. */
export function fromNow(at: string | Date | null, now: Date): Html {
  if (at === null) return html`<span class="soft">${MISSING}</span>`
  const iso = typeof at === 'string' ? at : at.toISOString()
  const passedMs = now.getTime() - Date.parse(iso)
  const words = passedMs >= 0 ? `${roughly(passedMs)} ago` : `in ${roughly(-passedMs)}`
  return html`<time datetime="${iso}" title="${formatMoment(iso)}" data-relative>${words}</time>`
}

/** Of something that may still go on. */
export function took(startedAt: string | null, endedAt: string | null, now: Date): string {
  if (startedAt === null) return MISSING
  return formatDuration((endedAt === null ? now.getTime() : Date.parse(endedAt)) - Date.parse(startedAt))
}

/** "40 s", "3 min", "5 h", "12 days": the reader wants the size of it. */
function roughly(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  const hours = Math.floor(ms / HOUR)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}
