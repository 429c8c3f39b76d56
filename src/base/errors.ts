/**
 * Every error thrown on purpose: one class per family, one literal code per thing that can be done about it.
 *
 * A connector's own family lives with the connector and extends `ToolkitError` there.
 */

export interface ErrorFacts {
  /** What to do next, in one sentence. */
  readonly hint?: string | undefined
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean | undefined
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** Plain facts behind the message: status, url, field, line … never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/** Match on `code`: it survives storage and process borders, `instanceof` does not. */
export abstract class ToolkitError<Code extends string = string> extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: Code, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.code = code
    this.hint = facts.hint
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs
    this.details = facts.details ?? {}
  }
}

export type ConfigCode =
  | 'config/params'
  | 'config/block-missing'
  | 'config/block-invalid'
  | 'config/fallback-write'
  | 'config/setting'
  | 'config/limit-missing'
  | 'config/pool-missing'
  | 'config/limit-too-small'

/** What a person wrote does not fit: parameters, blocks, settings. Never retried. */
export class ConfigError extends ToolkitError<ConfigCode> {}

export type HttpCode =
  | 'http/network'
  | 'http/timeout'
  | 'http/status'
  | 'http/auth'
  | 'http/redirect'
  | 'http/shape'
  | 'http/circuit-open'

/** The other side could not be reached, refused us, or answered something that is not what was asked for. */
export class HttpError extends ToolkitError<HttpCode> {}

export type DataCode =
  | 'data/too-few-points'
  | 'data/misaligned'
  | 'data/units'
  | 'data/period'
  | 'data/ill-conditioned'
  | 'data/expression'
  | 'data/file'
  | 'data/geometry'
  | 'data/grid'
  | 'data/json'
  | 'data/value'

/** The data itself does not allow what was asked of it. */
export class DataError extends ToolkitError<DataCode> {}

export type EngineCode =
  | 'engine/transition'
  | 'engine/task-failed'
  | 'engine/timeout'
  | 'engine/cancelled'
  | 'engine/result'
  | 'engine/lease-lost'
  | 'engine/slots-lost'
  | 'engine/rollback-pending'
  | 'engine/not-ready'
  | 'engine/standstill'
  | 'engine/step-changed'
  | 'engine/unsure'
  | 'engine/unexpected'

/** What the engine itself has to say about a run. */
export class EngineError extends ToolkitError<EngineCode> {}

export type StoreCode = 'store/stale' | 'store/not-found' | 'store/migration' | 'store/unavailable' | 'store/damaged'

/** The store refused, is locked, is of another version, or does not hold what was asked for. */
export class StoreError extends ToolkitError<StoreCode> {}

/** A notification was not accepted by the other side. */
export class NotifyError extends ToolkitError<'notify/refused'> {}

/** The command line was used in a way it does not understand. */
export class UsageError extends ToolkitError<'cli/usage'> {}

/** Whether `value` is one of our errors, also when another copy of the package threw it. */
export function isToolkitError(value: unknown): value is ToolkitError {
  return value instanceof Error && typeof (value as Partial<ToolkitError>).code === 'string' && 'retryable' in value
}
