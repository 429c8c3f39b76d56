/** What a supervising process and the child that executes runs for it tell each other: plain data, as JSON. */
import type { Failure } from '../base/failure.ts'
import type { HeldRun, RunPlace, RunProgress } from '../engine/host.ts'
import type { StopKind } from '../engine/stop.ts'
import type { LogLine } from '../model/log-line.ts'
import type { FlowRun } from '../model/run.ts'

export type ToChild =
  /** A claimed run, to be executed now; a child has one at a time. */
  | { readonly kind: 'run'; readonly run: FlowRun; readonly leaseMs: number; readonly workPool: string | null }
  /** A run of its own, or one that it holds, is to stop. */
  | { readonly kind: 'stop'; readonly runId: string; readonly why: StopReason }
  /** Are you there? */
  | { readonly kind: 'ping' }
  /** There is nothing more to do. */
  | { readonly kind: 'end' }

export type FromChild =
  /** The project is open: runs may come. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong' }
  /** It has claimed a run itself, a subflow: its lease is to be kept until it lets go. */
  | { readonly kind: 'hold'; readonly run: HeldRun }
  | { readonly kind: 'let-go'; readonly run: HeldRun }
  | { readonly kind: 'log'; readonly line: LogLine; readonly where: RunPlace }
  | { readonly kind: 'progress'; readonly progress: RunProgress }
  /** The run came to its end, or to the wait before it goes on. */
  | { readonly kind: 'ended'; readonly run: FlowRun }
  /** The run was lost, or cannot be recorded. */
  | { readonly kind: 'broke'; readonly failure: Failure }

/** Why a run shall stop, across the border between two processes. */
export interface StopReason {
  readonly kind: StopKind
  readonly message: string
}
