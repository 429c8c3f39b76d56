/** Limits: how much of each is taken, by whom, and who waits. */
import { formatDuration } from '../../base/duration.ts'
import { formatCount, formatNumber } from '../../render/format.ts'
import type { Ask } from '../desk.ts'
import { html, NOTHING } from '../html.ts'
import { show } from '../layout.ts'
import { emptyNote } from '../parts/run-table.ts'

export async function limitsPage(ask: Ask): Promise<Response> {
  const all = await ask.get('desk').project.store.limits.list()
  return await show(ask, {
    title: 'Limits',
    under: '/limits',
    live: '/live',
    body: html`<header class="page">
        <h1>Limits</h1>
        <p class="soft">What runs share: slots at the same time, tokens over time.</p>
      </header>
      ${
        all.length === 0
          ? emptyNote('There are none yet. Make one at the command line:', 'd2flow limit create dhis2-api 3')
          : html`<div class="cards">
              ${all.map(
                ({ name, size, perMs, held, tokens, holders, waiters }) =>
                  html`<section class="card">
                    <header>
                      <h2>${name}</h2>
                      <span class="badge ${held >= size && perMs === null ? 'warning' : 'neutral'}"
                        >${
                          perMs === null
                            ? `${held} of ${size} taken`
                            : `${formatNumber(tokens, 1)} of ${formatNumber(size)} tokens, full again in ${formatDuration(perMs)}`
                        }</span
                      >
                    </header>
                    ${perMs === null ? html`<p><progress max="${size}" value="${held}">${held} of ${size}</progress></p>` : NOTHING}
                    ${
                      holders.length === 0
                        ? html`<p class="soft">Nobody holds it.</p>`
                        : html`<ul>
                            ${holders.map(({ runId, runName, slots }) => html`<li><a href="/runs/${runId}">${runName}</a> holds ${slots}</li>`)}
                          </ul>`
                    }
                    ${
                      waiters.length === 0
                        ? NOTHING
                        : html`<p class="soft">${formatCount(waiters.length, 'run')} wait:</p>
                            <ol>
                              ${waiters.map(({ runId, runName, slots }) => html`<li><a href="/runs/${runId}">${runName}</a> wants ${slots}</li>`)}
                            </ol>`
                    }
                  </section>`,
              )}
            </div>`
      }`,
  })
}
