/**
 * A flow: a question, the parameters it takes, and what it does to answer it.
 *
 * Called inside a run it is a subflow with a run of its own; called with nothing around it runs at once and nothing is
 * kept. Whoever has a store starts it with `startRun`.
 */
import type { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import { checkRetryPolicy, type RetryPolicy } from '../model/retry.ts'
import { bareFlowContext, type FlowContext } from './context.ts'
import type { Earlier, Feed } from './feed.ts'
import type { FlowCore, FlowRetryContext } from './flow-core.ts'
import type { Future, Settled } from './future.ts'
import type { FlowHooks } from './hooks.ts'
import { capturePrints } from './prints.ts'
import { submitFlowAlone } from './run-alone.ts'
import type { FailedState } from './returned-states.ts'
import { concurrent, type Runner } from './runners.ts'
import { currentFrame } from './runtime-info.ts'
import { submitFlow } from './subflow.ts'
import { checkName, checkTimeLimit } from './task.ts'

export interface FlowOptions extends FlowHooks {
  /** Its name for ever: in the store, on the command line, in links. */
  readonly name: string
  /** One sentence for lists and forms. */
  readonly description?: string
  readonly version?: string
  /** Another attempt runs the body again; steps that finished give their stored results. */
  readonly retry?: RetryPolicy<FlowRetryContext>
  /**
   * What happens when the process of a run dies: `resume` (default) goes on from the last finished step, up to three
   * times; `never` leaves the run crashed until a person asks for it.
   */
  readonly recover?: 'resume' | 'never'
  /** The time of one attempt, in milliseconds; it stands still while the run is Paused for a person. */
  readonly timeoutMs?: number
  /** How many of its tasks are under way at once; 50 without one. */
  readonly runner?: Runner
  /** What the bodies print becomes lines of the run's log. Default: as the parent does, else no. */
  readonly logPrints?: boolean
  /** The folder of the run stays when the run has completed, because what it made lies there. Default: it is removed. */
  readonly keepWorkDir?: boolean
}

export interface FlowDefinition<Schema extends z.ZodType, Output> extends FlowOptions {
  readonly params: Schema
  run(params: z.output<Schema>, ctx: FlowContext): Output
}

/** A flow without a schema: what it is given is passed on unchecked. */
export interface PlainFlowDefinition<Params, Output> extends FlowOptions {
  readonly params?: undefined
  run(params: Params, ctx: FlowContext): Output
}

export interface FlowCallOptions {
  readonly waitFor?: readonly Earlier[]
  /** Names this call within the parent run. Without it a call is known by its parameters. */
  readonly key?: string
  readonly tags?: readonly string[]
}

/** No argument is needed where an empty one will do. */
type CallArguments<Given> =
  NeedsNothing<Given> extends true
    ? [params?: Feed<Given>, options?: FlowCallOptions]
    : [params: Feed<Given>, options?: FlowCallOptions]

type NeedsNothing<Given> = undefined extends Given
  ? true
  : Given extends object
    ? Partial<Given> extends Given
      ? true
      : false
    : false

/** What a flow gives: futures in what it returns are awaited, one level into collections; a failed state is thrown. */
export type Returned<T> = T extends FailedState
  ? never
  : T extends Future<infer Value>
    ? Value
    : T extends readonly unknown[]
      ? { -readonly [Index in keyof T]: T[Index] extends Future<infer Value> ? Value : T[Index] }
      : T extends object
        ? { [Key in keyof T]: T[Key] extends Future<infer Value> ? Value : T[Key] }
        : T

export interface Flow<Params, Output, Given = Params> {
  (...call: CallArguments<Given>): Future<Output>
  readonly name: string
  readonly kind: 'flow'
  readonly description: string | null
  readonly version: string | null
  /** The schema of its parameters: for forms, for help, for checking a deployment. */
  readonly params: z.ZodType | null
  /** For the engine. */
  readonly core: FlowCore
  /** How it ended, instead of the value or the error. */
  settle(...call: CallArguments<Given>): Promise<Settled<Output>>
  /** The bare function: no run, nothing kept. Tasks it calls run, and nothing is kept of them either. */
  fn(params: Params, ctx?: Partial<FlowContext>): unknown
}

/** A flow of any kind. */
export type AnyFlow = Pick<Flow<never, unknown>, 'name' | 'kind' | 'description' | 'version' | 'params' | 'core'>

/** @throws ConfigError `config/params` for a name, a retry policy or a time limit that cannot be meant */
export function flow<Schema extends z.ZodType, Output>(
  definition: FlowDefinition<Schema, Output>,
): Flow<z.output<Schema>, Returned<Awaited<Output>>, z.input<Schema>>
export function flow<Params, Output>(
  definition: PlainFlowDefinition<Params, Output>,
): Flow<Params, Returned<Awaited<Output>>>
export function flow(
  definition: FlowOptions & {
    readonly params?: z.ZodType | undefined
    run(params: never, ctx: FlowContext): unknown
  },
): Flow<never, unknown> {
  checkName('flow', definition.name)
  checkTimeLimit(definition.name, definition.timeoutMs)
  if (definition.retry !== undefined) checkRetryPolicy(definition.retry as RetryPolicy, definition.name)
  if (typeof definition.run !== 'function') {
    throw new ConfigError('config/params', `the flow "${definition.name}" has no run`, {
      hint: 'give it a function: run(params, ctx) { … }',
    })
  }
  if (definition.logPrints === true) capturePrints()

  const call = (params: unknown, options: FlowCallOptions = {}) => {
    const frame = currentFrame()
    return frame === undefined ? submitFlowAlone(core, params, options) : submitFlow(frame, core, params, options)
  }
  const made = Object.defineProperties(call, {
    name: { value: definition.name },
    kind: { value: 'flow' },
    description: { value: definition.description ?? null },
    version: { value: definition.version ?? null },
    params: { value: definition.params ?? null },
    settle: { value: (params: unknown, options?: FlowCallOptions) => call(params, options).settled() },
    fn: { value: (params: never, ctx?: Partial<FlowContext>) => definition.run(params, bareFlowContext(ctx)) },
  }) as unknown as Flow<never, unknown>
  const core: FlowCore = {
    name: definition.name,
    version: definition.version ?? null,
    params: definition.params ?? null,
    retry: definition.retry ?? null,
    timeoutMs: definition.timeoutMs ?? null,
    recover: definition.recover ?? 'resume',
    hooks: definition,
    runner: definition.runner ?? concurrent(),
    logPrints: definition.logPrints ?? null,
    keepWorkDir: definition.keepWorkDir ?? false,
    run: (params, ctx) => definition.run(params, ctx),
    flow: made,
  }
  return Object.defineProperty(made, 'core', { value: core })
}
