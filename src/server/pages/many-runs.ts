/** The same done to several runs at once: what could be done is done, what could not says why. */
import { isToolkitError, UsageError } from '../../base/errors.ts'
import type { FlowRun } from '../../model/run.ts'
import { cancelRun, retryRun } from '../../project/run-actions.ts'
import { formatCount } from '../../render/format.ts'
import type { Ask } from '../desk.ts'
import { typedText } from '../forms/typed-text.ts'
import { html, NOTHING } from '../html.ts'
import { show } from '../layout.ts'
import { ASKED_AT_THE_PAGE } from './run-actions.ts'

/** More than a page holds. */
const AT_MOST = 100

/** @throws UsageError `cli/usage` when no run was chosen */
export async function actOnMany(ask: Ask): Promise<Response> {
  const { project } = ask.get('desk')
  const sent = await ask.req.formData()
  const verb = typedText(sent, 'verb') === 'cancel' ? 'cancel' : 'retry'
  const ids = sent.getAll('run').filter((id) => typeof id === 'string')
  if (ids.length === 0 || ids.length > AT_MOST) {
    throw new UsageError('cli/usage', `${formatCount(ids.length, 'run')} were chosen`, {
      hint: `choose up to ${AT_MOST} by the boxes before them`,
    })
  }
  const done: FlowRun[] = []
  const refused: { readonly run: FlowRun; readonly why: string }[] = []
  for (const id of ids) {
    const run = await project.store.runs.get(id)
    if (run === null) continue
    try {
      done.push(
        await (verb === 'cancel'
          ? cancelRun(project, run, ASKED_AT_THE_PAGE)
          : retryRun(project, run, { by: ASKED_AT_THE_PAGE })),
      )
    } catch (error) {
      if (!isToolkitError(error)) throw error
      refused.push({ run, why: error.message })
    }
  }
  return await show(ask, {
    title: verb === 'cancel' ? 'Cancelled' : 'Asked for again',
    under: '/runs',
    body: html`<header class="page">
        <h1>${verb === 'cancel' ? 'Asked to stop' : 'Asked for again'}: ${formatCount(done.length, 'run')}</h1>
      </header>
      ${
        refused.length === 0
          ? NOTHING
          : html`<section class="card alarm">
              <h2>Left as they are</h2>
              <ul>
                ${refused.map(({ run, why }) => html`<li><a href="/runs/${run.id}">${run.name}</a>: ${why}</li>`)}
              </ul>
            </section>`
      }
      <p><a href="/runs">To the runs</a></p>`,
  })
}
