/**
 * The second try after a blip: a connection that dropped, or a server that asks for a short pause.
 *
 * What lasts longer is not a blip: it is thrown at once, and the error says when to come back.
 */
import pRetry from 'p-retry'
import type { Clock } from '../base/clock.ts'
import { isToolkitError, type ToolkitError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

/** 10 s: a proxy that reloads is back within a few; whoever waits for an answer waits no longer in silence. */
const BUDGET_MS = 10_000
const MOST_TRIES = 4
const FIRST_DELAY_MS = 250

export interface RetryIo {
  readonly clock: Clock
  readonly random?: (() => number) | undefined
  readonly signal?: AbortSignal | undefined
  readonly log?: Log | undefined
}

export async function retryBlips<T>(attempt: () => Promise<T>, io: RetryIo): Promise<T> {
  const random = io.random ?? Math.random
  const startedMs = io.clock.monotonicMs()
  return await pRetry(attempt, {
    retries: MOST_TRIES - 1,
    // the waiting is done below, on the clock we are lent
    minTimeout: 0,
    async shouldRetry({ error, attemptNumber }) {
      if (!isToolkitError(error) || !isBlip(error)) return false
      const backOffMs = FIRST_DELAY_MS * 2 ** (attemptNumber - 1) * (0.5 + random())
      const waitMs = error.retryAfterMs ?? backOffMs
      if (io.clock.monotonicMs() - startedMs + waitMs > BUDGET_MS) return false
      io.log?.debug(`${error.message}; trying again`, { attempt: attemptNumber, waitMs })
      await io.clock.sleep(waitMs, io.signal)
      return true
    },
    ...(io.signal === undefined ? {} : { signal: io.signal }),
  })
}

/** A refused connection or an unknown host is an outage; a 500 is an answer that will come again. */
function isBlip(error: ToolkitError): boolean {
  if (!error.retryable) return false
  if (error.code === 'http/network') return error.details['dropped'] === true
  return error.code === 'http/status' && [429, 502, 503, 504].includes(Number(error.details['status']))
}
