/** The flow of a run that is in the store: by the deployments of the project first, they may hold flows of their own. */
import type { AnyFlow } from '../engine/flow.ts'
import type { Project } from './open-project.ts'

/** Null for a flow that this project does not know: one that is only called by another. */
export async function knownFlow(project: Project, name: string): Promise<AnyFlow | null> {
  const deployed = project.deployments.find(({ flow }) => flow.name === name)?.flow
  if (deployed !== undefined) return deployed
  return project.flows.some((entry) => entry.name === name) ? await project.flow(name) : null
}
