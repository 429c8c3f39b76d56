/** A task as the engine handles it: the author's definition, checked, with its types forgotten. */
import type { z } from 'zod'
import type { CachePolicy } from '../model/cache-key.ts'
import type { RetryPolicy } from '../model/retry.ts'
import type { TaskContext } from './context.ts'
import type { CpuDefinition } from './cpu-definition.ts'
import type { TaskHooks } from './hooks.ts'
import type { RetryContext, AnyTask } from './task.ts'

export interface TaskCore {
  readonly name: string
  readonly version: string | null
  readonly input: z.ZodType | null
  readonly output: z.ZodType | null
  readonly retry: RetryPolicy<RetryContext> | null
  readonly timeoutMs: number | null
  readonly cache: CachePolicy<never, TaskContext> | null
  readonly onChange: 'refuse' | 'rerun'
  /** It takes a slot of each of these that is the name of a limit. */
  readonly tags: readonly string[]
  /** Where a thread finds it; null for a task that runs in the thread of its flow. */
  readonly cpu: CpuDefinition | null
  /** Its effect must not be repeated blindly; null: it may. */
  readonly once: { readonly confirm: ((input: never, ctx: never) => unknown) | null } | null
  readonly hooks: TaskHooks
  readonly run: (input: never, ctx: TaskContext) => unknown
  /** The text of the body. */
  readonly source: () => string
  /** What the author calls. */
  readonly task: AnyTask
}
