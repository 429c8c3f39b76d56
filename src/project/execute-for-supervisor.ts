/** Executes runs of a project for the process that serves it, in this one: the other side of `serve` with `childCommand`. */
import { executeRun } from '../engine/run-flow.ts'
import { obeySupervisor, type SupervisorLine } from '../worker/within-child.ts'
import { knownFlow } from './known-flow.ts'
import type { Project } from './open-project.ts'

/** Resolves when the serving process needs this one no more, or is gone. */
export async function executeForSupervisor(project: Project, line: SupervisorLine): Promise<void> {
  await obeySupervisor({
    line,
    async execute(run, lent) {
      const flow = (await knownFlow(project, run.flowName)) ?? (await project.flow(run.flowName))
      return await executeRun(flow, run, project.host(lent))
    },
  })
}
