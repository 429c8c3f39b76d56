/**
 * Work that another system does for us: hand it in, follow it, fetch what came of it.
 *
 * The handle is a step of its own, kept before the first look, and so is what was collected, kept before it is judged. So
 * a run that is resumed follows the job that is there instead of handing in another one.
 */
import { toFailure } from '../base/failure.ts'
import type { RetryPolicy } from '../model/retry.ts'
import type { TaskContext } from './context.ts'
import type { Confirmed } from './once.ts'
import { poll } from './poll.ts'
import { currentFrame, withinFrame } from './runtime-info.ts'
import { stopKind } from './stop.ts'
import { task, type RetryContext, type Task, type TaskOptions } from './task.ts'
import { withRetries } from './with-retries.ts'

export interface HandleTaskDefinition<Input, Handle, Collected, Output> extends Omit<
  TaskOptions<Output>,
  'retry' | 'timeoutMs' | 'cpu'
> {
  /** For each of submitting, following and collecting. */
  readonly retry?: RetryPolicy<RetryContext>
  /** Milliseconds between two looks, or what the input says of them. Default 5 s. */
  readonly intervalMs?: number | ((input: Input) => number)
  /** Milliseconds until the job is given up, from when it is first followed in this process. Default an hour. */
  readonly timeoutMs?: number | ((input: Input) => number)
  /** Hands the work in. The handle is JSON: an id, a path. */
  submit(input: Input, ctx: TaskContext): Handle | Promise<Handle>
  /**
   * The handle of a job that an attempt which was cut off has handed in after all; null when there is none. Without it such
   * a job is handed in again.
   */
  find?(input: Input, ctx: TaskContext): Handle | null | Promise<Handle | null>
  /** One look: whether the job is over, well or not. */
  follow(handle: Handle, ctx: TaskContext): boolean | Promise<boolean>
  /** What came of it, as the other side says it. It is kept. */
  collect(handle: Handle, ctx: TaskContext): Collected | Promise<Collected>
  /** What that means; throws when the job did not do its work. Default: what was collected. */
  judge?(collected: Collected, ctx: TaskContext): Output | Promise<Output>
  /** Stops the job, when the run is cancelled or the job is given up; not when the process merely goes away. */
  cancel?(handle: Handle, ctx: TaskContext): unknown
}

const INTERVAL_MS = 5_000
const TIMEOUT_MS = 60 * 60_000
/** A job is told to stop while its own run is stopping: the body is left to itself 10 s after it was asked. */
const CANCEL_WITHIN_MS = 5_000

/**
 * A task whose work is done elsewhere. It makes three steps: itself, `NAME-submit` and `NAME-collect`.
 *
 * @throws ConfigError `config/params` as `task` does
 * @example
 * const analytics = handleTask({
 *   name: 'analytics',
 *   submit: async ({ server }, ctx) => await (await ctx.open(dhis2, server)).startAnalytics(),
 *   follow: async (job, ctx) => (await jobOf(job, ctx)).completed,
 *   collect: async (job, ctx) => await jobOf(job, ctx),
 * })
 */
export function handleTask<Input, Handle, Collected, Output = Collected>(
  definition: HandleTaskDefinition<Input, Handle, Collected, Output>,
): Task<Input, Output> {
  // retries and the time limit are those of the parts: what the whole has is its hooks, its tags, its version
  const { retry, intervalMs = INTERVAL_MS, timeoutMs = TIMEOUT_MS, ...options } = definition
  const { name } = definition
  const submit = submitTask(definition)
  const collect = task({
    name: `${name}-collect`,
    ...(retry === undefined ? {} : { retry }),
    run: async (handle: Handle, ctx) => await definition.collect(handle, ctx),
  })

  return task<Input, Promise<Output>>({
    ...options,
    async run(input: Input, ctx): Promise<Output> {
      const handle = (await submit(input)) as Handle
      const check = () => withRetries(ctx, retry ?? null, 'a look at the job', () => definition.follow(handle, ctx))
      try {
        await poll(ctx, {
          what: `the job of ${name}`,
          check,
          intervalMs: typeof intervalMs === 'function' ? intervalMs(input) : intervalMs,
          timeoutMs: typeof timeoutMs === 'function' ? timeoutMs(input) : timeoutMs,
        })
      } catch (error) {
        if (isGivenUp(ctx.signal, error)) await tellToStop(ctx, (own) => definition.cancel?.(handle, own))
        throw error
      }
      const collected = (await collect(handle)) as Collected
      return definition.judge === undefined ? (collected as unknown as Output) : await definition.judge(collected, ctx)
    },
  })
}

/** With `find` it looks for the job of an attempt that was cut off; without, such a job is handed in again. */
function submitTask<Input, Handle>(
  definition: Pick<HandleTaskDefinition<Input, Handle, never, never>, 'name' | 'retry' | 'submit' | 'find'>,
) {
  const { name, retry } = definition
  const given = {
    name: `${name}-submit`,
    ...(retry === undefined ? {} : { retry }),
    run: async (input: Input, ctx: TaskContext) => await definition.submit(input, ctx),
  }
  if (definition.find === undefined) return task(given)
  return task({
    ...given,
    sideEffect: 'once',
    async confirm(input: Input, ctx): Promise<Confirmed<Awaited<Handle>>> {
      const handle = (await definition.find?.(input, ctx)) ?? null
      return handle === null ? { done: false } : { done: true, result: handle as Awaited<Handle> }
    },
  })
}

/** A process that goes away, or has lost the run, leaves the job to whoever goes on with it. */
function isGivenUp(signal: AbortSignal, error: unknown): boolean {
  const kind = signal.aborted ? stopKind(signal.reason) : null
  return kind === null ? toFailure(error).code === 'engine/timeout' : kind === 'cancelled' || kind === 'timeout'
}

/** Under a signal of its own, because that of the step has said to stop. */
async function tellToStop(ctx: TaskContext, cancel: (ctx: TaskContext) => unknown): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_WITHIN_MS)
  const own = Object.defineProperty(Object.create(ctx, {}) as TaskContext, 'signal', { value: signal })
  const frame = currentFrame()
  try {
    await (frame === undefined ? cancel(own) : withinFrame({ ...frame, signal }, async () => await cancel(own)))
    ctx.log.info('the job was told to stop')
  } catch (error) {
    ctx.log.warn(`the job could not be told to stop: ${toFailure(error).message}`)
  }
}
