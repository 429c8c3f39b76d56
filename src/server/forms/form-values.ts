/** Between typed values and what a browser sends of a form: texts by the path of their field. */
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { choicesOf, type Field, type SchemaNode } from './schema-node.ts'

/** What stands in each control, by the path of its field. */
export type Texts = ReadonlyMap<string, string>

/** What was read: values, and for each field that could not be read a sentence. */
export interface ReadForm {
  readonly values: JsonObject
  readonly problems: Readonly<Record<string, string>>
}

/** `p.` before a path keeps the fields of a form apart from its other controls. */
export function controlName(path: string): string {
  return `p.${path}`
}

/** What the controls hold to begin with: the values, and defaults where there is none. */
export function textsOf(fields: readonly Field[], values: Readonly<Record<string, unknown>>): Map<string, string> {
  const texts = new Map<string, string>()
  const fill = (list: readonly Field[], within: Readonly<Record<string, unknown>>) => {
    for (const { path, name, control, node, fields: inner } of list) {
      const value = within[name] ?? node.default
      if (control === 'group') fill(inner, isObject(value) ? value : {})
      else if (control === 'switch') {
        if (value !== undefined && value !== null) texts.set(path, value === true ? 'true' : 'false')
      } else if (value !== undefined && value !== null && control !== 'secret') texts.set(path, textOf(control, value))
    }
  }
  fill(fields, values)
  return texts
}

/** The texts of a form that was sent. */
export function textsSent(form: FormData): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, value] of form)
    if (name.startsWith('p.') && typeof value === 'string') texts.set(name.slice(2), value)
  return texts
}

/** Typed values of what was sent. What was left empty is left out, or null where null may be given. */
export function readForm(fields: readonly Field[], texts: Texts): ReadForm {
  const problems: Record<string, string> = {}
  const read = (list: readonly Field[]): JsonObject => {
    const members: Record<string, JsonValue> = {}
    for (const field of list) {
      try {
        const value = field.control === 'group' ? read(field.fields) : readField(field, texts.get(field.path) ?? '')
        if (value !== undefined) members[field.name] = value
      } catch (error) {
        problems[field.path] = (error as Error).message
      }
    }
    return members
  }
  return { values: read(fields), problems }
}

function readField(field: Field, text: string): JsonValue | undefined {
  const { control, node } = field
  const typed = text.trim()
  if (typed === '') return whenEmpty(field)
  switch (control) {
    case 'text':
    case 'secret':
      return text.replaceAll('\r\n', '\n')
    case 'integer':
    case 'number':
      return readNumber(typed)
    case 'switch':
      return typed === 'true'
    case 'choice':
      return readChoice(node, typed)
    case 'list':
      return typed
        .split(/\r?\n/)
        .flatMap((line) => (line.trim() === '' ? [] : [readItem(node.items ?? {}, line.trim())]))
    case 'loose':
      return readLoosely(typed)
    default:
      return readJson(typed)
  }
}

/** A text that has a default was emptied on purpose; everything else that is empty was not given. */
function whenEmpty({ control, node, nullable, required }: Field): JsonValue | undefined {
  if (nullable) return null
  if (control === 'text' && typeof node.default === 'string' && node.default !== '') return ''
  if (control === 'list' && (required || node.default !== undefined)) return []
  return undefined
}

function readNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`"${text}" is not a number`)
  return value
}

function readChoice(node: SchemaNode, text: string): JsonValue {
  const choices = choicesOf(node)
  const chosen = choices.find((choice) => choice.text === text)
  if (chosen === undefined) throw new Error(`"${text}" is not one of ${choices.map((each) => each.text).join(', ')}`)
  return chosen.value
}

function readItem({ type }: SchemaNode, line: string): JsonValue {
  if (type === 'integer' || type === 'number') return readNumber(line)
  if (type === 'boolean') return line === 'true' || line === 'yes'
  return line
}

function readLoosely(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // not JSON: it is the text itself, as on the command line
    return text
  }
}

function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    throw new Error(`this is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

function textOf(control: Field['control'], value: unknown): string {
  if (control === 'list' && Array.isArray(value)) return value.map(String).join('\n')
  if (control === 'json') return JSON.stringify(value, null, 2)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
