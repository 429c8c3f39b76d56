/**
 * Waiting for something outside that cannot tell us: look, wait, look again, until it is there or the time is up.
 *
 * What other schedulers do with sensors is a few lines in a task here.
 */
import { z } from 'zod'
import { formatDuration } from '../base/duration.ts'
import { ConfigError, EngineError } from '../base/errors.ts'
import type { RunContext } from './context.ts'

/** How patiently: spread its `shape` into the params of a flow to let whoever starts it decide. */
export const PollTiming = z.object({
  intervalMs: z.int().min(1).default(5_000).describe('milliseconds between two looks'),
  timeoutMs: z.number().min(0).default(300_000).describe('milliseconds until it is given up'),
})

/** What a look may give while there is nothing yet. */
type NotYet = null | undefined | false

export interface PollOptions<T> extends z.input<typeof PollTiming> {
  /** What is waited for, for people: "the file /drop/2024.csv". */
  readonly what: string
  /** One look: the value, or null, undefined or false while there is none. What it throws ends the wait. */
  readonly check: () => T | NotYet | PromiseLike<T | NotYet>
}

/**
 * The value, as soon as a look gives one. It looks at least once, and once more when the time is up; lengths are measured
 * on the monotonic clock, so that setting the wall clock changes nothing. Ends early with the run.
 *
 * @throws EngineError `engine/timeout`, which may be retried
 * @throws ConfigError `config/params` for an interval or a time limit that cannot be meant
 * @example await poll(ctx, { what: `the file ${path}`, check: () => existsSync(path) && path })
 */
export async function poll<T>(
  ctx: Pick<RunContext, 'clock' | 'signal'>,
  { what, check, ...timing }: PollOptions<T>,
): Promise<Exclude<T, NotYet>> {
  const { intervalMs, timeoutMs } = parseTiming(timing)
  const { clock, signal } = ctx
  const beganAtMs = clock.monotonicMs()
  for (let looks = 1; ; looks += 1) {
    signal.throwIfAborted()
    const found = await check()
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, NotYet>
    const leftMs = beganAtMs + timeoutMs - clock.monotonicMs()
    if (leftMs <= 0) throw notThere(what, timeoutMs, looks)
    await clock.sleep(Math.min(intervalMs, leftMs), signal)
  }
}

function parseTiming(timing: z.input<typeof PollTiming>): z.output<typeof PollTiming> {
  const parsed = PollTiming.safeParse(timing)
  if (parsed.success) return parsed.data
  throw new ConfigError('config/params', `this cannot be polled: ${z.prettifyError(parsed.error)}`, {
    hint: 'give intervalMs from 1 and timeoutMs from 0, in milliseconds',
  })
}

function notThere(what: string, timeoutMs: number, looks: number): EngineError {
  const times = looks === 1 ? 'once' : `${looks} times`
  return new EngineError('engine/timeout', `${what} was not there within ${formatDuration(timeoutMs)}`, {
    hint: `it was looked for ${times}; give it more time (timeoutMs), or see why it does not come`,
    retryable: true,
    details: { what, timeoutMs, looks },
  })
}
