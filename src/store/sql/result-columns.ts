/** A kept result in its four columns. */
import type { JsonValue } from '../../base/json.ts'
import type { KeptResult } from '../../model/run.ts'
import type { SqlValue } from './database.ts'
import { fromJson, toJson } from './json-text.ts'
import { pack, unpack } from './packed.ts'
import type { ResultColumns } from './tables.ts'

export const RESULT_COLUMNS = ['result_value', 'result_path', 'result_bytes', 'result_sha256'] as const

export function resultValues(result: KeptResult | null): readonly SqlValue[] {
  if (result === null) return [null, null, null, null]
  const sha256 = pack(result.sha256)
  return result.kind === 'value'
    ? [toJson(result.value), null, null, sha256]
    : [null, result.path, result.bytes, sha256]
}

export function readResult(row: ResultColumns): KeptResult | null {
  if (row.result_sha256 === null) return null
  const sha256 = unpack(row.result_sha256)
  if (row.result_path !== null) {
    return { kind: 'file', path: row.result_path, bytes: row.result_bytes ?? 0, sha256 }
  }
  return { kind: 'value', value: fromJson(row.result_value ?? 'null') as JsonValue, sha256 }
}
