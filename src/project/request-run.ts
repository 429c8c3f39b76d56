/** Asks for a run now, of a deployment or of a flow; a serving process takes it. */
import { ConfigError } from '../base/errors.ts'
import { canonicalJson } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'
import type { AnyFlow } from '../engine/flow.ts'
import { storedParams } from '../engine/parameters.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { newRun, type RunRequest } from '../model/new-run.ts'
import type { DataWindow, FlowRun } from '../model/run.ts'
import { isMomentOf, windowAt } from '../schedule/window-at.ts'
import type { Project } from './open-project.ts'

export interface RequestRunOptions {
  readonly tags?: readonly string[]
  /** Default: now. A moment of a schedule of the deployment brings the schedule's data window along. */
  readonly dueAt?: Date
}

/**
 * @throws ConfigError `config/params` naming each parameter that does not fit; no run is made then. A deployment that does
 *   not enforce its schema takes any JSON, and the run fails by the flow's own check
 */
export async function requestRun(
  project: Project,
  deployment: DeploymentRecord,
  overrides: Readonly<Record<string, unknown>>,
  options: RequestRunOptions = {},
): Promise<FlowRun> {
  const { flowName, name } = deployment
  const flow = project.deployments.find((each) => each.flow.name === flowName)?.flow ?? (await project.flow(flowName))
  const given = { ...deployment.parameters, ...overrides }
  return await createRun(project, flow, {
    parameters: deployment.enforceParameterSchema ? await checked(flow, given) : plainJson(flow, given),
    tags: [...new Set([...deployment.tags, ...(options.tags ?? [])])],
    deployment: { id: deployment.id, name, scheduleSlug: null },
    ...(options.dueAt === undefined
      ? {}
      : { dueAt: options.dueAt, window: windowOfSchedule(deployment, options.dueAt) }),
  })
}

/** A moment that a schedule names is made up for with the window that the run on schedule had. */
function windowOfSchedule({ schedules, createdAt }: DeploymentRecord, dueAt: Date): DataWindow | null {
  const named = schedules.find(({ schedule }) => isMomentOf(schedule, createdAt, dueAt))
  return named === undefined ? null : windowAt(named.schedule, createdAt, dueAt)
}

/**
 * The same for a flow without a deployment.
 *
 * @throws ConfigError `config/params` for a flow that is not there, and for each parameter that does not fit
 */
export async function requestFlowRun(
  project: Project,
  flowName: string,
  parameters: Readonly<Record<string, unknown>>,
  options: RequestRunOptions = {},
): Promise<FlowRun> {
  const flow = await project.flow(flowName)
  return await createRun(project, flow, { parameters: await checked(flow, parameters), ...options })
}

async function checked(flow: AnyFlow, given: unknown): Promise<JsonObject> {
  return await storedParams(flow.params, given, `flow ${flow.name}`)
}

function plainJson(flow: AnyFlow, given: unknown): JsonObject {
  try {
    return JSON.parse(canonicalJson(given)) as JsonObject
  } catch (cause) {
    throw new ConfigError('config/params', `flow ${flow.name}: its parameters are not plain data`, { cause })
  }
}

async function createRun(
  project: Project,
  flow: AnyFlow,
  request: Omit<RunRequest, 'flowName' | 'flowVersion' | 'at'>,
): Promise<FlowRun> {
  const at = project.host().clock.now()
  const run = newRun({ ...request, flowName: flow.name, flowVersion: flow.version, at })
  await project.store.write([{ kind: 'run-created', run }])
  return run
}
