/**
 * A limit: how many may do something at the same time (slots), or how often it may be done (tokens), over all runs and
 * processes of a store.
 *
 * A slot is a row with an end, never a counter: what is free is the size less the rows that live. So a holder that dies
 * gives its slots back without anybody noticing its death.
 */
import { ConfigError } from '../base/errors.ts'

export interface Limit {
  readonly name: string
  /** Slots at the same time; of a rate, the tokens that can be saved up. */
  readonly size: number
  /** Null for slots. Of a rate: an empty bucket is full again after so many milliseconds. */
  readonly perMs: number | null
  readonly createdAt: string
}

/** A limit with who holds it now. */
export interface HeldLimit extends Limit {
  /** Slots that are taken. */
  readonly held: number
  /** Of a rate: what is left in the bucket now. Null for slots. */
  readonly tokens: number | null
  /** Who holds slots, longest first. */
  readonly holders: readonly SlotHolder[]
}

export interface LimitUse extends HeldLimit {
  /** Who waits, oldest first. */
  readonly waiters: readonly SlotWaiter[]
}

export interface SlotHolder {
  readonly ticket: string
  readonly slots: number
  readonly runId: string
  readonly runName: string
  /** When its slots come back without a renewal. They also come back when the run's own lease ends. */
  readonly expiresAt: string
}

export interface SlotWaiter {
  readonly ticket: string
  readonly slots: number
  readonly runId: string
  readonly runName: string
}

/** What is needed of one limit. */
export interface SlotWant {
  readonly name: string
  /** Slots, or tokens of a rate. */
  readonly slots: number
  /** When there is no such limit: refuse, do without it, or create it. */
  readonly ifMissing: 'refuse' | 'ignore' | Pick<Limit, 'size' | 'perMs'>
}

export interface SlotRequest {
  /**
   * Names the request while it waits, and its slots when they are granted. Requests are served in the order of their
   * tickets: an id that sorts by time.
   */
  readonly ticket: string
  /** All of them are granted together, or none. */
  readonly wants: readonly SlotWant[]
  /** The run that will hold the slots, under the epoch it has now. */
  readonly runId: string
  readonly runName: string
  readonly epoch: number
  /** How long the slots last without a renewal. */
  readonly leaseMs: number
}

export type SlotAnswer =
  /** `held` is the number of slots that have to be given back: tokens have not, nor has a limit that is not there. */
  | { readonly outcome: 'granted'; readonly held: number }
  /** It stands in the queue now. `retryAfterMs`: when a rate will have enough tokens; null where somebody has to leave. */
  | { readonly outcome: 'waits'; readonly limit: HeldLimit; readonly retryAfterMs: number | null }
  | { readonly outcome: 'missing'; readonly name: string }
  /** Waiting would not help: more is wanted than there is. */
  | { readonly outcome: 'too-small'; readonly limit: HeldLimit }

/** The limits of a store. All of it by the store's own clock, each call one transaction. */
export interface LimitStore {
  /** @throws StoreError `store/stale` when there is one of this name already */
  create(limit: Pick<Limit, 'name' | 'size' | 'perMs'>): Promise<Limit>
  get(name: string): Promise<LimitUse | null>
  list(): Promise<readonly LimitUse[]>
  /** Whoever holds slots keeps them. False when there is none of this name. */
  resize(name: string, size: number): Promise<boolean>
  /** Whoever holds slots goes on without; whoever waits hears that it is missing. False when there is none. */
  delete(name: string): Promise<boolean>
  /**
   * All that is wanted or nothing; one that has to wait is put into the queue, oldest first, and asks again with the same
   * ticket. It keeps its place for `WAITING_MS` after each asking. A ticket that has its slots is granted them again.
   */
  acquire(request: SlotRequest): Promise<SlotAnswer>
  /** Keeps slots for another `leaseMs`. Gives the tickets whose slots are lost: their time was over, or they are gone. */
  renew(tickets: readonly string[], leaseMs: number): Promise<readonly string[]>
  /** Keeps places in the queue. */
  keepWaiting(tickets: readonly string[]): Promise<void>
  /**
   * Gives slots back, or leaves the queue. With `next`, whoever waits for them is asked for in the same transaction, as by
   * `acquire`: a hand-over costs one commit.
   */
  release(ticket: string, next?: SlotRequest): Promise<SlotAnswer | null>
}

/** A place in the queue lasts so long without a word from its process. */
export const WAITING_MS = 15_000

/** What is in the bucket of a rate now, when `tokens` were left in it at `atMs`. */
export function tokensNow(
  { size, perMs }: Pick<Limit, 'size' | 'perMs'>,
  left: { readonly tokens: number; readonly atMs: number },
  nowMs: number,
): number {
  return Math.min(size, left.tokens + (Math.max(0, nowMs - left.atMs) * size) / (perMs ?? Infinity))
}

/** Why one want cannot be granted now; null when it can. `hasOlder`: somebody who wants the same asked earlier. */
export function refusalOf(
  limit: HeldLimit,
  wanted: number,
  hasOlder: boolean,
): Extract<SlotAnswer, { readonly limit: HeldLimit }> | null {
  const { size, perMs, held, tokens } = limit
  if (wanted > size) return { outcome: 'too-small', limit }
  if (perMs === null) {
    return hasOlder || held + wanted > size ? { outcome: 'waits', limit, retryAfterMs: null } : null
  }
  const lacksTokens = (tokens ?? 0) < wanted
  const retryAfterMs = lacksTokens ? untilTokensMs({ size, perMs }, tokens ?? 0, wanted) : null
  return hasOlder || lacksTokens ? { outcome: 'waits', limit, retryAfterMs } : null
}

/** How long until a bucket that holds `tokens` holds as many as are wanted, in whole milliseconds. */
function untilTokensMs({ size, perMs }: Pick<Limit, 'size' | 'perMs'>, tokens: number, wanted: number): number {
  return Math.ceil(((wanted - tokens) * (perMs ?? 0)) / size)
}

/** "limit `dhis2-api` 3/3, held by run brave-otter": what a run waits for, in words a person can act on. */
export function limitInWords({ name, size, perMs, held, holders, tokens }: HeldLimit): string {
  if (perMs !== null) return `limit \`${name}\`, ${Math.floor(tokens ?? 0)} of ${size} tokens left`
  const names = [...new Set(holders.map(({ runName }) => runName))]
  const others = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : ''
  const by = names.length === 0 ? '' : `, held by run ${names.slice(0, NAMED_AT_MOST).join(', ')}${others}`
  return `limit \`${name}\` ${held}/${size}${by}`
}

const NAMED_AT_MOST = 3
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/
const LARGEST = 1_000_000

/** @throws ConfigError `config/params` for a limit that cannot be meant */
export function checkLimit({ name, size, perMs }: Pick<Limit, 'name' | 'size' | 'perMs'>): void {
  if (!NAME.test(name)) {
    throw new ConfigError('config/params', `"${name.slice(0, 40)}" cannot be the name of a limit`, {
      hint: 'use letters, digits, dots, dashes, colons and underscores, like "dhis2-api"',
    })
  }
  if (!Number.isInteger(size) || size < 0 || size > LARGEST) {
    throw new ConfigError('config/params', `the limit ${name} cannot have a size of ${size}`, {
      hint: `give a whole number from 0 to ${LARGEST}; 0 lets nobody in`,
    })
  }
  if (perMs !== null && !(Number.isInteger(perMs) && perMs > 0)) {
    throw new ConfigError('config/params', `the limit ${name} cannot fill up in ${perMs} ms`, {
      hint: 'give whole milliseconds above 0, for example MINUTE',
    })
  }
}
