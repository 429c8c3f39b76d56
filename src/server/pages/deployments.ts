/** Deployments: when each runs next, how the last ones ended, and the switch. */
import { SECOND } from '../../base/duration.ts'
import { StoreError } from '../../base/errors.ts'
import type { DeploymentRecord } from '../../model/deployment-record.ts'
import { schedulesInWords } from '../../project/schedules-in-words.ts'
import { pauseDeployment, resumeDeployment } from '../../project/switch-deployment.ts'
import { upcomingMomentsOf } from '../../project/upcoming-of.ts'
import { deploymentPath } from '../addresses.ts'
import type { Ask } from '../desk.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { goTo, show } from '../layout.ts'
import { fromNow, moment } from '../parts/moment.ts'
import { emptyNote, runTable } from '../parts/run-table.ts'
import { stateShape, toneOfState } from '../parts/state-badge.ts'

const OUTCOMES = 10
const RUNS_SHOWN = 20

export async function findDeployment(ask: Ask): Promise<DeploymentRecord> {
  const [flowName, name] = [ask.req.param('flow') ?? '', ask.req.param('name') ?? '']
  const found = await ask.get('desk').project.store.deployments.get(flowName, name)
  if (found !== null) return found
  throw new StoreError('store/not-found', `there is no deployment "${flowName}/${name}"`, {
    hint: 'name it in project.config.ts; d2flow serve registers it',
  })
}

export async function deploymentsPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const now = clock.now()
  const all = await project.store.deployments.list()
  const rows = await Promise.all(
    all.map(async (deployment) => ({
      deployment,
      outcomes: await project.store.runs.list({
        deploymentId: deployment.id,
        types: ['completed', 'failed', 'crashed', 'cancelled', 'running', 'paused'],
        limit: OUTCOMES,
      }),
    })),
  )
  return await show(ask, {
    title: 'Deployments',
    under: '/deployments',
    live: '/live',
    body: html` <header class="page">
        <h1>Deployments</h1>
        <p class="soft">Flows with parameters, schedules and people to tell.</p>
      </header>
      ${
        all.length === 0
          ? emptyNote('There are none yet. Name one in project.config.ts, then:', 'd2flow serve')
          : html`<div class="cards">
              ${rows.map(
                ({ deployment, outcomes }) =>
                  html`<section class="card deployment">
                    <header>
                      <h2><a href="${deploymentPath(deployment)}">${deployment.name}</a></h2>
                      ${deployment.paused ? html`<span class="badge warning">paused</span>` : NOTHING}
                    </header>
                    <p class="soft">
                      ${deployment.flowName}${deployment.description === null ? '' : ` · ${deployment.description}`}
                    </p>
                    <p>${schedulesOf(deployment)}${deployment.pool === null ? '' : ` · pool ${deployment.pool}`}</p>
                    ${nextOf(deployment, now)}
                    ${
                      outcomes.length === 0
                        ? html`<p class="soft">It has not run yet.</p>`
                        : html`<p class="outcomes" aria-label="the last outcomes, newest last">
                            ${outcomes
                              .toReversed()
                              .map(
                                (run) =>
                                  html`<a
                                    class="${toneOfState(run.state)}"
                                    href="/runs/${run.id}"
                                    title="${run.name}: ${run.state.name}"
                                    >${stateShape(run.state.type)}<span class="sr">${run.state.name}</span></a
                                  >`,
                              )} <span class="soft">last ${fromNow(outcomes[0]?.endedAt ?? null, now)}</span>
                          </p>`
                    }
                    ${buttons(ask, deployment)}
                  </section>`,
              )}
            </div>`
      }`,
  })
}

export async function deploymentPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const deployment = await findDeployment(ask)
  const now = clock.now()
  const runs = await project.store.runs.list({
    deploymentId: deployment.id,
    dueBefore: new Date(now.getTime() + SECOND).toISOString(),
    limit: RUNS_SHOWN,
  })
  return await show(ask, {
    title: deployment.name,
    under: '/deployments',
    live: '/live',
    body: html`
      <header class="page">
        <p class="crumbs">
          <a href="/deployments">Deployments</a> / <a href="/flows/${deployment.flowName}">${deployment.flowName}</a>
        </p>
        <div class="headline">
          <h1>${deployment.name}</h1>
          ${deployment.paused ? html`<span class="badge warning">paused</span>` : NOTHING}${buttons(ask, deployment)}
        </div>
        ${deployment.description === null ? NOTHING : html`<p class="lead">${deployment.description}</p>`}
      </header>
      <dl class="facts card">
        <div>
          <dt>Schedule</dt>
          <dd>${schedulesOf(deployment)}</dd>
        </div>
        <div>
          <dt>Next</dt>
          <dd>${nextOf(deployment, now)}</dd>
        </div>
        <div>
          <dt>Runs</dt>
          <dd>${deployment.pool === null ? 'by d2flow serve' : `by the workers of ${deployment.pool}`}</dd>
        </div>
        <div>
          <dt>When one still runs</dt>
          <dd>${overlapOf(deployment)}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>${deployment.version ?? '–'}</dd>
        </div>
        <div>
          <dt>Told</dt>
          <dd>
            ${
              deployment.notify.length === 0
                ? html`<span class="soft">nobody</span>`
                : deployment.notify.map(
                    ({ when, through, named }) =>
                      html`<div>${named} <span class="soft">through ${through}, when ${when.join(' or ')}</span></div>`,
                  )
            }
          </dd>
        </div>
        <div>
          <dt>Changed</dt>
          <dd>${moment(deployment.updatedAt)}</dd>
        </div>
      </dl>
      <section class="card">
        <h2>Parameters</h2>
        <pre>${JSON.stringify(deployment.parameters, null, 2)}</pre>
        ${
          deployment.parameterSchema === null
            ? NOTHING
            : html`<details>
                <summary>Their schema</summary>
                <pre>${JSON.stringify(deployment.parameterSchema, null, 2)}</pre>
              </details>`
        }
      </section>
      <section class="card">
        <h2>Runs</h2>
        ${runs.length === 0 ? emptyNote('It has not run yet.', `d2flow deployment run ${deployment.flowName}/${deployment.name}`) : runTable(runs, now)}
        ${runs.length === RUNS_SHOWN ? html`<p><a href="/runs?deployment=${deployment.id}">All of its runs</a></p>` : NOTHING}
      </section>
    `,
  })
}

export async function pauseFromPage(ask: Ask): Promise<Response> {
  const deployment = await findDeployment(ask)
  await pauseDeployment(ask.get('desk').project, deployment)
  return goTo(ask, deploymentPath(deployment))
}

export async function resumeFromPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const deployment = await findDeployment(ask)
  await resumeDeployment(project, deployment, clock.now())
  return goTo(ask, deploymentPath(deployment))
}

const OVERLAPS: Readonly<Record<DeploymentRecord['overlap'], string>> = {
  skip: 'the next is skipped',
  'buffer-one': 'the next waits, more are skipped',
  'buffer-all': 'the next ones wait',
  allow: 'they run beside each other',
}

function overlapOf({ overlap, concurrencyLimit }: DeploymentRecord): string {
  if (concurrencyLimit === undefined) return OVERLAPS[overlap]
  const { limit, onCollision } = concurrencyLimit
  return `at most ${limit} at once, ${onCollision === 'enqueue' ? 'more wait' : 'more are cancelled'}`
}

function schedulesOf(deployment: DeploymentRecord): Html {
  const sentences = schedulesInWords(deployment)
  if (sentences.length === 0) return html`<span class="soft">only by hand</span>`
  return html`${sentences.map((sentence) => html`<span class="schedule">${sentence}</span>`)}`
}

function nextOf(deployment: DeploymentRecord, now: Date): Html {
  if (deployment.paused) return html`<p class="soft">Paused: nothing is scheduled.</p>`
  const next = upcomingMomentsOf(deployment, now, 3)
  if (next.length === 0) return NOTHING
  return html`<ol class="next">
    ${next.map((at) => html`<li>${moment(at)}</li>`)}
  </ol>`
}

function buttons(ask: Ask, deployment: DeploymentRecord): Html {
  if (ask.get('role') !== 'write') return NOTHING
  const here = deploymentPath(deployment)
  return html`<div class="actions">
    <a class="button main" href="${here}/run">Run</a>
    <form method="post" action="${here}/${deployment.paused ? 'resume' : 'pause'}">
      <button>${deployment.paused ? 'Resume' : 'Pause'}</button>
    </form>
  </div>`
}
