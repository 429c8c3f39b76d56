/** `d2flow flows`: what can be run here. */
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export async function flows(invocation: Invocation): Promise<number> {
  // a list of names needs no store on the disk
  return await withProject(
    invocation,
    (project) => {
      const rows = project.flows.map(({ name, about }) => ({ flow: name, question: about }))
      invocation.output.print(`${textTable(rows, { cellWidth: 100 })}\n\nrun one with: d2flow run FLOW --sandbox`)
      invocation.output.document({ flows: rows })
      return Promise.resolve(EXIT.done)
    },
    { store: 'memory:' },
  )
}
