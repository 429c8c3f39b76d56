/** What happened, newest first. */
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
                          <td><code class="clip">${JSON.stringify(payload)}</code></td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }`,
  })
}

function resourceLink(resource: string): Html {
  const run = /^run\/(.+)$/.exec(resource)?.[1]
  return run === undefined
    ? html`<a href="/events?resource=${encodeURIComponent(resource)}">${resource}</a>`
    : html`<a href="/runs/${run}">${resource}</a>`
}
