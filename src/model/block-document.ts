/** A saved block: a type, a name, and values in which every secret is sealed. */
import type { JsonObject } from '../base/json.ts'

export interface BlockDocument {
  readonly id: string
  /** The slug of its type, for example `dhis2-credentials`. */
  readonly type: string
  readonly name: string
  /** Plain values; a secret stands as `{ "sealed": "…" }`. */
  readonly values: JsonObject
  readonly createdAt: string
  readonly updatedAt: string
}
