/** One run: what became of it and why, when each step was at work, and everything it left behind. */
import { formatDuration } from '../../base/duration.ts'
import { StoreError } from '../../base/errors.ts'
import type { LogLevel } from '../../base/log.ts'
import type { Artifact } from '../../model/artifact.ts'
import { questionOf, type Question } from '../../model/answer.ts'
import { namedAt } from '../../model/late.ts'
import type { FlowRun } from '../../model/run.ts'
import { isTerminal, type State } from '../../model/state.ts'
import type { TaskRunOutline } from '../../project/index.ts'
import { formatCount, formatNumber } from '../../render/format.ts'
import { deploymentPath } from '../addresses.ts'
import type { Ask } from '../desk.ts'
import { formFields } from '../forms/form-fields.ts'
import { textsOf } from '../forms/form-values.ts'
import { fieldsOf } from '../forms/schema-node.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { runVersion } from '../live.ts'
import { artifactView } from '../parts/artifact-view.ts'
import { logText, logView } from '../parts/log-view.ts'
import { moment, took } from '../parts/moment.ts'
import { emptyNote, runTable, whyOf } from '../parts/run-table.ts'
import { stateBadge } from '../parts/state-badge.ts'
import { isEventful, timeline } from '../parts/timeline.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const LINES_SHOWN = 500
/** More would hold up everybody else. */
const LINES_SEARCHED = 100_000
const STEPS_SHOWN = 200
/** Runs that "usual" is the middle of. */
const COMPARED = 20
/** Steps with attempts or waits whose history is drawn. */
const HISTORIES_DRAWN = 40
const CHILDREN_SHOWN = 200

export async function findRun(ask: Ask): Promise<FlowRun> {
  const id = ask.req.param('id') ?? ''
  const run = await ask.get('desk').project.store.runs.get(id)
  if (run !== null) return namedAt(run, ask.get('desk').clock.now())
  throw new StoreError('store/not-found', `there is no run "${id}"`, { hint: 'it may have been removed; see all runs' })
}

export async function runPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const { store } = project
  const run = await findRun(ask)
  const now = clock.now()
  const [history, steps, artifacts, children, usualMs, holder] = await Promise.all([
    store.runs.history(run.id),
    store.taskRuns.outline(run.id),
    store.artifacts.listByRun(run.id),
    store.runs.list({ parentRunId: run.id, limit: CHILDREN_SHOWN }),
    usualDuration(ask, run),
    isTerminal(run.state) ? null : store.leases.list().then((leases) => leases.find(({ runId }) => runId === run.id)),
  ])
  const tab = ask.req.query('tab') ?? (artifacts.length > 0 && run.state.type === 'completed' ? 'artifacts' : 'logs')
  // what it asks stands in its form
  const why = questionOf(run.state) === null ? whyOf(run) : null
  const eventful = steps.filter(isEventful).slice(0, HISTORIES_DRAWN)
  const histories = new Map(
    await Promise.all(eventful.map(async ({ id }) => [id, await store.taskRuns.history(id)] as const)),
  )

  return await show(ask, {
    title: `${run.name}: ${run.state.name}`,
    under: '/runs',
    live: `/live/runs/${run.id}`,
    known: runVersion(run, ask.get('revision')),
    body: html`
      <header class="page">
        <p class="crumbs">
          <a href="/runs">Runs</a> / <a href="/flows/${run.flowName}">${run.flowName}</a>${await parentCrumb(ask, run)}
        </p>
        <div class="headline">
          <h1>${run.name}</h1>
          ${stateBadge(run.state)}${actions(ask, run)}
        </div>
        ${why === null ? NOTHING : html`<p class="lead ${run.state.type === 'failed' || run.state.type === 'crashed' ? 'bad' : ''}">${why}</p>`}
        ${run.failure?.hint === undefined ? NOTHING : html`<p class="soft">${run.failure.hint}</p>`}
        ${run.fallbacks.length === 0 ? NOTHING : html`<p class="note">Fallback connections were used: ${run.fallbacks.join(', ')}. They only read.</p>`}
      </header>
      ${question(ask, run)}
      <dl class="facts card">
        ${fact('Due', moment(run.dueAt))} ${fact('Began', moment(run.startedAt))}
        ${fact('Took', html`${took(run.startedAt, run.endedAt, now)}${comparison(run, usualMs, now)}`)}
        ${fact('Attempt', html`${attempt(run)}${run.crashCount === 0 ? '' : html` <span class="soft">· its process died ${formatCount(run.crashCount, 'time')}</span>`}`)}
        ${fact('Steps', html`${stepCounts(steps)}`)} ${fact('Deployment', await deploymentLink(ask, run))}
        ${holder === null || holder === undefined ? NOTHING : fact('Runs on', html`${holder.worker.hostName}, process ${holder.worker.pid}`)}
        ${run.tags.length === 0 ? NOTHING : fact('Tags', html`${run.tags.map((tag) => html`<a class="tag" href="/runs?tag=${encodeURIComponent(tag)}">${tag}</a> `)}`)}
      </dl>
      <section class="card">
        <h2>Timeline</h2>
        ${timeline({ run, runHistory: history, steps, histories, children, now })}
      </section>
      ${tabs(run, tab, { steps: steps.length, artifacts: artifacts.length, children: children.length })}
      <section class="card tab">${await tabBody(ask, { run, tab, steps, artifacts, children, history, now })}</section>
    `,
  })
}

/** The whole log as a file, read and sent in pieces. */
export async function runLogFile(ask: Ask): Promise<Response> {
  const { logs } = ask.get('desk').project.store
  const run = await findRun(ask)
  const encoder = new TextEncoder()
  const piece = 5_000
  let after = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const lines = await logs.list(run.id, { after, limit: piece })
      after += lines.length
      if (lines.length > 0) controller.enqueue(encoder.encode(logText(lines)))
      if (lines.length < piece) controller.close()
    },
  })
  return ask.body(body, 200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': `attachment; filename="${run.name}.log"`,
  })
}

interface TabContent {
  readonly run: FlowRun
  readonly tab: string
  readonly steps: readonly TaskRunOutline[]
  readonly artifacts: readonly Artifact[]
  readonly children: readonly FlowRun[]
  readonly history: readonly State[]
  readonly now: Date
}

async function tabBody(ask: Ask, content: TabContent): Promise<Html> {
  const { run, tab, steps, artifacts, children, history, now } = content
  switch (tab) {
    case 'steps':
      return stepsTab(ask, run, steps, now)
    case 'artifacts':
      return artifacts.length === 0
        ? emptyNote('This run has published nothing.', 'await ctx.publish(table("my-table", rows))')
        : html`${await Promise.all(artifacts.map(artifactView))}`
    case 'parameters':
      return html`<pre>${JSON.stringify(run.parameters, null, 2)}</pre>
        ${run.flowVersion === null ? NOTHING : html`<p class="soft">flow version ${run.flowVersion}</p>`}`
    case 'history':
      return historyTab(history)
    case 'children':
      return children.length === 0 ? emptyNote('This run has called no other flow.', null) : runTable(children, now)
    default:
      return await logsTab(ask, run)
  }
}

function tabs(
  run: FlowRun,
  present: string,
  counts: { readonly steps: number; readonly artifacts: number; readonly children: number },
): Html {
  const all = [
    ['artifacts', 'Artifacts', counts.artifacts],
    ['logs', 'Logs', null],
    ['steps', 'Steps', counts.steps],
    ['parameters', 'Parameters', null],
    ['history', 'State history', null],
    ['children', 'Children', counts.children],
  ] as const
  return html`<nav class="tabs" aria-label="Parts of the run">
    <ul>
      ${all.map(
        ([name, words, count]) =>
          html`<li>
            <a href="/runs/${run.id}?tab=${name}" ${name === present ? html` aria-current="true"` : ''}
              >${words}${
                count === null || count === 0 ? '' : html` <span class="count">${formatNumber(count, 0)}</span>`
              }</a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}

async function logsTab(ask: Ask, run: FlowRun): Promise<Html> {
  const { logs } = ask.get('desk').project.store
  const level = LEVELS.find((each) => each === ask.req.query('level')) ?? 'info'
  const search = ask.req.query('search') ?? ''
  const lines = await logs.list(run.id, {
    tail: LINES_SHOWN,
    level: level satisfies LogLevel,
    ...(search === '' ? {} : { contains: search, newest: LINES_SEARCHED }),
  })
  return html`<form class="filters" method="get">
      <input type="hidden" name="tab" value="logs" />
      <label
        >Level
        <select name="level">
          ${LEVELS.map(
            (each) =>
              html`<option value="${each}" ${each === level ? html` selected` : ''}>
                ${each}${each === 'error' ? '' : ' and above'}
              </option>`,
          )}
        </select></label
      >
      <label>Holds <input type="search" name="search" value="${search}" /></label>
      <button>Show</button><a href="/runs/${run.id}/log.txt">Download all</a>
    </form>
    ${lines.length === 0 ? emptyNote(search === '' ? 'Nothing was logged at this level.' : 'None of the last 100,000 lines holds that.', null) : logView(lines)}
    ${lines.length === LINES_SHOWN ? html`<p class="soft">The last ${LINES_SHOWN} lines; the file has all of them.</p>` : NOTHING}`
}

function stepsTab(ask: Ask, run: FlowRun, steps: readonly TaskRunOutline[], now: Date): Html {
  const task = ask.req.query('task') ?? ''
  const state = ask.req.query('state') ?? ''
  const from = Math.max(0, Number(ask.req.query('from') ?? 0) || 0)
  const fitting = steps.filter(
    (step) => (task === '' || step.taskName === task) && (state === '' || step.state.type === state),
  )
  if (steps.length === 0) return emptyNote('This run has no steps.', null)
  const shown = fitting.slice(from, from + STEPS_SHOWN)
  const page = (at: number) =>
    `/runs/${run.id}?${new URLSearchParams({ tab: 'steps', task, state, from: String(at) }).toString()}`
  return html`<form class="filters" method="get">
      <input type="hidden" name="tab" value="steps" />
      <label
        >Task
        <select name="task">
          <option value="">any</option>
          ${[...new Set(steps.map(({ taskName }) => taskName))].map(
            (each) => html`<option${each === task ? html` selected` : ''}>${each}</option>`,
          )}
        </select></label
      >
      <label
        >State
        <select name="state">
          <option value="">any</option>
          ${[...new Set(steps.map((step) => step.state.type))].map(
            (each) => html`<option${each === state ? html` selected` : ''}>${each}</option>`,
          )}
        </select></label
      ><button>Show</button>
    </form>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Step</th>
            <th scope="col">Began</th>
            <th scope="col" class="number">Attempts</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (step) =>
              html`<tr>
                <td>${stateBadge(step.state)}</td>
                <td>
                  ${step.name}${step.state.message === null ? '' : html`<div class="why">${step.state.message}</div>`}
                </td>
                <td>${moment(step.startedAt)}</td>
                <td class="number">${step.runCount}</td>
                <td class="number">${took(step.startedAt, step.endedAt, now)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <nav class="pager" aria-label="Pages of steps">
      <span class="soft"
        >${formatNumber(Math.min(from + 1, fitting.length), 0)}–${formatNumber(from + shown.length, 0)} of
        ${formatNumber(fitting.length, 0)}</span
      >
      ${from > 0 ? html`<a href="${page(Math.max(0, from - STEPS_SHOWN))}">Earlier</a>` : NOTHING}
      ${from + STEPS_SHOWN < fitting.length ? html`<a href="${page(from + STEPS_SHOWN)}" rel="next">Later</a>` : NOTHING}
    </nav>`
}

function historyTab(history: readonly State[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${history.map(
          (state) =>
            html`<tr>
              <td>${moment(state.at)}</td>
              <td>${stateBadge(state)}</td>
              <td>${state.message ?? state.details.reason ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Cancel, retry and run again; what destroys nothing asks nothing. */
function actions(ask: Ask, run: FlowRun): Html {
  if (ask.get('role') !== 'write') return NOTHING
  const ended = isTerminal(run.state)
  const here = `/runs/${run.id}`
  return html`<div class="actions">
    ${ended || run.state.type === 'cancelling' ? NOTHING : html`<form method="post" action="${here}/cancel"><button data-confirm="Cancel ${run.name}?">Cancel</button></form>`}
    ${ended && run.state.type !== 'completed' && run.parentRunId === null ? html`<form method="post" action="${here}/retry"><button class="main">Retry from where it stopped</button></form>` : NOTHING}
    ${run.parentRunId === null ? html`<a class="button" href="${here}/again">Run again with these parameters</a>` : NOTHING}
  </div>`
}

/** What a paused run asks, with the answers. */
function question(ask: Ask, run: FlowRun): Html {
  const asked = questionOf(run.state)
  if (asked === null) return NOTHING
  const until =
    asked.expiresAt === null ? NOTHING : html`<p class="soft">It waits until ${moment(asked.expiresAt)}.</p>`
  if (ask.get('role') !== 'write')
    return html`<section class="card alarm">
      <h2>${asked.text}</h2>
      ${until}
    </section>`
  return html`<section class="card alarm">
    <h2>${asked.text === '' ? 'It waits to be resumed' : asked.text}</h2>
    ${until}
    <form method="post" action="/runs/${run.id}/answer">
      <input type="hidden" name="key" value="${asked.key}" />
      ${answerFields(asked)}
      <label class="field">Your name <input name="by" autocomplete="name" required /></label>
      <div class="actions">
        ${
          asked.kind === 'approval'
            ? html`<button class="main" name="verb" value="approve">Approve</button
                ><button name="verb" value="reject" formnovalidate>Reject</button>`
            : html`<button class="main" name="verb" value="resume">Resume</button>`
        }
      </div>
    </form>
  </section>`
}

function answerFields({ input }: Question): Html {
  const fields = fieldsOf(input)
  return fields === null ? NOTHING : formFields(fields, { texts: textsOf(fields, {}), problems: {} })
}

async function parentCrumb(ask: Ask, run: FlowRun): Promise<Html> {
  if (run.parentRunId === null) return NOTHING
  const parent = await ask.get('desk').project.store.runs.get(run.parentRunId)
  return parent === null ? NOTHING : html` / called by <a href="/runs/${parent.id}">${parent.name}</a>`
}

async function deploymentLink(ask: Ask, run: FlowRun): Promise<Html> {
  if (run.deploymentId === null) return html`<span class="soft">none</span>`
  const deployment = await ask.get('desk').project.store.deployments.getById(run.deploymentId)
  const by = run.scheduleSlug === null ? 'by hand' : `by ${run.scheduleSlug}`
  const name =
    deployment === null ? run.deploymentName : html`<a href="${deploymentPath(deployment)}">${deployment.name}</a>`
  return html`${name} <span class="soft">${by}</span>`
}

function fact(label: string, value: Html): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`
}

function stepCounts(steps: readonly TaskRunOutline[]): string {
  if (steps.length === 0) return 'none'
  const counts = [...Map.groupBy(steps, ({ state }) => state.type)].map(
    ([type, of]) => `${formatNumber(of.length, 0)} ${type}`,
  )
  return counts.join(', ')
}

/** The middle of the last completed runs of the same deployment, or of the flow; null while there are too few. */
async function usualDuration(ask: Ask, run: FlowRun): Promise<number | null> {
  const earlier = await ask.get('desk').project.store.runs.list({
    ...(run.deploymentId === null ? { flowName: run.flowName } : { deploymentId: run.deploymentId }),
    types: ['completed'],
    before: run.id,
    limit: COMPARED,
  })
  const lengths = earlier
    .flatMap(({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? [] : [Date.parse(endedAt) - Date.parse(startedAt)],
    )
    .toSorted((a, b) => a - b)
  return lengths.length < 3 ? null : (lengths[Math.floor(lengths.length / 2)] ?? null)
}

function comparison(run: FlowRun, usualMs: number | null, now: Date): Html {
  if (usualMs === null || run.startedAt === null) return NOTHING
  const ms = (run.endedAt === null ? now.getTime() : Date.parse(run.endedAt)) - Date.parse(run.startedAt)
  const far = ms > usualMs * 2 && ms - usualMs > 1_000
  return html` <span class="${far ? 'warning' : 'soft'}"
    >${far ? `${formatNumber(ms / usualMs, 1)} × the usual ${formatDuration(usualMs)}` : `usually ${formatDuration(usualMs)}`}</span
  >`
}

/** A run that waits has given its attempt back, to go on with it: to whoever looks it is still the same one. */
function attempt({ runCount, startedAt }: FlowRun): number {
  return startedAt === null ? runCount : Math.max(1, runCount)
}
