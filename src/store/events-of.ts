/** The events that a store writes with its own changes: the same from every store. */
import { canonicalJson } from '../base/hash.ts'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Event } from '../model/event.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'

/** What an event says of a run. */
export type RunFacts = Pick<FlowRun, 'id' | 'name' | 'flowName' | 'deploymentName' | 'parentRunId'>

/** A new state. The event bears the id of the state, so that it is known which one it follows. */
export function runEvent(run: RunFacts, state: State, before: State | null): Event {
  const { id, name, flowName, deploymentName, parentRunId } = run
  return {
    id: state.id,
    at: state.at,
    name: `run.${state.type}`,
    resource: `run/${id}`,
    labels: { flow: flowName, run: name, ...(deploymentName === null ? {} : { deployment: deploymentName }) },
    related: [
      ...(deploymentName === null ? [] : [`deployment/${flowName}/${deploymentName}`]),
      ...(parentRunId === null ? [] : [`run/${parentRunId}`]),
    ],
    payload: { state: state.name, ...(state.message === null ? {} : { message: state.message }) },
    follows: before?.id ?? null,
  }
}

export function runDeleted({ id, name, flowName }: Pick<RunFacts, 'id' | 'name' | 'flowName'>, at: Date): Event {
  return plainEvent('run.deleted', `run/${id}`, { flow: flowName, run: name }, {}, at)
}

/** Nothing for a deployment that is saved as it was. */
export function deploymentEvents(
  before: DeploymentRecord | null | undefined,
  after: DeploymentRecord,
  at: Date,
): readonly Event[] {
  const event = (what: string, payload: JsonObject = {}) =>
    plainEvent(`deployment.${what}`, deploymentResource(after), deploymentLabels(after), payload, at)
  if (before === null || before === undefined) return [event('created')]
  const changed = (Object.keys(after) as (keyof DeploymentRecord)[]).filter(
    (member) => !UNTOLD.has(member) && canonicalJson(before[member] ?? null) !== canonicalJson(after[member] ?? null),
  )
  return [
    ...(changed.length === 0 ? [] : [event('changed', { members: changed })]),
    ...(before.paused === after.paused ? [] : [event(after.paused ? 'paused' : 'resumed')]),
  ]
}

/** They change with every save, or are told on their own. */
const UNTOLD: ReadonlySet<keyof DeploymentRecord> = new Set(['paused', 'updatedAt', 'scheduledFromAt'])

export function deploymentDeleted(deployment: DeploymentRecord, at: Date): Event {
  return plainEvent('deployment.deleted', deploymentResource(deployment), deploymentLabels(deployment), {}, at)
}

export function blockEvent(what: 'saved' | 'deleted', type: string, name: string, at: Date): Event {
  return plainEvent(`block.${what}`, `block/${type}/${name}`, { type, block: name }, {}, at)
}

export function limitEvent(what: 'created' | 'resized' | 'deleted', name: string, at: Date): Event {
  return plainEvent(`limit.${what}`, `limit/${name}`, { limit: name }, {}, at)
}

export function workPoolEvent(what: 'saved' | 'deleted', name: string, at: Date): Event {
  return plainEvent(`work-pool.${what}`, `work-pool/${name}`, { pool: name }, {}, at)
}

export function variableEvent(what: 'set' | 'unset', name: string, at: Date): Event {
  return plainEvent(`variable.${what}`, `variable/${name}`, { variable: name }, {}, at)
}

function plainEvent(
  name: string,
  resource: string,
  labels: Readonly<Record<string, string>>,
  payload: JsonObject,
  at: Date,
): Event {
  return {
    id: newId(at.getTime()),
    at: at.toISOString(),
    name,
    resource,
    labels,
    related: [],
    payload,
    follows: null,
  }
}

function deploymentResource({ flowName, name }: DeploymentRecord): string {
  return `deployment/${flowName}/${name}`
}

function deploymentLabels({ flowName, name }: DeploymentRecord) {
  return { flow: flowName, deployment: name }
}
