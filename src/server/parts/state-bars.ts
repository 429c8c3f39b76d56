/** How many runs were due in each stretch of time, as bars stacked by what became of them. */
import type { StateType } from '../../model/state.ts'
import type { RunTally } from '../../project/index.ts'
import { formatCount } from '../../render/format.ts'
import { html, type Html } from '../html.ts'
import { stateShape, toneOfState } from './state-badge.ts'

export interface StateBars {
  readonly title: string
  readonly from: Date
  readonly everyMs: number
  /** How many bars. */
  readonly count: number
  readonly tally: readonly RunTally[]
  /** What stands under a bar; empty for none. */
  readonly label: (from: Date, at: number) => string
}

/** What went wrong lies at the bottom, where it is seen first and compared best. */
const ORDER: readonly StateType[] = [
  'failed',
  'crashed',
  'cancelled',
  'cancelling',
  'paused',
  'running',
  'pending',
  'scheduled',
  'completed',
]

const HEIGHT = 100
const STEP = 20
const WIDTH = 15

export function stateBars({ title, from, everyMs, count, tally, label }: StateBars): Html {
  const stretches = Array.from({ length: count }, (_, at) => {
    const start = new Date(from.getTime() + at * everyMs)
    const parts = ORDER.flatMap((type) => {
      const runs = tally.find((each) => each.from === start.toISOString() && each.type === type)?.runs ?? 0
      return runs === 0 ? [] : [{ type, runs }]
    })
    return { start, parts, total: parts.reduce((sum, { runs }) => sum + runs, 0), label: label(start, at) }
  })
  const most = stretches.reduce((highest, { total }) => Math.max(highest, total), 1)
  const totals = ORDER.map((type) => ({
    type,
    runs: tally.filter((each) => each.type === type).reduce((sum, { runs }) => sum + runs, 0),
  })).filter(({ runs }) => runs > 0)
  const all = totals.reduce((sum, { runs }) => sum + runs, 0)

  return html`<figure class="bars">
    <figcaption><strong>${title}</strong><span class="soft">${formatCount(all, 'run')}</span></figcaption>
    <svg
      viewBox="0 0 ${count * STEP} ${HEIGHT + 2}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${title}: ${totals.map(({ type, runs }) => `${runs} ${type}`).join(', ') || 'no runs'}"
    >
      ${stretches.map(({ start, parts, total }, at) => {
        let below = 0
        const x = at * STEP + (STEP - WIDTH) / 2
        const said = parts.map(({ type, runs }) => `${runs} ${type}`).join(', ') || 'none'
        return html`<g>
          <title>${start.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${said}</title>
          <rect class="empty" x="${x}" y="0" width="${WIDTH}" height="${HEIGHT}"></rect>
          ${parts.map(({ type, runs }) => {
            const height = (runs / most) * HEIGHT
            below += height
            return html`<rect
              class="${toneOfState({ type, name: type })}"
              x="${x}"
              y="${(HEIGHT - below).toFixed(2)}"
              width="${WIDTH}"
              height="${height.toFixed(2)}"
            ></rect>`
          })}
          ${total === 0 ? html`<rect class="none" x="${x}" y="${HEIGHT - 1}" width="${WIDTH}" height="1"></rect>` : ''}
        </g>`
      })}
    </svg>
    <div class="ticks" aria-hidden="true">${stretches.map((stretch) => html`<span>${stretch.label}</span>`)}</div>
    <ul class="legend">
      ${totals.map(
        ({ type, runs }) =>
          html`<li class="${toneOfState({ type, name: type })}">${stateShape(type)}${runs} ${type}</li>`,
      )}
    </ul>
  </figure>`
}
