/**
 * Any thrown value as a plain record that a store can keep and another process can read.
 *
 * What is not one of our errors is a bug and is shown as one: `engine/unexpected`, with its stack.
 */
import { isToolkitError } from './errors.ts'

export interface Failure {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly retryable: boolean
  readonly retryAfterMs?: number | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly stack?: string | undefined
  readonly cause?: Failure | undefined
}

/** How deep a chain of causes is kept. */
const CAUSES_KEPT = 4

export function toFailure(thrown: unknown, depth: number = 0): Failure {
  const cause =
    thrown instanceof Error && thrown.cause !== undefined && depth < CAUSES_KEPT
      ? toFailure(thrown.cause, depth + 1)
      : undefined
  if (isToolkitError(thrown)) {
    return {
      name: thrown.name,
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      retryable: thrown.retryable,
      ...(thrown.retryAfterMs === undefined ? {} : { retryAfterMs: thrown.retryAfterMs }),
      ...(Object.keys(thrown.details).length === 0 ? {} : { details: plain(thrown.details) }),
      ...(cause === undefined ? {} : { cause }),
    }
  }
  const error = thrown instanceof Error ? thrown : undefined
  return {
    name: error?.name ?? 'Thrown',
    code: 'engine/unexpected',
    message: error?.message ?? String(thrown),
    // a caller may mark an error of its own as worth another try; a plain bug is retried too, as its policy says
    retryable: true,
    ...(error?.stack === undefined ? {} : { stack: error.stack }),
    ...(cause === undefined ? {} : { cause }),
  }
}

/** Details as JSON, so that secrets print as *** and what JSON cannot hold does not stop an error from being kept. */
function plain(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>
  } catch {
    // a cycle or a bigint among the details: the message still says what happened
    return {}
  }
}
