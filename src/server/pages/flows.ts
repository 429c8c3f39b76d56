/** The flows of the project, each with its question. */
import { SECOND } from '../../base/duration.ts'
import { parameterSchema } from '../../project/parameter-schema.ts'
import type { Ask } from '../desk.ts'
import { fieldsOf, type Field } from '../forms/schema-node.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { emptyNote, runTable } from '../parts/run-table.ts'

const RUNS_SHOWN = 20

export async function flowsPage(ask: Ask): Promise<Response> {
  const { flows } = ask.get('desk').project
  return await show(ask, {
    title: 'Flows',
    under: '/flows',
    body: html`<header class="page">
        <h1>Flows</h1>
        <p class="soft">Questions and jobs that can be run.</p>
      </header>
      ${
        flows.length === 0
          ? emptyNote('This project has no flows. Make one with:', 'd2flow init my-sync')
          : html`<section class="card">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Flow</th>
                      <th scope="col">The question</th>
                      <th></th>
                    </tr>
                  </thead>
                  <tbody>
                    ${flows.map(
                      ({ name, about }) =>
                        html`<tr>
                          <td><a href="/flows/${name}">${name}</a></td>
                          <td>${about}</td>
                          <td class="number">
                            ${ask.get('role') === 'write' ? html`<a class="button" href="/flows/${name}/run">Run</a>` : NOTHING}
                          </td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }`,
  })
}

export async function flowPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const flow = await project.flow(ask.req.param('flow') ?? '')
  const [runs, deployments] = await Promise.all([
    project.store.runs.list({
      flowName: flow.name,
      dueBefore: new Date(clock.now().getTime() + SECOND).toISOString(),
      limit: RUNS_SHOWN,
    }),
    project.store.deployments.list(),
  ])
  const about = flow.description ?? project.flows.find(({ name }) => name === flow.name)?.about ?? ''
  const own = deployments.filter(({ flowName }) => flowName === flow.name)
  const fields = fieldsOf(parameterSchema(flow))
  return await show(ask, {
    title: flow.name,
    under: '/flows',
    live: '/live',
    body: html`<header class="page">
        <p class="crumbs"><a href="/flows">Flows</a></p>
        <div class="headline">
          <h1>${flow.name}</h1>
          ${ask.get('role') === 'write' ? html`<div class="actions"><a class="button main" href="/flows/${flow.name}/run">Run</a></div>` : NOTHING}
        </div>
        <p class="lead">${about}</p>
        ${own.length === 0 ? NOTHING : html`<p>Deployed as ${own.map(({ name }, at) => html`${at === 0 ? '' : ', '}<a href="/deployments/${flow.name}/${name}">${name}</a>`)}.</p>`}
      </header>
      <section class="card">
        <h2>Parameters</h2>
        ${fields === null ? html`<p class="soft">It takes anything: it has no schema.</p>` : fields.length === 0 ? html`<p class="soft">It takes none.</p>` : parameterTable(fields)}
      </section>
      <section class="card">
        <h2>Runs</h2>
        ${runs.length === 0 ? emptyNote('It has not run yet.', `d2flow run ${flow.name}`) : runTable(runs, clock.now())}
        ${runs.length === RUNS_SHOWN ? html`<p><a href="/runs?flow=${encodeURIComponent(flow.name)}&amp;called=1">All of its runs</a></p>` : NOTHING}
      </section>`,
  })
}

function parameterTable(fields: readonly Field[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Default</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ({ name, node, required }) =>
            html`<tr>
              <td><code>${name}</code></td>
              <td>
                ${required ? html`<span class="soft">required</span>` : html`<code>${node.default === undefined ? '–' : JSON.stringify(node.default)}</code>`}
              </td>
              <td>${node.description ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
