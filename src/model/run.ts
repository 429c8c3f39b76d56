/** A flow run: one execution of a flow with its parameters. Plain data, the same in the store, in JSON and on a page. */
import type { Failure } from '../base/failure.ts'
import type { JsonObject, JsonValue } from '../base/json.ts'
import type { State } from './state.ts'

/** A kept result: in the row when small, else in a file beside the store. */
export type KeptResult =
  | { readonly kind: 'value'; readonly value: JsonValue; readonly sha256: string }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: number; readonly sha256: string }

/** A stretch of time, half open: `fromAt` belongs to it, `toAt` does not. ISO 8601, UTC. */
export interface DataWindow {
  readonly fromAt: string
  readonly toAt: string
}

export interface FlowRun {
  readonly id: string
  /** For people, like "brave-otter". */
  readonly name: string
  readonly flowName: string
  readonly flowVersion: string | null
  readonly parameters: JsonObject
  readonly tags: readonly string[]
  readonly deploymentId: string | null
  readonly deploymentName: string | null
  /** Which schedule of the deployment asked for it; with `dueAt` it makes the run unique. */
  readonly scheduleSlug: string | null
  readonly parentRunId: string | null
  readonly rootRunId: string
  /** What a caller names to find this run again and resume it: unique per flow among runs that are not terminal. */
  readonly key: string | null
  /** The scheduled moment, not the start. */
  readonly dueAt: string
  /**
   * Whose data it is about: from the moment of its schedule before `dueAt` until `dueAt`, so that the runs of a schedule
   * tile time without gap or overlap. Null for a run that has no schedule and was given none.
   */
  readonly window: DataWindow | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly state: State
  /** Attempts so far. One that waited, or changed its process in good order, and went on is one. */
  readonly runCount: number
  /** How often its process died. */
  readonly crashCount: number
  /** Grows with every claim; a write with another epoch changes nothing. */
  readonly epoch: number
  readonly result: KeptResult | null
  readonly failure: Failure | null
  /** What went wrong in a run that completed all the same: "1 task failed". */
  readonly warning: string | null
  /** Connections that were not saved blocks but fallbacks named by the flow. */
  readonly fallbacks: readonly string[]
  /** How many lines of its log are warnings, and how many errors, as far as the store has them. */
  readonly logged: { readonly warnings: number; readonly errors: number }
}
