/** What a run and a thread that computes for it tell each other. Everything is copied on the way. */
import type { Failure } from '../base/failure.ts'
import type { LogFields, LogLevel } from '../base/log.ts'

/** One attempt of a task. */
export interface CpuJob {
  readonly taskName: string
  /** The URL of the file that defines it. */
  readonly file: string
  readonly input: unknown
  readonly facts: CpuFacts
  /** What the body prints becomes lines of the log. */
  readonly logPrints: boolean
}

/** The members of the body's context that are plain data. */
export interface CpuFacts {
  readonly attempt: number
  readonly dueAt: Date
  readonly window: { readonly fromAt: Date; readonly toAt: Date } | null
  readonly runId: string
  readonly runName: string
  readonly idempotencyKey: string
}

export type CpuAnswer =
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number | null; readonly unit: string }
  | { readonly kind: 'warn'; readonly message: string }
  | { readonly kind: 'done'; readonly value: unknown }
  /** One of our errors, by what survives a border. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Anything else that was thrown; an error keeps its type when it is one of the language's own. */
  | { readonly kind: 'threw'; readonly thrown: unknown; readonly retryable?: boolean; readonly retryAfterMs?: number }
