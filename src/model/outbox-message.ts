/** A notification that waits for delivery: written with the state it tells of, so that neither is ever without the other. */
import type { JsonObject } from '../base/json.ts'

export interface OutboxMessage {
  readonly id: string
  /** One message per run, state and rule: a second row with the same key is ignored. */
  readonly key: string
  readonly runId: string | null
  /** Type and name of the notification block. */
  readonly through: string
  readonly named: string
  readonly subject: string
  readonly body: string
  readonly facts: JsonObject
  readonly createdAt: string
  readonly status: 'waiting' | 'delivered' | 'given-up'
  readonly tries: number
  readonly nextTryAt: string
  readonly lastError: string | null
  readonly deliveredAt: string | null
}
