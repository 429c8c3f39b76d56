/**
 * A task: what can fail for reasons outside this process, or is worth remembering.
 *
 * Calling it is submitting; awaiting what it gives is collecting.
 */
import type { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import { checkCachePolicy, type CachePolicy } from '../model/cache-key.ts'
import { checkRetryPolicy, type RetryPolicy } from '../model/retry.ts'
import { bareContext, type TaskContext } from './context.ts'
import { noteDefinition, whereDefined } from './cpu-definition.ts'
import type { Earlier, Feed } from './feed.ts'
import type { Future, Settled } from './future.ts'
import type { Confirmed } from './once.ts'
import type { TaskHooks } from './hooks.ts'
import { zipFields, type MapFields } from './map-fields.ts'
import { rememberRollback } from './rollback-hooks.ts'
import { createPlaces } from './runners.ts'
import { currentFrame, type FlowRunInfo } from './runtime-info.ts'
import { submitAlone } from './run-alone.ts'
import { submitTask } from './run-task.ts'
import type { SubmitOptions } from './step-work.ts'
import type { TaskCore } from './task-core.ts'

/** What a retry condition is told. */
export interface RetryContext {
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly task: string
  readonly run: Pick<FlowRunInfo, 'id' | 'name' | 'flowName'>
}

export interface TaskOptions<Output = never> extends TaskHooks<Awaited<Output>> {
  readonly name: string
  /** Part of the cache key by `source`, and kept with every step: change it when imported code changes the meaning. */
  readonly version?: string
  readonly retry?: RetryPolicy<RetryContext>
  /** Each attempt takes a slot of each tag that is the name of a limit; a tag without one means nothing to the engine. */
  readonly tags?: readonly string[]
  /**
   * The time of one attempt, in milliseconds. When it is up the signal aborts and the attempt fails, named TimedOut.
   * A body that computes without ever waiting cannot be interrupted, unless it says `cpu: true`.
   */
  readonly timeoutMs?: number
  /**
   * It computes: its body runs in a thread of its own, beside others on as many processors as there are, and is really
   * stopped when its time is up or the run is cancelled. The thread loads the file that defines the task, so that `task`
   * must be called at the top level of a file, and that file may start nothing; a factory in another file is handed
   * `import.meta` and passes it on. Input and result are copied: plain data and typed arrays. In its context there are the
   * log, progress and the clock; no connections, artifacts or variables.
   */
  readonly cpu?: true | { readonly url: string }
  /** A resumed run that calls this step with the same key and another input: refuse it (default), or run it again. */
  readonly onChange?: 'refuse' | 'rerun'
}

/** How often its effect may come about. */
interface SideEffect<Input, Output> {
  /**
   * `once`: a body that was begun and cut off is not simply run again. `confirm` is asked whether it was done; without one
   * the run stops with `engine/unsure` for a person to decide. Default `repeatable`.
   */
  readonly sideEffect?: 'once' | 'repeatable'
  /** Reads back whether it was done, and what it would have given. Asked before every repetition. */
  confirm?(
    input: Input,
    ctx: TaskContext,
  ): Confirmed<Awaited<NoInfer<Output>>> | Promise<Confirmed<Awaited<NoInfer<Output>>>>
}

export interface TaskDefinition<Input, Output> extends TaskOptions<Output>, SideEffect<Input, Output> {
  readonly cache?: CachePolicy<Input, TaskContext>
  run(input: Input, ctx: TaskContext): Output
}

/** A task whose input, and maybe result, are checked by schemas. */
export interface ModelTaskDefinition<Schema extends z.ZodType, Output>
  extends TaskOptions<Output>, SideEffect<z.output<Schema>, Output> {
  readonly input: Schema
  readonly output?: z.ZodType
  readonly cache?: CachePolicy<z.output<Schema>, TaskContext>
  run(input: z.output<Schema>, ctx: TaskContext): Output
}

export interface CallOptions {
  /** Calls that must have ended before; a failed one keeps this one from running, unless `allowFailure` wraps it. */
  readonly waitFor?: readonly Earlier[]
  /** Names this step within the run. Without it a step is known by its input. */
  readonly key?: string
}

export interface MapOptions<Input = unknown> {
  readonly waitFor?: readonly Earlier[]
  /** At most so many of these calls under way at once. */
  readonly atOnce?: number
  /** Names each step by its item; must give another text for each. Only for items that are there already. */
  readonly key?: (input: Input, index: number) => string
}

/** No argument is needed where `undefined` will do. */
type CallArguments<Input> = undefined extends Input
  ? [input?: Feed<Input>, options?: CallOptions]
  : [input: Feed<Input>, options?: CallOptions]

export interface Task<Input, Output, Given = Input> {
  (...call: CallArguments<Given>): Future<Output>
  readonly name: string
  readonly kind: 'task'
  readonly version: string | null
  /** One call per item; returns at once, in the order of the items. @throws ConfigError `config/params` */
  map(fields: MapFields<Given>, options?: MapOptions<Given>): Future<Output>[]
  /** How it ended, instead of the value or the error. */
  settle(...call: CallArguments<Given>): Promise<Settled<Output>>
  /** The bare function: no run, no retry, no cache, nothing kept. */
  fn(input: Input, ctx?: Partial<TaskContext>): Output | Promise<Output>
}

/** A task of which only the name matters. */
export type AnyTask = Pick<Task<never, unknown>, 'name' | 'kind' | 'version'>

/** @throws ConfigError `config/params` for a name, a retry policy or a cache policy that cannot be meant */
export function task<Schema extends z.ZodType, Output>(
  definition: ModelTaskDefinition<Schema, Output>,
): Task<z.output<Schema>, Awaited<Output>, z.input<Schema>>
export function task<Input, Output>(definition: TaskDefinition<Input, Output>): Task<Input, Awaited<Output>>
export function task(
  definition: TaskDefinition<never, unknown> & { readonly input?: z.ZodType; readonly output?: z.ZodType },
): Task<never, unknown> {
  checkDefinition(definition)
  const submit = (input: unknown, options: SubmitOptions = {}) => {
    const frame = currentFrame()
    return frame === undefined ? submitAlone(core, input, options) : submitTask(frame, core, input, options)
  }
  const made = Object.defineProperties(submit, {
    name: { value: definition.name },
    kind: { value: 'task' },
    version: { value: definition.version ?? null },
    map: { value: (fields: unknown, options: MapOptions<never> = {}) => mapTask(submit, definition, fields, options) },
    settle: { value: (input: unknown, options?: CallOptions) => submit(input, options).settled() },
    fn: { value: (input: never, ctx?: Partial<TaskContext>) => definition.run(input, bareContext(ctx)) },
  }) as unknown as Task<never, unknown>
  const core: TaskCore = {
    name: definition.name,
    version: definition.version ?? null,
    input: definition.input ?? null,
    output: definition.output ?? null,
    retry: definition.retry ?? null,
    timeoutMs: definition.timeoutMs ?? null,
    cache: definition.cache ?? null,
    onChange: definition.onChange ?? 'refuse',
    tags: definition.tags ?? [],
    cpu: definition.cpu === undefined ? null : whereDefined(definition.name, definition.cpu),
    once: onceOf(definition),
    hooks: definition,
    run: (input, ctx) => definition.run(input, ctx),
    source: () => definition.run.toString(),
    task: made,
  }
  if (core.cpu !== null) noteDefinition(core)
  rememberRollback(core)
  return made
}

function onceOf(definition: TaskDefinition<never, unknown>): TaskCore['once'] {
  if (definition.sideEffect !== 'once') return null
  return {
    confirm: definition.confirm === undefined ? null : (input, ctx) => definition.confirm?.(input, ctx),
  }
}

function mapTask(
  submit: (input: unknown, options: SubmitOptions) => Future<unknown>,
  definition: { readonly name: string },
  fields: unknown,
  options: MapOptions<never>,
): Future<unknown>[] {
  const places = options.atOnce === undefined ? null : createPlaces(options.atOnce)
  return zipFields(definition.name, fields).map((input, index) =>
    submit(input, {
      ...(options.waitFor === undefined ? {} : { waitFor: options.waitFor }),
      ...(options.key === undefined ? {} : { key: options.key(input as never, index) }),
      ...(places === null ? {} : { places }),
    }),
  )
}

function checkDefinition({
  name,
  retry,
  cache,
  timeoutMs,
  sideEffect = 'repeatable',
  confirm,
}: Pick<TaskDefinition<never, unknown>, 'name' | 'retry' | 'cache' | 'timeoutMs' | 'sideEffect' | 'confirm'>): void {
  checkName('task', name)
  if (retry !== undefined) checkRetryPolicy(retry as RetryPolicy, name)
  if (cache !== undefined) checkCachePolicy(cache, name)
  checkTimeLimit(name, timeoutMs)
  if (sideEffect === 'once' && confirm === undefined && (retry?.attempts ?? 1) > 1) {
    throw new ConfigError('config/params', `${name} must not be repeated blindly, and has retries`, {
      hint: 'give it a confirm that reads back whether it was done, or no retries',
    })
  }
  if (sideEffect !== 'once' && confirm !== undefined) {
    throw new ConfigError('config/params', `${name} has a confirm that is never asked`, {
      hint: "say sideEffect: 'once'",
    })
  }
}

/** @throws ConfigError `config/params` */
export function checkName(kind: 'task' | 'flow', name: string): void {
  if (name.trim() === '' || name.length > 200) {
    throw new ConfigError('config/params', `"${name.slice(0, 40)}" cannot be the name of a ${kind}`, {
      hint: 'give 1 to 200 characters, like "fetch-gdp"',
    })
  }
}

/** @throws ConfigError `config/params` */
export function checkTimeLimit(owner: string, timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new ConfigError('config/params', `the time limit of ${owner} is ${timeoutMs} ms`, {
      hint: 'give milliseconds above 0, for example 5 * MINUTE',
    })
  }
}
