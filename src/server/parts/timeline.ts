/** When each step of a run was at work: bars beside each other, with many of one task folded into one row. */
import { formatDuration } from '../../base/duration.ts'
import { formatCount } from '../../render/format.ts'
import type { FlowRun } from '../../model/run.ts'
import type { State } from '../../model/state.ts'
import type { TaskRunOutline } from '../../project/index.ts'
import { html, type Html } from '../html.ts'
import { stateShape, toneOfState, type StateTone } from './state-badge.ts'

export interface TimelineOptions {
  readonly run: FlowRun
  readonly runHistory: readonly State[]
  readonly steps: readonly TaskRunOutline[]
  /** What is known of the histories of steps, by id: attempts and waits are shown for these. */
  readonly histories: ReadonlyMap<string, readonly State[]>
  readonly children: readonly FlowRun[]
  readonly now: Date
}

/** More steps of one task than this become one row. */
const FOLD_ABOVE = 5
const ROWS_AT_MOST = 60
/** A folded row is a mosaic of so many fields. */
const FIELDS = 200
const WIDTH = 1_000

interface Segment {
  readonly fromMs: number
  readonly toMs: number
  readonly tone: StateTone | 'wait'
  readonly title: string
}

interface Row {
  readonly startMs: number
  readonly label: string
  readonly href: string | null
  readonly state: State
  readonly took: string
  readonly segments: readonly Segment[]
}

/** Whether a step has attempts or waits worth a look into its history. */
export function isEventful({ runCount, state }: TaskRunOutline): boolean {
  return runCount > 1 || state.type === 'scheduled'
}

export function timeline(options: TimelineOptions): Html {
  const { run, now } = options
  const rows = [...stepRows(options), ...options.children.map((child) => childRow(child, now))].toSorted(
    (a, b) => a.startMs - b.startMs,
  )
  const all = [runRow(options), ...rows.slice(0, ROWS_AT_MOST)]
  const startMs = Math.min(...all.flatMap(({ segments }) => segments.map(({ fromMs }) => fromMs)), Infinity)
  const endMs = Math.max(...all.flatMap(({ segments }) => segments.map(({ toMs }) => toMs)), -Infinity)
  if (!Number.isFinite(startMs) || run.startedAt === null) return html`<p class="soft">It has not begun.</p>`
  const perMs = WIDTH / Math.max(1, endMs - startMs)

  return html`<div class="timeline">
    ${all.map((row) => drawn(row, startMs, perMs))}
    <div class="scale" aria-hidden="true">
      <span></span
      ><span class="marks"
        >${[0, 0.25, 0.5, 0.75, 1].map(
          (share) => html`<i>${share === 0 ? '0' : formatDuration((endMs - startMs) * share)}</i>`,
        )}</span
      ><span></span>
    </div>
    ${rows.length > ROWS_AT_MOST ? html`<p class="soft">and ${formatCount(rows.length - ROWS_AT_MOST, 'more row')}; all steps are under Steps</p>` : ''}
  </div>`
}

function drawn({ label, href, state, took, segments }: Row, startMs: number, perMs: number): Html {
  const name = href === null ? html`<span>${label}</span>` : html`<a href="${href}">${label}</a>`
  return html`<div class="row">
    <span class="label ${toneOfState(state)}" title="${label}">${stateShape(state.type)}${name}</span>
    <svg viewBox="0 0 ${WIDTH} 12" preserveAspectRatio="none" role="img" aria-label="${label}: ${state.name}, ${took}">
      ${segments.map(({ fromMs, toMs, tone, title }) => {
        const x = (fromMs - startMs) * perMs
        const width = Math.max(2, (toMs - fromMs) * perMs)
        return html`<rect
          class="${tone}"
          x="${Math.min(x, WIDTH - 2).toFixed(1)}"
          y="0"
          width="${width.toFixed(1)}"
          height="12"
          ><title>${title}</title></rect
        >`
      })}
    </svg>
    <span class="number">${took}</span>
  </div>`
}

function runRow({ run, runHistory, now }: TimelineOptions): Row {
  const began = runHistory.findIndex(({ type }) => type === 'running')
  const startMs = Date.parse(run.startedAt ?? run.createdAt)
  return {
    startMs,
    label: run.flowName,
    href: null,
    state: run.state,
    took: formatDuration(endMsOf(run.endedAt, now) - startMs),
    segments: began === -1 ? [] : segmentsOf(runHistory.slice(began), run.endedAt, now),
  }
}

function childRow(child: FlowRun, now: Date): Row {
  const startMs = Date.parse(child.startedAt ?? child.createdAt)
  const endMs = endMsOf(child.endedAt, now)
  return {
    startMs,
    label: `${child.flowName} (${child.name})`,
    href: `/runs/${child.id}`,
    state: child.state,
    took: child.startedAt === null ? '' : formatDuration(endMs - startMs),
    segments: child.startedAt === null ? [] : [whole(startMs, endMs, child.state)],
  }
}

function stepRows({ run, steps, histories, now }: TimelineOptions): Row[] {
  return [...Map.groupBy(steps, ({ taskName }) => taskName)].flatMap(([taskName, group]) =>
    group.length > FOLD_ABOVE
      ? [foldedRow(run, taskName, group, now)]
      : group.filter(hasBegun).map((step) => stepRow(step, histories.get(step.id), now)),
  )
}

function stepRow(step: TaskRunOutline, history: readonly State[] | undefined, now: Date): Row {
  const startMs = Date.parse(step.startedAt ?? step.createdAt)
  const endMs = endMsOf(step.endedAt, now)
  const began = history?.findIndex(({ type }) => type === 'running') ?? -1
  return {
    startMs,
    label: step.name,
    href: null,
    state: step.state,
    took: formatDuration(endMs - startMs),
    segments:
      history === undefined || began === -1
        ? [whole(startMs, endMs, step.state)]
        : segmentsOf(history.slice(began), step.endedAt, now),
  }
}

/** Where any of them was at work, and where one of those failed. */
function foldedRow(run: FlowRun, taskName: string, group: readonly TaskRunOutline[], now: Date): Row {
  const begun = group.filter(hasBegun)
  const spans = begun.map((step) => ({
    fromMs: Date.parse(step.startedAt ?? step.createdAt),
    toMs: endMsOf(step.endedAt, now),
    state: step.state,
  }))
  const startMs = spans.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity)
  const endMs = spans.reduce((most, { toMs }) => Math.max(most, toMs), -Infinity)
  const fields = Array.from({ length: FIELDS }, (): StateTone | undefined => undefined)
  const perMs = FIELDS / Math.max(1, endMs - startMs)
  for (const { fromMs, toMs, state } of spans) {
    const tone = toneOfState(state)
    const last = Math.min(FIELDS - 1, Math.floor((toMs - startMs) * perMs))
    for (let field = Math.floor((fromMs - startMs) * perMs); field <= last; field += 1) {
      if (fields[field] === undefined || tone === 'bad' || tone === 'busy') fields[field] = tone
    }
  }
  const states = [...Map.groupBy(group, ({ state }) => state.type)].map(([type, of]) => `${of.length} ${type}`)
  const worst =
    group.find(({ state }) => toneOfState(state) === 'bad') ??
    group.find(({ state }) => toneOfState(state) === 'busy') ??
    group[0]
  return {
    startMs: Number.isFinite(startMs) ? startMs : Date.parse(group[0]?.createdAt ?? run.createdAt),
    label: `${group.length} × ${taskName}`,
    href: `/runs/${run.id}?tab=steps&task=${encodeURIComponent(taskName)}`,
    state: worst?.state ?? run.state,
    took: begun.length === 0 ? '' : formatDuration(endMs - startMs),
    segments: joined(fields, startMs, 1 / perMs, states.join(', ')),
  }
}

/** Neighbouring fields of one tone as one segment. */
function joined(
  fields: readonly (StateTone | undefined)[],
  startMs: number,
  fieldMs: number,
  title: string,
): Segment[] {
  const segments: Segment[] = []
  let from = 0
  for (let at = 1; at <= fields.length; at += 1) {
    const tone = fields[from]
    if (at < fields.length && fields[at] === tone) continue
    if (tone !== undefined) {
      segments.push({ fromMs: startMs + from * fieldMs, toMs: startMs + at * fieldMs, tone, title })
    }
    from = at
  }
  return segments
}

/** Attempts as they went, and the waits between them with their reason. */
function segmentsOf(history: readonly State[], endedAt: string | null, now: Date): Segment[] {
  return history.flatMap((state, at) => {
    const next = history[at + 1]
    const last = next === undefined
    if (last && endedAt !== null) return []
    const toMs = last ? now.getTime() : Date.parse(next.at)
    const reason = state.message ?? (typeof state.details.reason === 'string' ? state.details.reason : null)
    const title = `${state.name}${reason === null ? '' : `: ${reason}`} (${formatDuration(toMs - Date.parse(state.at))})`
    const tone = state.type === 'running' ? (last ? 'busy' : toneOfAttempt(next)) : 'wait'
    return [{ fromMs: Date.parse(state.at), toMs, tone, title }]
  })
}

/** An attempt that was followed by another one has failed. */
function toneOfAttempt(next: State): StateTone {
  return next.type === 'scheduled' ? 'bad' : next.type === 'paused' ? 'busy' : toneOfState(next)
}

function whole(fromMs: number, toMs: number, state: State): Segment {
  return { fromMs, toMs, tone: toneOfState(state), title: `${state.name} (${formatDuration(toMs - fromMs)})` }
}

function hasBegun({ startedAt, endedAt }: TaskRunOutline): boolean {
  return startedAt !== null || endedAt !== null
}

function endMsOf(endedAt: string | null, now: Date): number {
  return endedAt === null ? now.getTime() : Date.parse(endedAt)
}
