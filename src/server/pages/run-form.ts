/** The form that starts a run, of a deployment or of a flow. */
import type { JsonObject } from '../../base/json.ts'
import { isToolkitError } from '../../base/errors.ts'
import type { FlowRun } from '../../model/run.ts'
import { parameterSchema } from '../../project/parameter-schema.ts'
import { requestFlowRun, requestRun } from '../../project/request-run.ts'
import { deploymentPath } from '../addresses.ts'
import type { Ask } from '../desk.ts'
import { openForm, parameterForm, readParameterForm, withRefusal, type ParameterForm } from '../forms/parameter-form.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { goTo, show } from '../layout.ts'
import { findDeployment } from './deployments.ts'

/** What can be started, and how. */
interface Startable {
  readonly title: string
  readonly crumbs: readonly (readonly [path: string, words: string])[]
  readonly under: string
  readonly here: string
  readonly schema: JsonObject | null
  readonly parameters: JsonObject
  /** The work pool that the run waits in. */
  readonly pool: string | null
  readonly start: (parameters: JsonObject) => Promise<FlowRun>
}

export async function deploymentRunForm(ask: Ask): Promise<Response> {
  return await runForm(ask, await ofDeployment(ask))
}

export async function startDeployment(ask: Ask): Promise<Response> {
  return await startFromForm(ask, await ofDeployment(ask))
}

export async function flowRunForm(ask: Ask): Promise<Response> {
  return await runForm(ask, await ofFlow(ask))
}

export async function startFlow(ask: Ask): Promise<Response> {
  return await startFromForm(ask, await ofFlow(ask))
}

async function ofDeployment(ask: Ask): Promise<Startable> {
  const { project } = ask.get('desk')
  const deployment = await findDeployment(ask)
  const path = deploymentPath(deployment)
  return {
    title: deployment.name,
    crumbs: [
      ['/deployments', 'Deployments'],
      [path, deployment.name],
    ],
    under: '/deployments',
    here: `${path}/run`,
    schema: deployment.parameterSchema,
    parameters: deployment.parameters,
    pool: deployment.pool,
    start: (parameters) => requestRun(project, deployment, parameters),
  }
}

async function ofFlow(ask: Ask): Promise<Startable> {
  const { project } = ask.get('desk')
  const flow = await project.flow(ask.req.param('flow') ?? '')
  const path = `/flows/${encodeURIComponent(flow.name)}`
  return {
    title: flow.name,
    crumbs: [
      ['/flows', 'Flows'],
      [path, flow.name],
    ],
    under: '/flows',
    here: `${path}/run`,
    schema: parameterSchema(flow),
    parameters: {},
    pool: null,
    start: (parameters) => requestFlowRun(project, flow.name, parameters),
  }
}

async function runForm(ask: Ask, of: Startable): Promise<Response> {
  const like = ask.req.query('like')
  const model = like === undefined ? null : await ask.get('desk').project.store.runs.get(like)
  const values = model === null ? of.parameters : { ...of.parameters, ...model.parameters }
  return await showForm(ask, of, openForm(of.schema, values, ask.req.query('as') === 'json'), 200)
}

async function startFromForm(ask: Ask, of: Startable): Promise<Response> {
  const { form, values } = readParameterForm(of.schema, await ask.req.formData())
  if (values === null) return await showForm(ask, of, form, 422)
  try {
    return goTo(ask, `/runs/${(await of.start(values)).id}`)
  } catch (error) {
    if (!isToolkitError(error) || error.code !== 'config/params') throw error
    return await showForm(ask, of, withRefusal(form, error), 422)
  }
}

async function showForm(ask: Ask, of: Startable, form: ParameterForm, status: 200 | 422): Promise<Response> {
  return await show(ask, {
    title: `Run ${of.title}`,
    under: of.under,
    status,
    body: html`<header class="page">
        <p class="crumbs">
          ${of.crumbs.map(([path, words], at) => html`${at === 0 ? '' : ' / '}<a href="${path}">${words}</a>`)}
        </p>
        <h1>Run ${of.title}</h1>
        ${waitsFor(of, ask.get('desk').executes)}
      </header>
      ${ask.get('role') === 'write' ? parameterForm(form, of.here) : html`<p class="note">You may look, not start.</p>`}`,
  })
}

/** Who takes the run, when it is not this process. */
function waitsFor({ pool }: Startable, executes: boolean): Html {
  if (pool !== null) {
    return html`<p class="soft">
      The run waits in ${pool} for a worker: <code>d2flow worker start --pool ${pool}</code>
    </p>`
  }
  if (executes) return NOTHING
  return html`<p class="soft">
    This server only shows. The run waits for a serving process: <code>d2flow serve</code>
  </p>`
}
