/** The text of docs/flows.md, from the flows themselves. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { shelves } from '../flows/index.ts'
import type { FlowPicture } from './flow-pictures.ts'

const FLOWS = join(import.meta.dirname, '..', 'flows')

interface ParameterSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly ParameterSchema[]
  readonly default?: unknown
  readonly description?: string
}

export async function flowsPage(pictures: ReadonlyMap<string, FlowPicture>): Promise<string> {
  const sections = await Promise.all(
    Object.entries(shelves).flatMap(([shelf, flows]) =>
      flows.map(async ({ name, about, load }) => section({ shelf, name, about }, await load(), pictures.get(name))),
    ),
  )
  return [
    '# Flows',
    '<!-- made by: npm run docs -->',
    'What is bundled, and the question each flow answers. Run one with `d2flow run FLOW --sandbox`; `-p name=value` sets a parameter.',
    'The pictures are those of the reports (`--report page.html`), drawn from sample data or from a fake of the source: no figure in them is a measurement.',
    ...sections,
    '',
  ].join('\n\n')
}

interface Shelved {
  readonly shelf: string
  readonly name: string
  readonly about: string
}

function section(
  { shelf, name, about }: Shelved,
  flow: { readonly params: z.ZodType | null },
  picture: FlowPicture | undefined,
): string {
  const parts = [`## ${name}`, `*${about}*`, body(shelf, name)]
  const { properties = {} } = (flow.params === null ? {} : z.toJSONSchema(flow.params, { io: 'input' })) as {
    properties?: Record<string, ParameterSchema>
  }
  const rows = Object.entries(properties).map(
    ([parameter, schema]) =>
      `| \`${parameter}\` | ${kind(schema)} | ${shown(schema.default)} | ${schema.description ?? ''} |`,
  )
  if (rows.length > 0)
    parts.push(['| parameter | kind | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n'))
  if (picture !== undefined) {
    parts.push(`![${alternative(picture.answer)}](pictures/${name}.svg)`)
    if (!picture.svg.includes('Sample data')) parts.push('*Drawn from a fake of the source: the figures are made up.*')
  }
  return parts.join('\n\n')
}

/** What the picture says, for those who do not see it: the answer without marks. */
function alternative(answer: string): string {
  return answer.replaceAll(/[*[\]]/g, '')
}

/** The flow's own docblock, without its first line, which is the question. */
function body(shelf: string, name: string): string {
  const text = readFileSync(join(FLOWS, shelf, `${name}.ts`), 'utf8')
  const lines = (/^\/\*\*\n([\s\S]*?)\n \*\//.exec(text)?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
  return lines.slice(1).join('\n').trim()
}

function kind(schema: ParameterSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(kind).join(' or ')
  return schema.type ?? 'any'
}

function shown(value: unknown): string {
  return value === undefined ? 'needed' : `\`${JSON.stringify(value)}\``
}
