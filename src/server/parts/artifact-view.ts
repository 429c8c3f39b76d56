/** What a run published, as a page shows it. Nothing in it can run, or lead where it should not. */
import type { Artifact } from '../../model/artifact.ts'
import { artifactSection } from '../../project/run-report.ts'
import { sectionBody } from '../../render/html-report.ts'
import { html, raw, type Html } from '../html.ts'
import { moment } from './moment.ts'

export async function artifactView(artifact: Artifact): Promise<Html> {
  const { key, description, content } = artifact
  const title = description ?? key ?? content.kind
  const body =
    content.kind === 'progress'
      ? html`<p><progress max="100" value="${content.percent}">${content.percent} %</progress> ${content.percent} %</p>`
      : raw(await sectionBody(artifactSection(artifact)))
  return html`<article class="artifact" id="artifact-${artifact.id}">
    <header>
      <h3>${title}</h3>
      <p class="soft">
        ${content.kind}${key === null ? '' : html` · <a href="/artifacts/${key}">${key}</a>`} ·
        ${moment(artifact.createdAt)}
      </p>
    </header>
    ${body}
  </article>`
}
