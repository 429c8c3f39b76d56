/**
 * Waits for the summary of an import that the server does in its own time.
 *
 * Only the summary counts: a task may be "completed" without having succeeded, and at level INFO over a summary with
 * status ERROR. No summary is normal for the first 25 seconds, because such jobs start on a tick of 20 seconds, and for
 * ever after a restart of the server (quirks.md D2-111).
 */
import type { Clock } from '../../../src/base/clock.ts'
import { HttpError } from '../../../src/base/errors.ts'
import { formatDuration } from '../../../src/base/duration.ts'
import { z } from 'zod'
import type { Dhis2Api } from '../api.ts'

export interface AwaitOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** From the start of the job. */
  readonly deadlineMs: number
}

/** Three ticks: an idle server is done long before. */
export const SHORTEST_DEADLINE_MS = 60_000

const POLL_EVERY_MS = 2_000

/** The answer to an import request that was sent with `async=true`. */
export const StartedImport = z
  .object({ response: z.object({ id: z.string(), jobType: z.string() }) })
  .transform(({ response }) => response)

/** @throws HttpError `http/timeout` when there is no summary by then: whether anything was stored only a read tells */
export async function awaitImportSummary(
  api: Dhis2Api,
  job: z.output<typeof StartedImport>,
  { clock, signal, deadlineMs }: AwaitOptions,
): Promise<unknown> {
  const path = `system/taskSummaries/${job.jobType}/${job.id}`
  const startedMs = clock.monotonicMs()
  while (clock.monotonicMs() - startedMs < deadlineMs) {
    await clock.sleep(POLL_EVERY_MS, signal)
    const { body } = await api.send<unknown>({ path, allowEmpty: true, signal })
    if (body !== undefined) return body
  }
  throw new HttpError('http/timeout', `the import job ${job.id} left no summary within ${formatDuration(deadlineMs)}`, {
    hint: 'the server is busy, or was restarted: the values are looked for, and what is missing can be sent again',
    retryable: true,
    details: { job: job.id, timeoutMs: deadlineMs },
  })
}
