/** What runs have published, by key, with all versions. */
import { StoreError } from '../../base/errors.ts'
import type { Artifact } from '../../model/artifact.ts'
import type { Ask } from '../desk.ts'
import { html, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { artifactView } from '../parts/artifact-view.ts'
import { moment } from '../parts/moment.ts'
import { emptyNote } from '../parts/run-table.ts'

export async function artifactsPage(ask: Ask): Promise<Response> {
  const latest = await ask.get('desk').project.store.artifacts.latest()
  return await show(ask, {
    title: 'Artifacts',
    under: '/artifacts',
    live: '/live',
    body: html`<header class="page">
        <h1>Artifacts</h1>
        <p class="soft">The newest version of every key.</p>
      </header>
      ${
        latest.length === 0
          ? emptyNote('Nothing was published under a key yet. In a flow:', "await ctx.publish(table('my-table', rows))")
          : html`<section class="card">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Key</th>
                      <th scope="col">Kind</th>
                      <th scope="col">What it is</th>
                      <th scope="col">Published</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${latest.map(
                      ({ key, content, description, createdAt }) =>
                        html`<tr>
                          <td><a href="/artifacts/${key}">${key}</a></td>
                          <td>${content.kind}</td>
                          <td>${description ?? ''}</td>
                          <td>${moment(createdAt)}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }`,
  })
}

/** One key: the version asked for (default: the newest) and the list of all. */
export async function artifactPage(ask: Ask): Promise<Response> {
  const { store } = ask.get('desk').project
  const key = ask.req.param('key') ?? ''
  const versions = await store.artifacts.versions(key)
  const wanted = ask.req.query('version')
  const shown = wanted === undefined ? versions[0] : versions.find(({ id }) => id === wanted)
  if (shown === undefined) {
    throw new StoreError(
      'store/not-found',
      `there is no artifact "${key}"${wanted === undefined ? '' : ' of that version'}`,
      {
        hint: 'see all keys under Artifacts',
      },
    )
  }
  return await show(ask, {
    title: key,
    under: '/artifacts',
    live: '/live',
    body: html`<header class="page">
        <p class="crumbs"><a href="/artifacts">Artifacts</a></p>
        <h1>${key}</h1>
      </header>
      <section class="card">
        ${await artifactView(shown)}
        <p><a href="/runs/${shown.runId}?tab=artifacts">The run that published it</a></p>
      </section>
      <section class="card">
        <h2>Versions <span class="count">${versions.length}</span></h2>
        ${versionList(key, versions, shown)}
      </section>`,
  })
}

function versionList(key: string, versions: readonly Artifact[], shown: Artifact): Html {
  return html`<ol class="versions" reversed>
    ${versions.map(
      ({ id, createdAt, runId }) =>
        html`<li${id === shown.id ? html` aria-current="true"` : ''}><a href="/artifacts/${key}?version=${id}">${moment(createdAt)}</a> <a class="soft" href="/runs/${runId}">its run</a></li>`,
    )}
  </ol>`
}
