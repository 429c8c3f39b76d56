/**
 * Something that happened, appended and never changed: when, what, to which thing. A store writes the events of runs,
 * deployments, blocks and variables itself, in the transaction of the change that each tells of.
 */
import type { JsonObject } from '../base/json.ts'

export interface Event {
  readonly id: string
  readonly at: string
  /** Dotted and in the past tense: `run.completed`, `deployment.paused`, `variable.set`, `rule.fired`. */
  readonly name: string
  /** The thing it happened to: `run/<id>`, `deployment/<flow>/<name>`, `block/<type>/<name>`, `variable/<name>`. */
  readonly resource: string
  /** What people call the things concerned: `flow`, `run`, `deployment`. */
  readonly labels: Readonly<Record<string, string>>
  /** Other things it concerns, named like `resource`. */
  readonly related: readonly string[]
  /** Never a secret and never the value of a variable. */
  readonly payload: JsonObject
  /** The id of the event of the same thing before it; null for the first. */
  readonly follows: string | null
}
