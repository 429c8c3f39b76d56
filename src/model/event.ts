/** Something that happened, for ever: when, what, to which thing. */
import type { JsonObject } from '../base/json.ts'

export interface Event {
  readonly id: string
  readonly at: string
  /** Dotted and in the past tense: `run.completed`, `deployment.paused`. */
  readonly name: string
  /** The thing it happened to: `run/<id>`, `deployment/<id>`. */
  readonly resource: string
  readonly payload: JsonObject
}
