/** Variables: small values that runs read and people set. */
import type { JsonValue } from '../../base/json.ts'
import type { Ask } from '../desk.ts'
import { typedText } from '../forms/typed-text.ts'
import { html, NOTHING } from '../html.ts'
import { goTo, show } from '../layout.ts'
import { moment } from '../parts/moment.ts'
import { emptyNote } from '../parts/run-table.ts'

export async function variablesPage(ask: Ask, problem: string | null = null): Promise<Response> {
  const all = await ask.get('desk').project.store.variables.list()
  const mayWrite = ask.get('role') === 'write'
  return await show(ask, {
    title: 'Variables',
    under: '/variables',
    status: problem === null ? 200 : 422,
    body: html`<header class="page">
        <h1>Variables</h1>
        <p class="soft">Small values that flows read. Nothing secret belongs here.</p>
      </header>
      ${
        all.length === 0
          ? emptyNote('None is set yet. Set one below, or at the command line:', 'd2flow variable set threshold 0.8')
          : html`<section class="card">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Name</th>
                      <th scope="col">Value</th>
                      <th scope="col">Changed</th>
                      <th></th>
                    </tr>
                  </thead>
                  <tbody>
                    ${all.map(
                      ({ name, value, updatedAt }) =>
                        html`<tr>
                          <td><code>${name}</code></td>
                          <td><code class="clip">${JSON.stringify(value)}</code></td>
                          <td>${moment(updatedAt)}</td>
                          <td class="number">
                            ${mayWrite ? html`<form method="post" action="/variables/unset"><input type="hidden" name="name" value="${name}" /><button class="bad" data-confirm="Remove the variable ${name}?">Remove</button></form>` : NOTHING}
                          </td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }
      ${
        mayWrite
          ? html`<form class="parameters card" method="post" action="/variables">
              <h2>Set a variable</h2>
              ${problem === null ? NOTHING : html`<p class="problem" role="alert">${problem}</p>`}
              <div class="field"><label for="name">Name</label><input id="name" name="name" required /></div>
              <div class="field">
                <label for="value">Value <span class="kind">JSON when it reads as such, else text</span></label
                ><textarea id="value" name="value" rows="3"></textarea>
              </div>
              <div class="actions"><button class="main">Set</button></div>
            </form>`
          : NOTHING
      }`,
  })
}

export async function setVariable(ask: Ask): Promise<Response> {
  const sent = await ask.req.formData()
  const name = typedText(sent, 'name').trim()
  if (name === '') return await variablesPage(ask, 'a variable needs a name')
  await ask.get('desk').project.store.variables.set(name, readValue(typedText(sent, 'value')), { overwrite: true })
  return goTo(ask, '/variables')
}

export async function unsetVariable(ask: Ask): Promise<Response> {
  const sent = await ask.req.formData()
  await ask.get('desk').project.store.variables.unset(typedText(sent, 'name'))
  return goTo(ask, '/variables')
}

function readValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // not JSON: it is the text itself
    return text
  }
}
