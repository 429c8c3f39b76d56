/** The run that a person means. */
import { UsageError } from '../base/errors.ts'
import type { FlowRun } from '../model/run.ts'
import type { Project } from '../project/open-project.ts'

/** By its id or name, or the beginning of one. @throws UsageError `cli/usage` when no run, or more than one, is meant */
export async function findRun(project: Project, idOrName: string): Promise<FlowRun> {
  const found = await project.store.runs.find(idOrName)
  const exact = found.filter(({ id, name }) => id === idOrName || name === idOrName)
  const [run, ...others] = exact.length > 0 ? exact : found
  if (run === undefined) {
    throw new UsageError('cli/usage', `there is no run "${idOrName}"`, { hint: 'see them with: d2flow flow-run ls' })
  }
  if (others.length > 0) {
    const names = [run, ...others].slice(0, 5).map(({ name, id }) => `${name} (${id})`)
    throw new UsageError('cli/usage', `"${idOrName}" may be ${names.join(', ')}`, { hint: 'give more of the id' })
  }
  return run
}
