/** The controls of a form, each with what it is, what it is for, and what was wrong with it. */
import { html, NOTHING, type Html } from '../html.ts'
import { controlName, type Texts } from './form-values.ts'
import { choicesOf, type Field } from './schema-node.ts'

export interface FilledForm {
  readonly texts: Texts
  /** Sentences by the path of the field. */
  readonly problems: Readonly<Record<string, string>>
  /** Secrets that are saved already may be left empty. */
  readonly keepsSecrets?: boolean
}

export function formFields(fields: readonly Field[], filled: FilledForm): Html {
  return html`${fields.map((field) => formField(field, filled))}${strayProblems(fields, filled.problems)}`
}

/** Problems of no field in sight: a name that is unknown, a check over several fields. */
export function strayProblems(fields: readonly Field[], problems: FilledForm['problems']): Html {
  const { leaves, groups } = pathsOf(fields)
  const stray = Object.entries(problems).filter(
    ([path]) => !groups.includes(path) && !leaves.some((leaf) => isWithin(path, leaf)),
  )
  if (stray.length === 0) return NOTHING
  return html`<ul class="problems" role="alert">
    ${stray.map(([path, words]) => html`<li><b>${path}</b>: ${words}</li>`)}
  </ul>`
}

function formField(field: Field, filled: FilledForm): Html {
  const { path, name, control, node, fields, required, nullable } = field
  const problem = problemOf(field, filled.problems)
  const described =
    node.description === undefined ? NOTHING : html`<p class="hint" id="hint-${path}">${node.description}</p>`
  const wrong = problem === null ? NOTHING : html`<p class="problem" id="problem-${path}" role="alert">${problem}</p>`
  if (control === 'group') {
    return html`<fieldset>
      <legend>${node.title ?? name}</legend>
      ${described}${wrong} ${fields.map((inner) => formField(inner, filled))}
    </fieldset>`
  }
  const about = [kindOf(field), required ? 'required' : nullable ? 'may be empty' : ''].filter((word) => word !== '')
  return html`<div class="field${problem === null ? '' : ' wrong'}">
    <label for="field-${path}">${node.title ?? name} <span class="kind">${about.join(', ')}</span></label>
    ${controlOf(field, filled, problem !== null)}${described}${wrong}
  </div>`
}

function controlOf(field: Field, { texts, keepsSecrets = false }: FilledForm, isWrong: boolean): Html {
  const { path, control, node, required } = field
  const text = texts.get(path) ?? ''
  const described = [
    ...(node.description === undefined ? [] : [`hint-${path}`]),
    ...(isWrong ? [`problem-${path}`] : []),
  ]
  const describing = described.length === 0 ? '' : html` aria-describedby="${described.join(' ')}"`
  const shared = html`id="field-${path}"
  name="${controlName(path)}"${describing}${isWrong ? html` aria-invalid="true"` : ''}`
  const must = required ? html` required` : ''
  switch (control) {
    case 'choice':
      return html`<select ${shared}${must}>
        ${text !== '' && !field.nullable ? '' : html`<option value="">${field.nullable ? 'none' : 'choose'}</option>`}
        ${choicesOf(node).map(
          (choice) =>
            html`<option value="${choice.text}" ${choice.text === text ? html` selected` : ''}>${choice.text}</option>`,
        )}
      </select>`
    case 'switch':
      return node.default === undefined && !required
        ? html`<select ${shared}>
            ${['', 'true', 'false'].map(
              (value) =>
                html`<option value="${value}" ${value === text ? html` selected` : ''}>
                  ${value === '' ? 'not set' : value === 'true' ? 'yes' : 'no'}
                </option>`,
            )}
          </select>`
        : html`<input type="hidden" name="${controlName(path)}" value="false" /><input
              type="checkbox"
              value="true"
              ${shared}${text === 'true' ? html` checked` : ''}
            />`
    case 'integer':
    case 'number':
      return html`<input
        type="number"
        step="${control === 'integer' ? '1' : 'any'}"
        value="${text}"
        ${shared}${must}${limit('min', node.minimum)}${limit('max', node.maximum)}
      />`
    case 'list':
      return html`<textarea rows="${rowsFor(text)}" ${shared} placeholder="one per line">${text}</textarea>`
    case 'json':
      return html`<textarea class="code" rows="${rowsFor(text)}" spellcheck="false" ${shared}${must}>${text}</textarea>`
    case 'secret':
      return html`<input
        type="password"
        autocomplete="new-password"
        ${shared}${keepsSecrets ? html` placeholder="kept as it is"` : must}
      />`
    default:
      return html`<input
        type="${inputType(node.format)}"
        value="${text}"
        ${shared}${must}${node.maxLength === undefined ? '' : html` maxlength="${node.maxLength}"`}
      />`
  }
}

function inputType(format: string | undefined): string {
  return format === 'date' ? 'date' : format === 'email' ? 'email' : 'text'
}

/** The bounds that every whole number has are no bounds. */
function limit(name: 'min' | 'max', bound: number | undefined): Html {
  return bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? NOTHING : html` ${name}="${bound}"`
}

function rowsFor(text: string): number {
  return Math.min(16, Math.max(3, text.split('\n').length + 1))
}

function kindOf({ control, node }: Field): string {
  switch (control) {
    case 'integer':
      return 'whole number'
    case 'switch':
      return 'yes or no'
    case 'choice':
      return 'one of these'
    case 'list':
      return `list of ${typeof node.items?.type === 'string' ? `${node.items.type}s` : 'values'}, one per line`
    case 'secret':
      return 'secret'
    case 'loose':
      return 'text or number'
    case 'json':
      return 'JSON'
    default:
      return node.format ?? control
  }
}

/** Its own, and those of what lies within a field that is typed as one text. */
function problemOf({ path, control }: Field, problems: FilledForm['problems']): string | null {
  const own = Object.entries(problems).filter(
    ([name]) => name === path || (control !== 'group' && isWithin(name, path)),
  )
  if (own.length === 0) return null
  return own.map(([name, words]) => (name === path ? words : `${name.slice(path.length + 1)}: ${words}`)).join('; ')
}

function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`)
}

function pathsOf(fields: readonly Field[]): { readonly leaves: readonly string[]; readonly groups: readonly string[] } {
  const inner = fields.filter(({ control }) => control === 'group').map((field) => pathsOf(field.fields))
  const named = (isGroup: boolean) =>
    fields.filter(({ control }) => (control === 'group') === isGroup).map(({ path }) => path)
  return {
    leaves: [...named(false), ...inner.flatMap(({ leaves }) => leaves)],
    groups: [...named(true), ...inner.flatMap(({ groups }) => groups)],
  }
}
