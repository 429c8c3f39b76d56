/** The form that asks for a run: fields made from the schema, or one text of JSON. */
import type { JsonObject } from '../../base/json.ts'
import { toFailure } from '../../base/failure.ts'
import { html, type Html } from '../html.ts'
import { formFields, strayProblems } from './form-fields.ts'
import { readForm, textsOf, textsSent, type Texts } from './form-values.ts'
import { fieldsOf } from './schema-node.ts'

export interface ParameterForm {
  readonly schema: JsonObject | null
  /** As JSON, by choice or because there is no schema. */
  readonly asJson: boolean
  readonly texts: Texts
  readonly json: string
  readonly problems: Readonly<Record<string, string>>
  /** What is wrong beside the fields. */
  readonly message: string | null
}

/** A form that nobody has sent yet. */
export function openForm(schema: JsonObject | null, values: JsonObject, asJson: boolean): ParameterForm {
  const fields = fieldsOf(schema)
  return {
    schema,
    asJson: asJson || fields === null,
    texts: textsOf(fields ?? [], values),
    json: JSON.stringify(withDefaults(schema, values), null, 2),
    problems: {},
    message: null,
  }
}

/** What was sent: the values to try, or the form again with what is wrong in it. */
export function readParameterForm(
  schema: JsonObject | null,
  sent: FormData,
): { readonly form: ParameterForm; readonly values: JsonObject | null } {
  const fields = fieldsOf(schema)
  const json = sent.get('json')
  if (typeof json === 'string') {
    const form = { schema, asJson: true, texts: new Map(), json, problems: {}, message: null }
    try {
      const values: unknown = json.trim() === '' ? {} : JSON.parse(json)
      if (values === null || typeof values !== 'object' || Array.isArray(values)) throw new Error('it is not an object')
      return { form, values: values as JsonObject }
    } catch (error) {
      return { form: { ...form, message: `this is not a JSON object: ${(error as Error).message}` }, values: null }
    }
  }
  const texts = textsSent(sent)
  const { values, problems } = readForm(fields ?? [], texts)
  const form = { schema, asJson: false, texts, json: '', problems, message: null }
  return { form, values: Object.keys(problems).length === 0 ? values : null }
}

/** The form again, with what the flow's own schema said. */
export function withRefusal(form: ParameterForm, error: unknown): ParameterForm {
  const { message, details } = toFailure(error)
  const problems = details?.['fields'] as Record<string, string> | undefined
  return problems === undefined ? { ...form, message } : { ...form, problems }
}

/** @param here the address of the form without its query */
export function parameterForm(form: ParameterForm, here: string): Html {
  const fields = fieldsOf(form.schema)
  const other =
    fields === null
      ? ''
      : form.asJson
        ? html`<a href="${here}">As fields</a>`
        : html`<a href="${here}?as=json">As JSON</a>`
  const wrong = form.message === null ? '' : html`<p class="problem" role="alert">${form.message}</p>`
  const count = Object.keys(form.problems).length
  return html`<form
    class="parameters card"
    method="post"
    action="${here}${form.asJson && fields !== null ? '?as=json' : ''}"
  >
    <div class="form-head">
      <h2>Parameters</h2>
      ${other}
    </div>
    ${count === 0 ? '' : html`<p class="problem" role="alert">${count === 1 ? 'One parameter does' : `${count} parameters do`} not fit; nothing was started.</p>`}${wrong}
    ${
      form.asJson || fields === null
        ? html`${strayProblems([], form.problems)}<label class="field"
              >Parameters as JSON
              <textarea
                class="code"
                name="json"
                rows="${Math.min(30, Math.max(8, form.json.split('\n').length + 1))}"
                spellcheck="false"
              >
${form.json}</textarea>
            </label>`
        : fields.length === 0
          ? html`${formFields(fields, form)}
              <p class="soft">It takes no parameters.</p>`
          : formFields(fields, form)
    }
    <div class="actions"><button class="main">Run</button></div>
  </form>`
}

function withDefaults(schema: JsonObject | null, values: JsonObject): JsonObject {
  const fields = fieldsOf(schema) ?? []
  const defaults = fields.flatMap(({ name, node }) =>
    node.default === undefined ? [] : [[name, node.default] as const],
  )
  return { ...Object.fromEntries(defaults), ...values }
}
