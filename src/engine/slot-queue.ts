/**
 * Waiting for slots: oldest first, over all processes of a store.
 *
 * The store knows everybody's place. Within a process only the first who wants a limit asks again and again; slots that
 * are given back here wake it at once, those given back elsewhere are seen at its next look.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { ConfigError } from '../base/errors.ts'
import { WAITING_MS, type HeldLimit, type LimitStore, type SlotRequest } from '../model/limit.ts'
import { patiently } from './patiently.ts'

export interface EnterOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Slots that whoever asks holds already: waiting for these would never end. */
  readonly heldByCaller: (limitName: string) => number
  /** Called once, when it has to wait. */
  readonly onWait: (limit: HeldLimit) => void
}

/** How long slots that were given back in another process may lie idle. */
const LOOK_EVERY_MS = 100

/**
 * Resolves when the slots are granted, with the number that has to be given back.
 *
 * @throws ConfigError `config/limit-missing`, `config/limit-too-small`; the reason of the signal
 */
export async function enter(limits: LimitStore, request: SlotRequest, options: EnterOptions): Promise<number> {
  const { clock, signal } = options
  const queue = queueOf(limits)
  const waiter = queue.add(request)
  let hasTold = false
  try {
    for (;;) {
      signal.throwIfAborted()
      if (waiter.granted !== null) return waiter.granted
      const answer = await patiently(clock, () => limits.acquire(request))
      if (answer.outcome === 'granted') return answer.held
      if (answer.outcome === 'missing') throw missing(answer.name)
      refuseHopeless(answer.limit, request, answer.outcome === 'too-small', options.heldByCaller)
      if (!hasTold) options.onWait(answer.limit)
      hasTold = true
      if (answer.outcome === 'waits') await queue.turn(waiter, answer.retryAfterMs, options)
    }
  } catch (error) {
    waiter.hasLeft = true
    // a place that cannot be given back ends by itself soon
    await limits.release(request.ticket).catch(() => {})
    throw error
  } finally {
    queue.remove(waiter)
  }
}

/** Gives slots back, in one commit to the first who waits for them here. The store says no when somebody else is first. */
export async function leave(limits: LimitStore, request: SlotRequest, clock: Clock): Promise<void> {
  const queue = queueOf(limits)
  const next = queue.first(namesOf(request))
  const answer = await patiently(clock, () => limits.release(request.ticket, next?.request))
  if (next !== undefined && answer?.outcome === 'granted') {
    if (next.hasLeft) await patiently(clock, () => limits.release(next.request.ticket))
    else next.granted = answer.held
  }
  queue.wake(namesOf(request))
}

interface Waiter {
  readonly request: SlotRequest
  readonly names: readonly string[]
  /** What it was handed by somebody who left, to be given back. */
  granted: number | null
  /** It waits no more, and has no slots. */
  hasLeft: boolean
  /** Whether it was woken since it last looked. */
  isWoken: boolean
  wake: () => void
}

interface Queue {
  add(request: SlotRequest): Waiter
  remove(waiter: Waiter): void
  first(names: readonly string[]): Waiter | undefined
  /** The first of those that want each of these. */
  wake(names: readonly string[]): void
  /** Resolves when it is worth asking again. */
  turn(waiter: Waiter, retryAfterMs: number | null, options: Pick<EnterOptions, 'clock' | 'signal'>): Promise<void>
}

const queues = new WeakMap<LimitStore, Queue>()

function queueOf(limits: LimitStore): Queue {
  let queue = queues.get(limits)
  if (queue === undefined) queues.set(limits, (queue = createQueue(limits)))
  return queue
}

function createQueue(limits: LimitStore): Queue {
  /** In the order in which they came, by limit. */
  const waiting = new Map<string, Set<Waiter>>()
  const all = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined

  const firstOf = (name: string) => waiting.get(name)?.values().next().value
  const isFirst = (waiter: Waiter) => waiter.names.some((name) => firstOf(name) === waiter)
  const wake = (names: readonly string[]) => {
    for (const name of names) {
      const first = firstOf(name)
      if (first === undefined) continue
      first.isWoken = true
      first.wake()
    }
  }
  const keepPlaces = () => {
    // whoever loses its place gets it back when it asks again
    limits.keepWaiting([...all].map(({ request }) => request.ticket)).catch(() => {})
  }

  return {
    add(request) {
      const waiter: Waiter = {
        request,
        names: namesOf(request),
        granted: null,
        hasLeft: false,
        isWoken: false,
        wake: () => {},
      }
      for (const name of waiter.names) {
        const others = waiting.get(name)
        if (others === undefined) waiting.set(name, new Set([waiter]))
        else others.add(waiter)
      }
      all.add(waiter)
      timer ??= setInterval(keepPlaces, WAITING_MS / 3).unref()
      return waiter
    },
    remove(waiter) {
      all.delete(waiter)
      for (const name of waiter.names) {
        const others = waiting.get(name)
        others?.delete(waiter)
        if (others?.size === 0) waiting.delete(name)
      }
      if (all.size === 0) {
        clearInterval(timer)
        timer = undefined
      }
      wake(waiter.names)
    },
    first: (names) => names.map(firstOf).find((waiter) => waiter !== undefined),
    wake,
    async turn(waiter, retryAfterMs, { clock, signal }) {
      const looking = new AbortController()
      const woken = new Promise<void>((resolve) => (waiter.wake = resolve))
      if (waiter.isWoken) waiter.wake()
      const either = AbortSignal.any([looking.signal, signal])
      try {
        const again = retryAfterMs === null ? lookAgain(isFirst(waiter), either) : clock.sleep(retryAfterMs, either)
        // a stop is noticed by whoever asks again
        await Promise.race([woken, again.catch(() => {})])
      } finally {
        waiter.isWoken = false
        looking.abort()
      }
    },
  }
}

/** What happens in other processes is a matter of real time, whatever clock a test has lent. */
async function lookAgain(isFirst: boolean, signal: AbortSignal): Promise<void> {
  await wait(isFirst ? LOOK_EVERY_MS : WAITING_MS, undefined, { signal })
}

function namesOf(request: SlotRequest): readonly string[] {
  return request.wants.map(({ name }) => name)
}

function missing(name: string): ConfigError {
  return new ConfigError('config/limit-missing', `there is no limit "${name}"`, {
    hint: `create it with: d2flow limit create ${name} N, or say how many with createIfMissing`,
    details: { limit: name },
  })
}

/** @throws ConfigError `config/limit-too-small` when waiting would not help */
function refuseHopeless(
  limit: HeldLimit,
  request: SlotRequest,
  isTooSmall: boolean,
  heldByCaller: EnterOptions['heldByCaller'],
): void {
  const wanted = request.wants.find(({ name }) => name === limit.name)?.slots ?? 0
  const own = limit.perMs === null ? heldByCaller(limit.name) : 0
  if (!isTooSmall && own + wanted <= limit.size) return
  const what = limit.perMs === null ? 'slots' : 'tokens'
  const asked = `${wanted} of the ${limit.size} ${what} of limit "${limit.name}" were asked for`
  const message =
    limit.size === 0
      ? `limit "${limit.name}" lets nobody in: its size is 0`
      : isTooSmall
        ? asked
        : `${asked} by one who holds ${own} already: it would wait for itself`
  throw new ConfigError('config/limit-too-small', message, {
    hint: isTooSmall
      ? 'ask for less, or give the limit a larger size'
      : 'take all slots at once, before the work begins',
    details: { limit: limit.name, size: limit.size, wanted, own },
  })
}
