/** `d2flow report`: one run as a page of its own. */
import { resolve } from 'node:path'
import { gatherRun } from '../../project/run-flow-by-name.ts'
import { writeRunReport } from '../../project/run-report.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import type { Invocation } from '../invocation.ts'
import { withProject } from '../open.ts'

export interface ReportOptions {
  readonly out?: string | undefined
}

export async function report(invocation: Invocation, idOrName: string, { out }: ReportOptions): Promise<number> {
  const { output, cwd } = invocation
  return await withProject(invocation, async (project) => {
    const run = await findRun(project, idOrName)
    const path = await writeRunReport(resolve(cwd, out ?? `${run.name}.html`), await gatherRun(project, run))
    output.print(`the report of ${run.name} is in ${path}`)
    output.document({ run: { id: run.id, name: run.name }, report: path })
    return EXIT.done
  })
}
