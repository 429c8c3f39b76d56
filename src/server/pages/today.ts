/** The first page: what needs a person, what went how, what comes next. */
import { DAY, HOUR } from '../../base/duration.ts'
import type { DeploymentRecord } from '../../model/deployment-record.ts'
import { LATE_AFTER_MS } from '../../model/late.ts'
import type { FlowRun } from '../../model/run.ts'
import { upcomingMomentsOf } from '../../project/upcoming-of.ts'
import { formatBytes, formatCount } from '../../render/format.ts'
import { deploymentPath } from '../addresses.ts'
import type { Ask } from '../desk.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { fromNow, moment } from '../parts/moment.ts'
import { emptyNote, whyOf } from '../parts/run-table.ts'
import { stateBadge } from '../parts/state-badge.ts'
import { stateBars } from '../parts/state-bars.ts'

const SHOWN = 8

export async function todayPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const { store } = project
  const now = clock.now()
  const nextHour = new Date(Math.floor(now.getTime() / HOUR) * HOUR + HOUR)
  const midnight = new Date(Math.floor(now.getTime() / DAY) * DAY + DAY)
  const [dayAgo, weekAgo] = [new Date(nextHour.getTime() - DAY), new Date(midnight.getTime() - 7 * DAY)]

  const [hours, days, broken, blemished, waiting, paused, running, deployments, bytes, any] = await Promise.all([
    store.runs.tally({ from: dayAgo, before: now, everyMs: HOUR }),
    store.runs.tally({ from: weekAgo, before: now, everyMs: DAY }),
    store.runs.list({ types: ['failed', 'crashed'], parentRunId: null, dueFrom: dayAgo.toISOString(), limit: 200 }),
    store.runs.list({ types: ['completed'], parentRunId: null, dueFrom: dayAgo.toISOString(), limit: 200 }),
    store.runs.list({ types: ['scheduled'], limit: 200 }),
    store.runs.list({ types: ['paused'], limit: 50 }),
    store.runs.list({ types: ['running', 'pending', 'cancelling'], parentRunId: null, limit: 50 }),
    store.deployments.list(),
    store.sizeBytes(),
    store.runs.list({ limit: 1 }),
  ])
  const late = waiting.filter(
    (run) => Date.parse(run.state.details.scheduledFor ?? run.dueAt) < now.getTime() - LATE_AFTER_MS,
  )
  const warned = blemished.filter(({ warning }) => warning !== null)

  return await show(ask, {
    title: 'Today',
    under: '/',
    live: '/live',
    body: html`
      <header class="page">
        <h1>Today</h1>
        <p class="soft">
          ${formatCount(deployments.length, 'deployment')} · ${formatCount(running.length, 'run')} under
          way${bytes === null ? '' : ` · store ${formatBytes(bytes)}`}
        </p>
      </header>
      ${any.length === 0 ? emptyNote('Nothing has run yet. Start a flow from its page, or at the command line:', 'd2flow run hello') : NOTHING}
      ${await attention(ask, { broken, warned, late, paused, deployments }, now)}
      <div class="pair">
        <section class="card">
          ${stateBars({
            title: 'Last 24 hours',
            from: dayAgo,
            everyMs: HOUR,
            count: 24,
            tally: hours,
            label: (from, at) => (at % 6 === 0 ? `${from.toISOString().slice(11, 13)}:00` : ''),
          })}
        </section>
        <section class="card">
          ${stateBars({
            title: 'Last 7 days',
            from: weekAgo,
            everyMs: DAY,
            count: 7,
            tally: days,
            label: (from) => WEEKDAYS[from.getUTCDay()] ?? '',
          })}
        </section>
      </div>
      <div class="pair">${underWay(running, now)}${nextRuns(deployments, now)}</div>
      ${await freshness(ask, deployments, now)}
    `,
  })
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

interface Attention {
  readonly broken: readonly FlowRun[]
  readonly warned: readonly FlowRun[]
  readonly late: readonly FlowRun[]
  readonly paused: readonly FlowRun[]
  readonly deployments: readonly DeploymentRecord[]
}

async function attention(ask: Ask, { broken, warned, late, paused, deployments }: Attention, now: Date): Promise<Html> {
  const { executes } = ask.get('desk')
  const poolOf = (run: FlowRun) => deployments.find(({ id }) => id === run.deploymentId)?.pool ?? null
  const lateReason = (run: FlowRun) => {
    const pool = poolOf(run)
    if (pool !== null) return `it is due and waits in ${pool} for a worker: d2flow worker start --pool ${pool}`
    if (executes) return 'it is due and waits for a free place'
    return 'it is due and waits for a serving process: d2flow serve'
  }
  const rows = [
    ...paused.map((run) => ({ run, why: whyOf(run) ?? 'it waits to be resumed' })),
    ...late.map((run) => ({ run, why: whyOf(run) ?? lateReason(run) })),
    ...broken.map((run) => ({ run, why: whyOf(run) ?? '' })),
    ...warned.map((run) => ({ run, why: whyOf(run) ?? '' })),
  ]
  if (rows.length === 0)
    return html`<section class="card calm">
      <h2>Needs attention</h2>
      <p>Nothing. No run of the last day failed, waits or is late.</p>
    </section>`
  return html`<section class="card alarm">
    <h2>Needs attention <span class="count">${rows.length}</span></h2>
    <ul class="attention">
      ${rows.slice(0, SHOWN).map(
        ({ run, why }) =>
          html`<li>
            ${stateBadge(late.includes(run) ? { type: run.state.type, name: 'Late' } : run.state)}
            <div>
              <a href="/runs/${run.id}"
                ><b>${run.deploymentName ?? run.flowName}</b> <span class="soft">${run.name}</span></a
              >
              <p>${why}</p>
            </div>
            ${fromNow(run.endedAt ?? run.dueAt, now)}
          </li>`,
      )}
    </ul>
    ${rows.length > SHOWN ? html`<p><a href="/runs?state=failed">All failed runs</a></p>` : ''}
  </section>`
}

function underWay(running: readonly FlowRun[], now: Date): Html {
  const rows = running.slice(0, SHOWN).map(
    (run) =>
      html`<li>
        ${stateBadge(run.state)}
        <div>
          <a href="/runs/${run.id}"
            ><b>${run.deploymentName ?? run.flowName}</b> <span class="soft">${run.name}</span></a
          >
        </div>
        ${fromNow(run.startedAt ?? run.dueAt, now)}
      </li>`,
  )
  return html`<section class="card">
    <h2>Under way</h2>
    ${
      rows.length === 0
        ? html`<p class="soft">Nothing runs now.</p>`
        : html`<ul class="attention">
            ${rows}
          </ul>`
    }
  </section>`
}

function nextRuns(deployments: readonly DeploymentRecord[], now: Date): Html {
  const next = deployments
    .filter(({ paused }) => !paused)
    .flatMap((deployment) => upcomingMomentsOf(deployment, now, 3).map((at) => ({ deployment, at })))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, SHOWN)
  return html`<section class="card">
    <h2>Next runs</h2>
    ${
      next.length === 0
        ? emptyNote(
            'Nothing is scheduled. Give a deployment a schedule in project.config.ts:',
            "schedule: cron('0 6 * * *')",
          )
        : html`<ul class="attention">
            ${next.map(
              ({ deployment, at }) =>
                html`<li>
                  <div>
                    <a href="${deploymentPath(deployment)}"><b>${deployment.name}</b></a>
                  </div>
                  ${moment(at)}
                </li>`,
            )}
          </ul>`
    }
  </section>`
}

async function freshness(ask: Ask, deployments: readonly DeploymentRecord[], now: Date): Promise<Html> {
  if (deployments.length === 0) return NOTHING
  const { store } = ask.get('desk').project
  const rows = await Promise.all(
    deployments.map(async (deployment) => {
      const [success] = await store.runs.list({ deploymentId: deployment.id, types: ['completed'], limit: 1 })
      const [last] = await store.runs.list({
        deploymentId: deployment.id,
        types: ['completed', 'failed', 'crashed', 'cancelled'],
        limit: 1,
      })
      return { deployment, success, last }
    }),
  )
  return html`<section class="card">
    <h2>Freshness</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Deployment</th>
            <th scope="col">Last success</th>
            <th scope="col">Last end</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ deployment, success, last }) =>
              html`<tr>
                <td><a href="${deploymentPath(deployment)}">${deployment.flowName}/${deployment.name}</a></td>
                <td>
                  ${success === undefined ? html`<span class="soft">never</span>` : fromNow(success.endedAt, now)}
                </td>
                <td>${last === undefined ? html`<span class="soft">never</span>` : fromNow(last.endedAt, now)}</td>
                <td>
                  ${last === undefined ? NOTHING : stateBadge(last.state)}${deployment.paused ? html` <span class="badge warning">paused</span>` : NOTHING}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
