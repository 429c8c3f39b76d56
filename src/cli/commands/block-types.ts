/** `d2flow block types`: what can be connected to, and the fields it takes. */
import { describeBlock } from '../../blocks/describe.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

/** Types are known without a store on the disk. */
const NO_STORE = { store: 'memory:' } as const

export async function listBlockTypes(invocation: Invocation): Promise<number> {
  return await withProject(
    invocation,
    (project) => {
      const rows = project.blockTypes.map(({ name, shortName, about }) => ({
        type: shortName ?? name,
        slug: name,
        about,
      }))
      invocation.output.print(
        `${textTable(rows.map(({ type, about }) => ({ type, about })))}\n\nsee the fields of one with: d2flow block types TYPE`,
      )
      invocation.output.document({ types: rows })
      return Promise.resolve(EXIT.done)
    },
    NO_STORE,
  )
}

export async function showBlockType(invocation: Invocation, type: string): Promise<number> {
  return await withProject(
    invocation,
    async (project) => {
      const block = await project.blockType(type)
      const { fields } = describeBlock(block)
      const rows = fields.map(({ path, required, secret, description }) => ({
        field: path,
        needed: required ? 'yes' : 'no',
        sealed: secret ? 'yes' : 'no',
        description,
      }))
      invocation.output.print(
        `${textTable(rows, { cellWidth: 80 })}\n\nsave one with: d2flow block create ${block.shortName ?? block.slug} NAME -v FIELD=VALUE`,
      )
      invocation.output.document({ type: block.shortName ?? block.slug, slug: block.slug, fields })
      return EXIT.done
    },
    NO_STORE,
  )
}
