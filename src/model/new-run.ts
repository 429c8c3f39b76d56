/** A run that has just been asked for: scheduled, with no attempt behind it. */
import { newId, newRunName } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { newState } from './new-state.ts'
import type { DataWindow, FlowRun } from './run.ts'

export interface RunRequest {
  readonly flowName: string
  readonly flowVersion?: string | null
  readonly parameters: JsonObject
  /** Now. */
  readonly at: Date
  /** Default: now. */
  readonly dueAt?: Date
  /** Default: none. */
  readonly window?: DataWindow | null
  readonly tags?: readonly string[]
  readonly key?: string | null
  readonly deployment?: { readonly id: string; readonly name: string; readonly scheduleSlug: string | null }
  readonly parent?: { readonly id: string; readonly rootRunId: string }
}

export function newRun(request: RunRequest): FlowRun {
  const id = newId(request.at.getTime())
  const dueAt = (request.dueAt ?? request.at).toISOString()
  return {
    id,
    name: newRunName(),
    flowName: request.flowName,
    flowVersion: request.flowVersion ?? null,
    parameters: request.parameters,
    tags: request.tags ?? [],
    deploymentId: request.deployment?.id ?? null,
    deploymentName: request.deployment?.name ?? null,
    scheduleSlug: request.deployment?.scheduleSlug ?? null,
    parentRunId: request.parent?.id ?? null,
    rootRunId: request.parent?.rootRunId ?? id,
    key: request.key ?? null,
    dueAt,
    window: request.window ?? null,
    createdAt: request.at.toISOString(),
    startedAt: null,
    endedAt: null,
    state: newState('scheduled', request.at, { details: { scheduledFor: dueAt } }),
    runCount: 0,
    crashCount: 0,
    epoch: 0,
    result: null,
    failure: null,
    warning: null,
    fallbacks: [],
    logged: { warnings: 0, errors: 0 },
  }
}
