/** Limits that are gone with their process, and the reference for what the words of `limit.ts` mean. */
import {
  refusalOf,
  tokensNow,
  WAITING_MS,
  type Limit,
  type LimitStore,
  type LimitUse,
  type SlotAnswer,
  type SlotRequest,
  type SlotWant,
} from './limit.ts'

export interface LimitTableOptions {
  readonly nowMs: () => number
  /** Whether the run still has its own lease under this epoch: the slots of one that has not are free. */
  readonly isAlive: (runId: string, epoch: number) => boolean
  /** What is thrown for a name that is taken. */
  readonly nameTaken: (name: string) => Error
  readonly onChange: (what: 'created' | 'resized' | 'deleted', name: string) => void
}

export interface LimitTable extends LimitStore {
  /** The run has ended or lets go: nothing of it is held, nothing waits. */
  freeRun(runId: string): void
}

interface Kept {
  readonly limit: Limit
  readonly left: { readonly tokens: number; readonly atMs: number }
}

/** Slots, or a place in the queue, of one ticket. */
interface Claim extends Pick<SlotRequest, 'ticket' | 'runId' | 'runName' | 'epoch'> {
  readonly limit: string
  readonly slots: number
  readonly expiresMs: number
}

export function createLimitTable({ nowMs, isAlive, nameTaken, onChange }: LimitTableOptions): LimitTable {
  const limits = new Map<string, Kept>()
  let slots: readonly Claim[] = []
  let queue: readonly Claim[] = []

  const live = (claims: readonly Claim[], limit: string) =>
    claims.filter((claim) => claim.limit === limit && claim.expiresMs > nowMs() && isAlive(claim.runId, claim.epoch))
  const useOf = ({ limit, left }: Kept): LimitUse => {
    const held = live(slots, limit.name)
    return {
      ...limit,
      held: held.reduce((sum, claim) => sum + claim.slots, 0),
      tokens: limit.perMs === null ? null : tokensNow(limit, left, nowMs()),
      holders: held.map(({ ticket, slots, runId, runName, expiresMs }) => {
        return { ticket, slots, runId, runName, expiresAt: new Date(expiresMs).toISOString() }
      }),
      waiters: live(queue, limit.name).map(({ ticket, slots, runId, runName }) => {
        return { ticket, slots, runId, runName }
      }),
    }
  }
  const add = ({ name, size, perMs }: Pick<Limit, 'name' | 'size' | 'perMs'>): Limit => {
    const limit = { name, size, perMs, createdAt: new Date(nowMs()).toISOString() }
    limits.set(name, { limit, left: { tokens: size, atMs: nowMs() } })
    onChange('created', name)
    return limit
  }
  const leave = (ticket: string) => {
    queue = queue.filter((claim) => claim.ticket !== ticket)
  }

  /** What there is of the wanted limits; the name of one that is missing instead. */
  const found = (wants: readonly SlotWant[]): readonly { readonly kept: Kept; readonly want: SlotWant }[] | string => {
    const all = []
    for (const want of wants) {
      if (!limits.has(want.name) && typeof want.ifMissing === 'object') add({ name: want.name, ...want.ifMissing })
      const kept = limits.get(want.name)
      if (kept !== undefined) all.push({ kept, want })
      else if (want.ifMissing === 'refuse') return want.name
    }
    return all
  }

  const acquire = async (request: SlotRequest): Promise<SlotAnswer> => {
    const own = slots.filter((claim) => claim.ticket === request.ticket && claim.expiresMs > nowMs())
    if (own.length > 0) return { outcome: 'granted', held: own.reduce((sum, claim) => sum + claim.slots, 0) }
    const { ticket, runId, runName, epoch } = request
    const wanted = found(request.wants)
    if (typeof wanted === 'string') {
      leave(ticket)
      return { outcome: 'missing', name: wanted }
    }
    const answers = wanted.map(({ kept, want }) => refuse(useOf(kept), want, ticket))
    const refused = answers.find((answer) => answer?.outcome === 'too-small') ?? answers.find((each) => each !== null)
    const others = queue.filter((claim) => claim.ticket !== ticket)
    const claim = (want: SlotWant, lastsMs: number): Claim => {
      return { limit: want.name, ticket, slots: want.slots, runId, runName, epoch, expiresMs: nowMs() + lastsMs }
    }
    if (refused !== undefined && refused !== null) {
      const places = refused.outcome === 'waits' ? wanted.map(({ want }) => claim(want, WAITING_MS)) : []
      queue = [...others, ...places].sort((a, b) => (a.ticket < b.ticket ? -1 : 1))
      return refused
    }
    queue = others
    for (const { kept, want } of wanted.filter(({ kept }) => kept.limit.perMs !== null)) {
      const tokens = tokensNow(kept.limit, kept.left, nowMs()) - want.slots
      limits.set(want.name, { ...kept, left: { tokens, atMs: nowMs() } })
    }
    const taken = wanted.filter(({ kept }) => kept.limit.perMs === null)
    slots = [
      ...slots.filter(({ expiresMs }) => expiresMs > nowMs()),
      ...taken.map(({ want }) => claim(want, request.leaseMs)),
    ]
    return { outcome: 'granted', held: taken.reduce((sum, { want }) => sum + want.slots, 0) }
  }

  return {
    async create(limit) {
      if (limits.has(limit.name)) throw nameTaken(limit.name)
      return add(limit)
    },
    async get(name) {
      const kept = limits.get(name)
      return kept === undefined ? null : useOf(kept)
    },
    list: async () => [...limits.values()].map(useOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    async resize(name, size) {
      const kept = limits.get(name)
      if (kept === undefined) return false
      limits.set(name, {
        limit: { ...kept.limit, size },
        left: { tokens: Math.min(size, tokensNow(kept.limit, kept.left, nowMs())), atMs: nowMs() },
      })
      onChange('resized', name)
      return true
    },
    async delete(name) {
      slots = slots.filter((claim) => claim.limit !== name)
      queue = queue.filter((claim) => claim.limit !== name)
      const deleted = limits.delete(name)
      if (deleted) onChange('deleted', name)
      return deleted
    },

    acquire,

    async renew(tickets, leaseMs) {
      const isHeld = (claim: Claim) => claim.expiresMs > nowMs() && isAlive(claim.runId, claim.epoch)
      const kept = new Set(slots.filter(isHeld).map(({ ticket }) => ticket))
      slots = slots.map((claim) =>
        tickets.includes(claim.ticket) && isHeld(claim) ? { ...claim, expiresMs: nowMs() + leaseMs } : claim,
      )
      return tickets.filter((ticket) => !kept.has(ticket))
    },
    async keepWaiting(tickets) {
      queue = queue.map((claim) =>
        tickets.includes(claim.ticket) ? { ...claim, expiresMs: nowMs() + WAITING_MS } : claim,
      )
    },
    async release(ticket, next) {
      leave(ticket)
      slots = slots.filter((claim) => claim.ticket !== ticket)
      return next === undefined ? null : await acquire(next)
    },
    freeRun(runId) {
      queue = queue.filter((claim) => claim.runId !== runId)
      slots = slots.filter((claim) => claim.runId !== runId)
    },
  }
}

function refuse({ waiters, ...limit }: LimitUse, { slots }: SlotWant, ticket: string): ReturnType<typeof refusalOf> {
  const hasOlder = waiters.some((waiter) => waiter.ticket < ticket)
  return refusalOf(limit, slots, hasOlder)
}
