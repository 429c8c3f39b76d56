/** `d2flow flows`: what can be run here, shelf by shelf. */
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { textTable } from '../../render/text-table.ts'
import { EXIT } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

/** What the flows of the project file stand on. */
const OWN_SHELF = 'project'

export async function flows(invocation: Invocation, shelf: string | undefined): Promise<number> {
  // a list of names needs no store on the disk
  return await withProject(
    invocation,
    (project) => {
      const all = project.flows.map(({ name, about, shelf: of }) => ({
        flow: name,
        question: about,
        shelf: of ?? OWN_SHELF,
      }))
      const shelves = [...new Set(all.map((flow) => flow.shelf))]
      if (shelf !== undefined && !shelves.includes(shelf)) {
        const near = nearest(shelf, shelves)
        throw new UsageError('cli/usage', `there is no shelf "${shelf}"`, {
          hint: near === null ? `the shelves are ${shelves.join(', ')}` : `did you mean "${near}"?`,
        })
      }
      const shown = all.filter((flow) => shelf === undefined || flow.shelf === shelf)
      const tables = [...Map.groupBy(shown, (flow) => flow.shelf)].map(
        ([name, rows]) => `${name}\n${textTable(rows, { columns: ['flow', 'question'], cellWidth: 100 })}`,
      )
      invocation.output.print(`${tables.join('\n\n')}\n\nrun one with: d2flow run FLOW --sandbox`)
      invocation.output.document({ flows: shown })
      return Promise.resolve(EXIT.done)
    },
    { store: 'memory:' },
  )
}
