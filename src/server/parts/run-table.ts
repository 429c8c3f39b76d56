/** Runs as rows. */
import { namedAt } from '../../model/late.ts'
import type { FlowRun } from '../../model/run.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { moment, took } from './moment.ts'
import { stateBadge } from './state-badge.ts'

/** With `choosable` each row has a box, for the form around the table. */
export function runTable(runs: readonly FlowRun[], now: Date, options: { readonly choosable?: boolean } = {}): Html {
  const { choosable = false } = options
  return html`<div class="scroll">
    <table class="runs">
      <thead>
        <tr>
          ${choosable ? html`<th scope="col"><span class="sr">Choose</span></th>` : NOTHING}
          <th scope="col">State</th>
          <th scope="col">Run</th>
          <th scope="col">Flow</th>
          <th scope="col">Due</th>
          <th scope="col" class="number">Took</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map((run) => runRow(run, now, choosable))}
      </tbody>
    </table>
  </div>`
}

function runRow(run: FlowRun, now: Date, choosable: boolean): Html {
  const why = whyOf(run)
  return html`<tr>
    ${choosable ? html`<td class="box"><input type="checkbox" name="run" value="${run.id}" aria-label="choose ${run.name}" /></td>` : NOTHING}
    <td class="state">${stateBadge(namedAt(run, now).state)}</td>
    <td class="run">
      <a href="/runs/${run.id}">${run.name}</a>${why === null ? '' : html`<div class="why">${why}</div>`}
    </td>
    <td class="flow">
      ${run.flowName}${run.deploymentName === null ? '' : html`<div class="soft">${run.deploymentName}</div>`}
    </td>
    <td class="due">${moment(run.dueAt)}</td>
    <td class="number took">${took(run.startedAt, run.endedAt, now)}</td>
  </tr>`
}

/** Why it is as it is, where there is something to say. */
export function whyOf({ state, failure, warning }: FlowRun): string | null {
  const reason = typeof state.details.reason === 'string' ? state.details.reason : null
  if (state.type === 'completed') return warning
  return state.message ?? failure?.message ?? reason
}

/** A page without rows says what to do next. */
export function emptyNote(words: string, command: string | null): Html {
  return html`<div class="nothing">
    <p>${words}</p>
    ${command === null ? NOTHING : html`<pre>${command}</pre>`}
  </div>`
}
