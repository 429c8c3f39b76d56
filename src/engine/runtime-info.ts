/**
 * Where am I? Only who called is ambient; what a body uses it is handed.
 *
 * Concurrent runs never see each other's values, and outside of a run everything is null.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { JsonObject } from '../base/json.ts'
import type { RunScope, Step } from './run-scope.ts'
import type { Seat } from './runners.ts'
import type { TransactionScope } from './transaction-scope.ts'

/** The body that is executing: of a flow, or of a task within it. */
export interface Frame {
  readonly scope: RunScope
  readonly step: Step | null
  /** Aborts what this body does: the time limit of the attempt, or the end of the run. */
  readonly signal: AbortSignal
  /** By what the steps it calls are known: the key of the step they are within, and how often each came up. */
  readonly within: { readonly key: string | null; readonly seen: Map<string, number> }
  /** Slots that are held around this body. */
  readonly held?: readonly HeldSlots[] | undefined
  /** The transaction that its steps belong to. */
  readonly transaction?: TransactionScope | undefined
  /** The places of the step, to be left while it waits. */
  readonly seat?: Seat
}

export interface HeldSlots {
  readonly name: string
  readonly slots: number
}

const frames = new AsyncLocalStorage<Frame>()

export function currentFrame(): Frame | undefined {
  return frames.getStore()
}

/** What a body's context works in: further in than the body itself within `withSlots` and `transaction`. */
export function innermost(frame: Frame): Frame {
  const present = frames.getStore()
  return present?.scope === frame.scope && present.step === frame.step ? present : frame
}

export function withinFrame<T>(frame: Frame, body: () => T): T {
  return frames.run(frame, body)
}

export interface FlowRunInfo {
  readonly id: string
  readonly name: string
  readonly flowName: string
  readonly tags: readonly string[]
  readonly parameters: JsonObject
  /** When it was due, not when it started. */
  readonly scheduledStartTime: Date
  readonly parentFlowRunId: string | null
  readonly rootFlowRunId: string
  readonly runCount: number
}

export interface TaskRunInfo {
  readonly id: string
  readonly name: string
  readonly taskName: string
  readonly runCount: number
}

export const runtime = {
  /** The deployment that asked for this run; null for a run started by hand. A subflow answers for its parent. */
  get deployment(): { readonly id: string; readonly name: string } | null {
    return currentFrame()?.scope.deployment ?? null
  },
  /** The work pool whose worker executes this run; null where somebody serves it, or started it by hand. */
  get workPool(): string | null {
    return currentFrame()?.scope.host.workPool ?? null
  },
  get flowRun(): FlowRunInfo | null {
    const run = currentFrame()?.scope.run
    if (run === undefined) return null
    return {
      id: run.id,
      name: run.name,
      flowName: run.flowName,
      tags: run.tags,
      parameters: run.parameters,
      scheduledStartTime: new Date(run.dueAt),
      parentFlowRunId: run.parentRunId,
      rootFlowRunId: run.rootRunId,
      runCount: run.runCount,
    }
  },
  get taskRun(): TaskRunInfo | null {
    const step = currentFrame()?.step ?? null
    if (step === null) return null
    return { id: step.source.id, name: step.source.name, taskName: step.taskName, runCount: step.runCount }
  },
} as const
