/** What a block's schema says, as data: for forms, for help, and to know which values to seal. */
import { z } from 'zod'
import type { AnyBlock } from './define.ts'

export interface BlockField {
  /** Dotted; `*` stands for any key. */
  readonly path: string
  readonly type: string
  readonly secret: boolean
  readonly required: boolean
  readonly default: unknown
  readonly description: string
}

export interface BlockDescription {
  readonly slug: string
  readonly shortName: string
  readonly jsonSchema: Readonly<Record<string, unknown>>
  readonly fields: readonly BlockField[]
  /** Paths of the fields to be sealed. */
  readonly secretPaths: readonly string[]
}

interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly secret?: boolean
  readonly default?: unknown
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly required?: readonly string[]
}

export function describeBlock(block: AnyBlock): BlockDescription {
  const jsonSchema = z.toJSONSchema(block.schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode
  const fields = fieldsOf(jsonSchema, '')
  return {
    slug: block.slug,
    shortName: block.shortName ?? block.slug,
    jsonSchema: jsonSchema as Record<string, unknown>,
    fields,
    secretPaths: fields.filter((field) => field.secret).map((field) => field.path),
  }
}

function fieldsOf(node: SchemaNode, path: string): BlockField[] {
  const under = (name: string) => (path === '' ? name : `${path}.${name}`)
  const named = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    fieldOrChildren(child, under(name), node.required?.includes(name) ?? false),
  )
  const anyKey =
    typeof node.additionalProperties === 'object' ? fieldOrChildren(node.additionalProperties, under('*'), false) : []
  return [...named, ...anyKey]
}

function fieldOrChildren(node: SchemaNode, path: string, required: boolean): BlockField[] {
  const children = node.secret === true ? [] : fieldsOf(node, path)
  if (children.length > 0) return children
  return [
    {
      path,
      type: node.enum === undefined ? String(node.type ?? 'any') : node.enum.join(' | '),
      secret: node.secret === true,
      required: required && node.default === undefined,
      default: node.default ?? null,
      description: node.description ?? '',
    },
  ]
}
