/** Finds runs, deployments, flows and artifacts by what a person types. */
import { deploymentPath } from '../addresses.ts'
import type { Ask } from '../desk.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { goTo, show } from '../layout.ts'
import { emptyNote, runTable } from '../parts/run-table.ts'

export async function searchPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const { store } = project
  const text = (ask.req.query('q') ?? '').trim()
  const holds = (name: string) => text !== '' && name.toLowerCase().includes(text.toLowerCase())
  const [runs, deployments, artifacts] = await Promise.all([
    text === '' ? [] : store.runs.find(text),
    store.deployments.list(),
    store.artifacts.latest(),
  ])
  const links = [
    ...deployments
      .filter(({ name, flowName }) => holds(name) || holds(flowName))
      .map((each) => [deploymentPath(each), each.name, 'deployment'] as const),
    ...project.flows
      .filter(({ name, about }) => holds(name) || holds(about))
      .map(({ name }) => [`/flows/${name}`, name, 'flow'] as const),
    ...artifacts
      .filter(({ key }) => holds(key ?? ''))
      .map(({ key }) => [`/artifacts/${key}`, key ?? '', 'artifact'] as const),
  ]
  const [only] = [...runs.map(({ id }) => `/runs/${id}`), ...links.map(([path]) => path)]
  if (only !== undefined && runs.length + links.length === 1) return goTo(ask, only)
  return await show(ask, {
    title: `Search: ${text}`,
    under: '',
    body: html`<header class="page">
        <h1>Search</h1>
        <p class="soft">“${text}”</p>
      </header>
      ${runs.length + links.length === 0 ? emptyNote('Nothing has such a name. Runs are found by the beginning of their name or id.', null) : NOTHING}
      ${
        links.length === 0
          ? NOTHING
          : html`<section class="card">
              <ul class="choices">
                ${links.map(link)}
              </ul>
            </section>`
      }
      ${
        runs.length === 0
          ? NOTHING
          : html`<section class="card">
              <h2>Runs</h2>
              ${runTable(runs, clock.now())}
            </section>`
      }`,
  })
}

function link([path, name, kind]: readonly [string, string, string]): Html {
  return html`<li><a href="${path}">${name}</a> <span class="soft">${kind}</span></li>`
}
