/** A flow as the engine handles it: the author's definition, checked, with its types forgotten. */
import type { z } from 'zod'
import type { RetryPolicy } from '../model/retry.ts'
import type { FlowRun } from '../model/run.ts'
import type { FlowContext } from './context.ts'
import type { AnyFlow } from './flow.ts'
import type { FlowHooks } from './hooks.ts'
import type { Runner } from './runners.ts'

/** What a flow's retry condition is told. */
export interface FlowRetryContext {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly run: FlowRun
}

export interface FlowCore {
  readonly name: string
  readonly version: string | null
  readonly params: z.ZodType | null
  readonly retry: RetryPolicy<FlowRetryContext> | null
  readonly timeoutMs: number | null
  readonly recover: 'resume' | 'never'
  readonly hooks: FlowHooks
  readonly runner: Runner
  /** Null: as the parent does. */
  readonly logPrints: boolean | null
  readonly keepWorkDir: boolean
  readonly run: (params: never, ctx: FlowContext) => unknown
  /** What the author calls. */
  readonly flow: AnyFlow
}
