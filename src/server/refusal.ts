/** An error as an answer: what happened, what to do, and which fields were meant. */
import { toFailure, type Failure } from '../base/failure.ts'

export type RefusalStatus = 400 | 404 | 409 | 422 | 500 | 503

export interface Refusal {
  readonly status: RefusalStatus
  readonly failure: Failure
  /** Messages by the path of the parameter, when parameters were at fault. */
  readonly fields: Readonly<Record<string, string>> | null
}

export function refusalOf(error: unknown): Refusal {
  const failure = toFailure(error)
  const fields = (failure.details?.['fields'] as Record<string, string> | undefined) ?? null
  return { status: statusOf(failure.code, fields !== null && !Array.isArray(fields)), failure, fields }
}

const STATUS: Readonly<Record<string, RefusalStatus>> = {
  'store/not-found': 404,
  'config/block-missing': 404,
  'store/stale': 409,
  'engine/transition': 409,
  'store/unavailable': 503,
}

function statusOf(code: string, hasFields: boolean): RefusalStatus {
  if (hasFields) return 422
  const known = STATUS[code]
  if (known !== undefined) return known
  return code.startsWith('config/') || code.startsWith('cli/') ? 400 : 500
}
