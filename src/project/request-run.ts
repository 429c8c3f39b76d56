/** Asks for a run of a deployment now; a serving process takes it. */
import { storedParams } from '../engine/parameters.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { newRun } from '../model/new-run.ts'
import type { FlowRun } from '../model/run.ts'
import type { Project } from './open-project.ts'

/** @throws ConfigError `config/params` naming each parameter that does not fit; no run is made then */
export async function requestRun(
  project: Project,
  deployment: DeploymentRecord,
  overrides: Readonly<Record<string, unknown>>,
): Promise<FlowRun> {
  const { flowName, name } = deployment
  const flow = project.deployments.find((each) => each.flow.name === flowName)?.flow ?? (await project.flow(flowName))
  const parameters = await storedParams(flow.params, { ...deployment.parameters, ...overrides }, `flow ${flowName}`)
  const run = newRun({
    flowName,
    flowVersion: flow.version,
    parameters,
    at: project.host().clock.now(),
    tags: deployment.tags,
    deployment: { id: deployment.id, name, scheduleSlug: null },
  })
  await project.store.write([{ kind: 'run-created', run }])
  return run
}
