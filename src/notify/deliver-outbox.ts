/**
 * Takes waiting messages out of the outbox and sends them, at least once. A refused or impossible delivery never
 * touches the run it tells of: it is tried again for a day, then given up, and the reason stays on the message.
 */
import { DAY, MINUTE, SECOND } from '../base/duration.ts'
import { toFailure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { Notifier } from './notifier.ts'

/** The part of a store that delivery needs. */
export interface Outbox {
  takeDue(limit: number, holdMs: number): Promise<readonly OutboxMessage[]>
  delivered(id: string): Promise<void>
  failed(id: string, error: string, nextTryAt: string | null): Promise<void>
}

export interface Delivery {
  readonly outbox: Outbox
  /** Opens the saved notification block of a message. */
  readonly open: (through: string, named: string) => Promise<Notifier>
  readonly now: () => Date
  readonly log: Log
}

const AT_ONCE = 20
/** Longer than any one delivery may take, so that a message is sent twice only after a crash. */
const HOLD_MS = 2 * MINUTE
const GIVE_UP_AFTER_MS = DAY

/** Sends what is due; gives the number of messages that were accepted. */
export async function deliverOutbox({ outbox, open, now, log }: Delivery): Promise<number> {
  const due = await outbox.takeDue(AT_ONCE, HOLD_MS)
  let accepted = 0
  for (const message of due) {
    try {
      const notifier = await open(message.through, message.named)
      await notifier.send({ subject: message.subject, body: message.body })
      await outbox.delivered(message.id)
      accepted += 1
    } catch (error) {
      const failure = toFailure(error)
      const nextTryAt = nextTry(message, failure.retryAfterMs, now())
      await outbox.failed(message.id, failure.message, nextTryAt)
      const what = nextTryAt === null ? 'given up' : `tried again at ${nextTryAt}`
      log.warn(`a message through ${message.through} "${message.named}" was not delivered, ${what}: ${failure.message}`)
    }
  }
  return accepted
}

/** 10 s, 20 s, 40 s … at most an hour apart; null once the message is a day old. */
function nextTry(message: OutboxMessage, retryAfterMs: number | undefined, now: Date): string | null {
  if (now.getTime() - Date.parse(message.createdAt) > GIVE_UP_AFTER_MS) return null
  const waitMs = retryAfterMs ?? Math.min(10 * SECOND * 2 ** message.tries, 60 * MINUTE)
  return new Date(now.getTime() + waitMs).toISOString()
}
