/** All runs, newest first, narrowed by what the address says. */
import { SECOND } from '../../base/duration.ts'
import type { FlowRun } from '../../model/run.ts'
import { STATE_TYPES } from '../../model/state.ts'
import type { RunFilter } from '../../project/index.ts'
import { formatCount, formatNumber } from '../../render/format.ts'
import type { Ask } from '../desk.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { show } from '../layout.ts'
import { emptyNote, runTable } from '../parts/run-table.ts'
import { readRunFilter, STRETCHES } from '../run-filters.ts'

const PAGE = 50
/** Beyond this it is "1,000+": counting on costs more than the number is worth. */
const COUNTED = 1_000

export async function runsPage(ask: Ask): Promise<Response> {
  const { project, clock } = ask.get('desk')
  const { runs, deployments } = project.store
  const now = clock.now()
  const query = ask.req.query()
  const asked = readRunFilter(query, now, PAGE)
  const filter = { ...asked, ...usualBounds(query, now) }
  const { before: _before, limit: _limit, ...whole } = filter
  const [found, all] = await Promise.all([runs.list({ ...filter, limit: PAGE + 1 }), deployments.list()])
  const isAll = filter.before === undefined && found.length <= PAGE
  const count = isAll ? found.length : await runs.count(whole, COUNTED + 1)
  const page = found.slice(0, PAGE)
  const last = page.at(-1)
  const counted = count > COUNTED ? `${formatNumber(COUNTED)}+ runs` : formatCount(count, 'run')
  const narrowed = Object.keys(asked).length > 1

  return await show(ask, {
    title: 'Runs',
    under: '/runs',
    live: '/live',
    body: html`
      <header class="page">
        <h1>Runs</h1>
        <p class="soft">${counted}${narrowed ? ' that fit' : ''}</p>
      </header>
      <form class="filters" method="get">
        <label
          >State
          ${select(
            'state',
            query['state'],
            STATE_TYPES.map((type) => [type, type]),
          )}</label
        >
        <label>Flow <input name="flow" list="flows" value="${query['flow'] ?? ''}" /></label>
        <label
          >Deployment
          ${select(
            'deployment',
            query['deployment'],
            all.map(({ id, name }) => [id, name]),
          )}</label
        >
        <label>Tag <input name="tag" value="${query['tag'] ?? ''}" /></label>
        <label
          >Due
          ${select(
            'since',
            query['since'],
            Object.entries(STRETCHES).map(([name, { words }]) => [name, words]),
          )}</label
        >
        <label class="check"
          ><input type="checkbox" name="called" value="1" ${query['called'] === '1' ? html` checked` : ''} /> with
          subflows</label
        >
        <button>Show</button>${narrowed ? html`<a href="/runs">Show all</a>` : NOTHING}
        <datalist id="flows">${project.flows.map(({ name }) => html`<option value="${name}"></option>`)}</datalist>
      </form>
      ${
        page.length === 0
          ? narrowed
            ? emptyNote('No run fits.', null)
            : emptyNote(
                'Nothing has run yet. Start one from the page of its flow, or at the command line:',
                'd2flow run hello',
              )
          : ask.get('role') === 'write'
            ? choosableRuns(page, now)
            : html`<section class="card">${runTable(page, now)}</section>`
      }
      ${pager(query, found.length > PAGE && last !== undefined ? last.id : null)}
    `,
  })
}

function choosableRuns(page: readonly FlowRun[], now: Date): Html {
  return html`<form class="card" method="post" action="/runs/many">
    ${runTable(page, now, { choosable: true })}
    <div class="actions chosen">
      <span class="soft">The chosen runs:</span>
      <button name="verb" value="retry">Retry</button>
      <button name="verb" value="cancel" data-confirm="Cancel the chosen runs?">Cancel</button>
    </div>
  </form>`
}

/** What is still to come, and what other runs have called, stands in the list only when it was asked for. */
function usualBounds(query: Readonly<Record<string, string>>, now: Date): RunFilter {
  const { state = '', called = '' } = query
  return {
    ...(state === '' ? { dueBefore: new Date(now.getTime() + SECOND).toISOString() } : {}),
    ...(called === '' ? { parentRunId: null } : {}),
  }
}

function select(
  name: string,
  chosen: string | undefined,
  options: readonly (readonly [value: string, words: string])[],
): Html {
  return html`<select name="${name}">
    <option value="">any</option>
    ${options.map(
      ([value, words]) => html`<option value="${value}" ${value === chosen ? html` selected` : ''}>${words}</option>`,
    )}
  </select>`
}

/** Forward by the key of the last row; back is the way the reader came. */
function pager(query: Readonly<Record<string, string>>, after: string | null): Html {
  const { before, ...others } = query
  const address = (more: Readonly<Record<string, string>>) =>
    `/runs?${new URLSearchParams({ ...others, ...more }).toString()}`
  if (before === undefined && after === null) return NOTHING
  return html`<nav class="pager" aria-label="Pages of runs">
    ${
      before === undefined ? NOTHING : html`<a href="${address({})}">Newest</a>`
    }${after === null ? NOTHING : html`<a href="${address({ before: after })}" rel="next">Older</a>`}
  </nav>`
}
