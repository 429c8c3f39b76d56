/** Saved connections. A secret goes in and never comes out. */
import type { JsonObject } from '../../base/json.ts'
import { isToolkitError } from '../../base/errors.ts'
import { toFailure } from '../../base/failure.ts'
import type { AnyBlock } from '../../blocks/define.ts'
import { describeBlock } from '../../blocks/describe.ts'
import { maskValues } from '../../blocks/seal-values.ts'
import type { Ask } from '../desk.ts'
import { formFields, type FilledForm } from '../forms/form-fields.ts'
import { readForm, textsOf, textsSent } from '../forms/form-values.ts'
import { fieldsOf, type Field } from '../forms/schema-node.ts'
import { typedText } from '../forms/typed-text.ts'
import { html, NOTHING, type Html } from '../html.ts'
import { goTo, show } from '../layout.ts'
import { moment } from '../parts/moment.ts'
import { emptyNote } from '../parts/run-table.ts'

export async function blocksPage(ask: Ask): Promise<Response> {
  const { project } = ask.get('desk')
  const [saved, deployments] = await Promise.all([project.blocks.list(), project.store.deployments.list()])
  const usedBy = (type: string, name: string) =>
    deployments.filter(({ notify }) => notify.some(({ through, named }) => through === type && named === name))
  return await show(ask, {
    title: 'Blocks',
    under: '/blocks',
    body: html`<header class="page">
        <h1>Blocks</h1>
        <p class="soft">Saved connections. Secrets are sealed; they are written here and never shown.</p>
      </header>
      ${
        saved.length === 0
          ? emptyNote(
              'None is saved yet. Choose a type below, or at the command line:',
              'd2flow block create dhis2 prod',
            )
          : html`<section class="card">
              <div class="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Name</th>
                      <th scope="col">Type</th>
                      <th scope="col">Values</th>
                      <th scope="col">Told through it</th>
                      <th scope="col">Changed</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${saved.map(
                      ({ type, name, values, updatedAt }) =>
                        html`<tr>
                          <td><a href="/blocks/${type}/${name}">${name}</a></td>
                          <td>${type}</td>
                          <td><code class="clip">${JSON.stringify(maskValues(values))}</code></td>
                          <td>${usedBy(type, name).map((each) => html`<div>${each.name}</div>`)}</td>
                          <td>${moment(updatedAt)}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
            </section>`
      }
      ${
        ask.get('role') === 'write'
          ? html`<section class="card">
              <h2>Save a connection</h2>
              <ul class="choices">
                ${project.blockTypes.map(
                  ({ name, shortName, about }) =>
                    html`<li>
                      <a href="/blocks/${name}">${shortName ?? name}</a> <span class="soft">${about}</span>
                    </li>`,
                )}
              </ul>
            </section>`
          : NOTHING
      }`,
  })
}

export async function newBlockForm(ask: Ask): Promise<Response> {
  const block = await blockOf(ask)
  return await showForm(ask, {
    block,
    name: null,
    texts: textsOf(fieldsOfBlock(block), {}),
    problems: {},
    message: null,
  })
}

export async function createBlock(ask: Ask): Promise<Response> {
  const block = await blockOf(ask)
  const sent = await ask.req.formData()
  const name = typedText(sent, 'name').trim()
  const { project } = ask.get('desk')
  return await saveFromForm(ask, { block, name: null, typedName: name, sent }, async (values) => {
    await project.blocks.save(block, name, values)
  })
}

export async function blockForm(ask: Ask): Promise<Response> {
  const block = await blockOf(ask)
  const name = ask.req.param('name') ?? ''
  const { values } = await ask.get('desk').project.blocks.get(block, name)
  const texts = textsOf(fieldsOfBlock(block), maskValues(values))
  return await showForm(ask, { block, name, texts, problems: {}, message: null })
}

export async function reviseBlock(ask: Ask): Promise<Response> {
  const block = await blockOf(ask)
  const name = ask.req.param('name') ?? ''
  const { project } = ask.get('desk')
  const saved = maskValues((await project.blocks.get(block, name)).values)
  const sent = await ask.req.formData()
  return await saveFromForm(ask, { block, name, typedName: name, sent }, async (values) => {
    // a secret that was left empty stays as it is
    const masked = Object.entries(saved).filter(([member, value]) => value === '***' && values[member] === undefined)
    await project.blocks.revise(block, name, { ...values, ...Object.fromEntries(masked) })
  })
}

export async function deleteBlock(ask: Ask): Promise<Response> {
  const block = await blockOf(ask)
  await ask.get('desk').project.blocks.delete(block, ask.req.param('name') ?? '')
  return goTo(ask, '/blocks')
}

interface BlockForm extends FilledForm {
  readonly block: AnyBlock
  /** Null for one that is to be saved for the first time. */
  readonly name: string | null
  readonly typedName?: string
  readonly message: string | null
}

interface SentForm {
  readonly block: AnyBlock
  readonly name: string | null
  readonly typedName: string
  readonly sent: FormData
}

async function saveFromForm(
  ask: Ask,
  { block, name, typedName, sent }: SentForm,
  save: (values: JsonObject) => Promise<void>,
): Promise<Response> {
  const texts = textsSent(sent)
  const { values, problems } = readForm(fieldsOfBlock(block), texts)
  const form = { block, name, typedName, texts, problems, message: null }
  if (Object.keys(problems).length > 0) return await showForm(ask, form)
  try {
    await save(values)
  } catch (error) {
    if (!isToolkitError(error) || !/^(config|store\/stale)/.test(error.code)) throw error
    return await showForm(ask, { ...form, message: toFailure(error).message })
  }
  return goTo(ask, '/blocks')
}

async function showForm(ask: Ask, form: BlockForm): Promise<Response> {
  const { block, name, message, problems } = form
  const here = name === null ? `/blocks/${block.slug}` : `/blocks/${block.slug}/${name}`
  const failed = message !== null || Object.keys(problems).length > 0
  return await show(ask, {
    title: name ?? `New ${block.slug}`,
    under: '/blocks',
    status: failed ? 422 : 200,
    body: html`<header class="page">
        <p class="crumbs"><a href="/blocks">Blocks</a> / ${block.slug}</p>
        <h1>${name ?? `New ${block.slug}`}</h1>
      </header>
      ${ask.get('role') === 'write' ? fieldsAndButtons(form, here) : html`<p class="note">You may look, not change.</p>`}`,
  })
}

function fieldsAndButtons(form: BlockForm, here: string): Html {
  const { block, name, message, typedName = '' } = form
  return html`<form class="parameters card" method="post" action="${here}">
      ${message === null ? NOTHING : html`<p class="problem" role="alert">${message}</p>`}
      ${
        name === null
          ? html`<div class="field">
              <label for="name">Name <span class="kind">required</span></label
              ><input id="name" name="name" value="${typedName}" required />
              <p class="hint">flows open it by this name</p>
            </div>`
          : NOTHING
      }
      ${formFields(fieldsOfBlock(block), { ...form, keepsSecrets: name !== null })}
      <div class="actions"><button class="main">Save</button></div>
    </form>
    ${name === null ? NOTHING : html`<form class="danger" method="post" action="${here}/delete"><button class="bad" data-confirm="Delete ${block.slug} ${name}? Flows that open it will fail.">Delete</button></form>`}`
}

async function blockOf(ask: Ask): Promise<AnyBlock> {
  return await ask.get('desk').project.blockType(ask.req.param('type') ?? '')
}

function fieldsOfBlock(block: AnyBlock): readonly Field[] {
  return fieldsOf(describeBlock(block).jsonSchema) ?? []
}
