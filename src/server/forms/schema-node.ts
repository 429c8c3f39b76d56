/** The part of JSON Schema that forms are made of, as zod writes it. */
import type { JsonObject, JsonValue } from '../../base/json.ts'

export interface SchemaNode {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, SchemaNode>>
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly JsonValue[]
  readonly const?: JsonValue
  readonly default?: JsonValue
  readonly description?: string
  readonly title?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly secret?: boolean
}

/** How a value is asked for. */
export type Control =
  | 'text'
  | 'secret'
  | 'number'
  | 'integer'
  | 'switch'
  | 'choice'
  | 'list'
  | 'group'
  | 'loose'
  | 'json'

export interface Field {
  /** Dotted, as messages about parameters name it: `target.instance`. */
  readonly path: string
  readonly name: string
  readonly control: Control
  readonly required: boolean
  /** Null may be given: nothing typed means null. */
  readonly nullable: boolean
  readonly node: SchemaNode
  /** Of a group. */
  readonly fields: readonly Field[]
}

/** The fields of a form for a schema of an object, in order; null for a schema that is none. */
export function fieldsOf(schema: JsonObject | SchemaNode | null): readonly Field[] | null {
  if (schema === null) return null
  const root = schema as SchemaNode
  if (root.properties === undefined) return null
  return membersOf(root, root, '')
}

function membersOf(node: SchemaNode, root: SchemaNode, under: string): Field[] {
  return Object.entries(node.properties ?? {}).map(([name, child]) => {
    const path = under === '' ? name : `${under}.${name}`
    const { node: inner, nullable } = withoutNull(resolved(child, root), root)
    const control = controlOf(inner, root)
    return {
      path,
      name,
      control,
      nullable,
      required: (node.required ?? []).includes(name) && inner.default === undefined,
      node: inner,
      fields: control === 'group' ? membersOf(inner, root, path) : [],
    }
  })
}

/** References stand for what they name; what is said beside them (a default, a description) stays. */
function resolved(node: SchemaNode, root: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node
  const { $ref, ...beside } = node
  const named = root.$defs?.[$ref.replace('#/$defs/', '')]
  return named === undefined ? beside : { ...resolved(named, root), ...beside }
}

function withoutNull(node: SchemaNode, root: SchemaNode): { readonly node: SchemaNode; readonly nullable: boolean } {
  if (Array.isArray(node.type) && node.type.includes('null')) {
    const types = node.type.filter((type: string) => type !== 'null')
    return { node: { ...node, type: types.length === 1 ? (types[0] ?? 'null') : types }, nullable: true }
  }
  if (node.enum?.includes(null) === true) {
    return { node: { ...node, enum: node.enum.filter((value) => value !== null) }, nullable: true }
  }
  const options = node.anyOf ?? []
  const others = options.filter((option) => option.type !== 'null')
  const [only] = others
  if (others.length === options.length || only === undefined) return { node, nullable: false }
  const { anyOf: _options, ...beside } = node
  if (others.length > 1) return { node: { ...beside, anyOf: others }, nullable: true }
  return { node: { ...resolved(only, root), ...beside }, nullable: true }
}

function controlOf(node: SchemaNode, root: SchemaNode): Control {
  if (node.secret === true) return 'secret'
  if (node.enum !== undefined || node.const !== undefined) return 'choice'
  const options = node.anyOf ?? node.oneOf
  if (options !== undefined) {
    return options.every((option) => isScalar(resolved(option, root))) ? 'loose' : 'json'
  }
  switch (node.type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'integer'
    case 'number':
      return 'number'
    case 'boolean':
      return 'switch'
    case 'array':
      return node.items !== undefined && isScalar(resolved(node.items, root)) ? 'list' : 'json'
    case 'object':
      return node.properties === undefined ? 'json' : 'group'
    default:
      return Array.isArray(node.type) ? 'loose' : 'json'
  }
}

function isScalar({ type, enum: choices, const: only }: SchemaNode): boolean {
  if (choices !== undefined || only !== undefined) return true
  return type === 'string' || type === 'integer' || type === 'number' || type === 'boolean'
}

/** What may be chosen, with the text that stands for it. */
export function choicesOf({ enum: choices, const: only }: SchemaNode): readonly Choice[] {
  const values = choices ?? (only === undefined ? [] : [only])
  return values.map((value) => ({ value, text: typeof value === 'string' ? value : JSON.stringify(value) }))
}

export interface Choice {
  readonly value: JsonValue
  readonly text: string
}
