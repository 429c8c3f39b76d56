/** What happened, newest first. */
import type { JsonObject } from '../../base/json.ts'
import type { Ask } from '../desk.ts'
import { html, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { moment } from '../parts/moment.ts'
import { emptyNote } from '../parts/run-table.ts'

const SHOWN = 200

export async function eventsPage(ask: Ask): Promise<Response> {
  const resource = ask.req.query('resource') ?? ''
  const events = await ask.get('desk').project.store.events.list({
    limit: SHOWN,
    ...(resource === '' ? {} : { resource }),
  })
  return await show(ask, {
    title: 'Events',
    under: '/events',
    live: '/live',
    body: html`<header class="page">
        <h1>Events</h1>
        <p class="soft">What happened, newest first${events.length === SHOWN ? `; the last ${SHOWN}` : ''}.</p>
      </header>
      <form class="filters" method="get">
        <label>To what <input name="resource" value="${resource}" placeholder="run/… or deployment/…" /></label
        ><button>Show</button>
      </form>
      ${
        events.length === 0
          ? emptyNote(
              resource === '' ? 'Nothing has happened yet.' : 'Nothing happened to that.',
              resource === '' ? 'd2flow serve' : null,
            )
          : html`<section class="card">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">At</th>
                      <th scope="col">What</th>
                      <th scope="col">To what</th>
                      <th scope="col">More</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${events.map(
                      ({ at, name, resource: to, payload }) =>
                        html`<tr>
                          <td>${moment(at)}</td>
                          <td>${name}</td>
                          <td>${resourceLink(to)}</td>
                          <td>${inWords(payload)}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }`,
  })
}

/** Of an id the last letters tell runs apart; all of it is shown when it is pointed at. */
function resourceLink(resource: string): Html {
  const run = /^run\/(.+)$/.exec(resource)?.[1]
  return run === undefined
    ? html`<a href="/events?resource=${encodeURIComponent(resource)}">${resource}</a>`
    : html`<a href="/runs/${run}" title="${resource}">run …${run.slice(-8)}</a>`
}

/** "state: Completed, message: …" */
function inWords(payload: JsonObject): string {
  return Object.entries(payload)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
