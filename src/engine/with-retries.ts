/** A few more tries for what is part of a step and not a step of its own. */
import type { TaskContext } from './context.ts'
import { planRetry } from './retry-plan.ts'
import { currentFrame } from './runtime-info.ts'
import type { RetryPolicy } from '../model/retry.ts'
import type { RetryContext } from './task.ts'

/**
 * What `work` gives, tried again as the policy says, with its waits on the lent clock. `what` names it in the log.
 *
 * @throws what the last try threw, and the reason of the signal as soon as the run is asked to stop
 */
export async function withRetries<T>(
  ctx: TaskContext,
  policy: RetryPolicy<RetryContext> | null,
  what: string,
  work: () => T | PromiseLike<T>,
): Promise<T> {
  const scope = currentFrame()?.scope
  const run = { id: ctx.runId, name: ctx.runName, flowName: scope?.run.flowName ?? '' }
  for (let attempt = 1; ; attempt += 1) {
    ctx.signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      const next = planRetry(policy, error, { attempt, task: what, run }, scope?.host.random)
      if (next === null || ctx.signal.aborted) throw error
      ctx.log.warn(`${what} failed: ${error instanceof Error ? error.message : String(error)}; ${next.reason}`)
      await ctx.clock.sleep(next.delayMs, ctx.signal)
    }
  }
}
