/**
 * What a body can do with limits: hold slots while it works, take tokens before it asks, and what a task's tags ask for.
 *
 * Slots are leased. While the body works they are renewed from a timer beside it; should they be lost all the same, a
 * strict holder is stopped and another one is told in its log.
 */
import type { Clock } from '../base/clock.ts'
import { HOUR, MINUTE, SECOND } from '../base/duration.ts'
import { ConfigError, EngineError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { createLimitTable } from '../model/limit-table.ts'
import {
  checkLimit,
  limitInWords,
  type Limit,
  type LimitStore,
  type SlotRequest,
  type SlotWant,
} from '../model/limit.ts'
import { toFailure } from '../base/failure.ts'
import type { Host } from './host.ts'
import { innermost, withinFrame, type Frame, type HeldSlots } from './runtime-info.ts'
import { enter, leave } from './slot-queue.ts'

export interface SlotOptions {
  /** Creates the limit with so many slots when there is none of this name. Without it that is an error. */
  readonly createIfMissing?: number
  /**
   * How long the slots outlive a holder that fell silent, in milliseconds: 60,000 to 86,400,000, renewed at three
   * quarters. Default 5 minutes. The slots of a run whose own lease ends are free at once.
   */
  readonly leaseMs?: number
  /** Slots that are lost stop the work with `engine/slots-lost`. Default: a warning, and the work goes on. */
  readonly strict?: boolean
}

export interface TokenOptions {
  /** Creates the rate when there is none of this name: so many tokens in so many milliseconds. */
  readonly createIfMissing?: { readonly tokens: number; readonly perMs: number }
}

const LEASE_MS = 5 * MINUTE
const SHORTEST_LEASE_MS = MINUTE
const LONGEST_LEASE_MS = 24 * HOUR
const RENEWED_AT = 0.75
const RENEWAL_TRIES = 3

/**
 * @throws ConfigError `config/limit-missing`, `config/limit-too-small`, `config/params`; EngineError `engine/slots-lost`
 *   when it is strict
 */
export async function withSlots<T>(
  outer: Frame,
  name: string,
  slots: number,
  work: (signal: AbortSignal) => T | Promise<T>,
  options: SlotOptions = {},
): Promise<T> {
  const frame = innermost(outer)
  const { createIfMissing, leaseMs = LEASE_MS, strict = false } = options
  checkNumber('slots', name, slots)
  if (!(leaseMs >= SHORTEST_LEASE_MS && leaseMs <= LONGEST_LEASE_MS)) {
    throw new ConfigError('config/params', `slots of ${name} cannot be leased for ${leaseMs} ms`, {
      hint: `give ${SHORTEST_LEASE_MS / SECOND} to ${LONGEST_LEASE_MS / SECOND} seconds, in milliseconds`,
    })
  }
  const want: SlotWant = { name, slots, ifMissing: limitToCreate(name, createIfMissing, null) }
  const lost = new AbortController()
  const onLost = (error: EngineError) => {
    if (strict) lost.abort(error)
  }
  const release = await holdSlots(frame, [want], { leaseMs, onLost })
  const signal = strict ? AbortSignal.any([frame.signal, lost.signal]) : frame.signal
  const inner: Frame = { ...frame, signal, held: [...(frame.held ?? []), { name, slots }] }
  try {
    return await withinFrame(inner, () => untilLost(lost.signal, async () => await work(signal)))
  } finally {
    await release()
  }
}

/**
 * Resolves when the tokens are granted; nothing has to be given back.
 *
 * @throws ConfigError `config/limit-missing`, `config/limit-too-small`, `config/params` for a limit that is no rate
 */
export async function takeTokens(
  outer: Frame,
  name: string,
  tokens: number,
  options: TokenOptions = {},
): Promise<void> {
  const frame = innermost(outer)
  checkNumber('tokens', name, tokens)
  const { createIfMissing } = options
  const ifMissing = limitToCreate(name, createIfMissing?.tokens, createIfMissing?.perMs ?? null)
  const release = await holdSlots(frame, [{ name, slots: tokens, ifMissing }])
  if (release.held === 0) return
  await release()
  throw new ConfigError('config/params', `limit "${name}" has slots and no tokens`, {
    hint: 'use ctx.withSlots, or create a rate of another name',
  })
}

/** A slot of each of the task's tags that has a limit, all at once. Gives the way to give them back. */
export async function holdTagSlots(
  frame: Frame,
  tags: readonly string[],
  onWait: (reason: string) => void,
): Promise<Release> {
  const wants = [...new Set(tags)].map((name): SlotWant => ({ name, slots: 1, ifMissing: 'ignore' }))
  return await holdSlots(frame, wants, { onWait })
}

export interface Release {
  (): Promise<void>
  readonly held: number
}

interface HoldOptions {
  readonly leaseMs?: number
  readonly onWait?: (reason: string) => void
  readonly onLost?: (error: EngineError) => void
}

async function holdSlots(frame: Frame, wants: readonly SlotWant[], options: HoldOptions = {}): Promise<Release> {
  const { scope, step, seat } = frame
  const { host, run } = scope
  const limits = limitsOf(host)
  const request: SlotRequest = {
    ticket: newId(host.clock.now().getTime()),
    wants,
    runId: run.id,
    runName: run.name,
    epoch: run.epoch,
    leaseMs: host.slotLeaseMs ?? options.leaseMs ?? LEASE_MS,
  }
  let waited = false
  let held: number
  try {
    held = await enter(limits, request, {
      clock: host.clock,
      signal: frame.signal,
      heldByCaller: (name) => heldOf(frame.held ?? [], name),
      onWait(limit) {
        waited = true
        const reason = `waits for ${limitInWords(limit)}`
        scope.log(step).info(reason)
        options.onWait?.(reason)
        seat?.leave()
      },
    })
  } finally {
    if (waited) await seat?.comeBack()
  }
  if (held === 0) return Object.assign(async () => {}, { held })
  const stopRenewing = keepSlots(limits, request, host, (cause) => {
    const error = slotsLost(wants, cause)
    scope.log(step).warn(`${error.message}: ${error.hint}`)
    options.onLost?.(error)
  })
  const release = async () => {
    stopRenewing()
    try {
      await leave(limits, request, host.clock)
    } catch (error) {
      // the work is done and its outcome counts; the slots come back with their lease
      scope.log(step).warn(`slots of ${names(wants)} could not be given back: ${toFailure(error).message}`)
    }
  }
  return Object.assign(release, { held })
}

/** Renews at three quarters of the lease, and tries again in what is left of it. */
function keepSlots(
  limits: LimitStore,
  request: SlotRequest,
  host: Host,
  onLost: (cause?: unknown) => void,
): () => void {
  if (host.beats === false) return () => {}
  const { ticket, leaseMs } = request
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const renewLater = (ms: number, tries: number) => {
    if (!isOver) timer = setTimeout(() => void renew(tries), ms).unref()
  }
  const renew = async (tries: number) => {
    try {
      const lost = await limits.renew([ticket], leaseMs)
      if (isOver) return
      if (lost.length > 0) onLost()
      else renewLater(leaseMs * RENEWED_AT, 1)
    } catch (error) {
      if (isOver) return
      if (tries >= RENEWAL_TRIES) onLost(error)
      else renewLater((leaseMs * (1 - RENEWED_AT)) / RENEWAL_TRIES, tries + 1)
    }
  }
  renewLater(leaseMs * RENEWED_AT, 1)
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/** The work's own end, or the loss of what it needs. */
async function untilLost<T>(lost: AbortSignal, work: () => Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    lost.addEventListener('abort', () => reject(lost.reason as Error), { once: true })
    work().then(resolve, reject)
  })
}

/** Limits of runs that no store knows: within this process, by the clock they were lent. */
const withoutStore = new WeakMap<Clock, LimitStore>()

function limitsOf({ store, clock }: Host): LimitStore {
  if (store !== null) return store.limits
  let limits = withoutStore.get(clock)
  if (limits === undefined) {
    const nameTaken = (name: string) => new ConfigError('config/params', `there is a limit "${name}" already`)
    limits = createLimitTable({
      nowMs: () => clock.now().getTime(),
      isAlive: () => true,
      nameTaken,
      onChange: () => {},
    })
    withoutStore.set(clock, limits)
  }
  return limits
}

function limitToCreate(name: string, size: number | undefined, perMs: number | null): SlotWant['ifMissing'] {
  if (size === undefined) return 'refuse'
  const limit: Pick<Limit, 'name' | 'size' | 'perMs'> = { name, size, perMs }
  checkLimit(limit)
  return { size, perMs }
}

function checkNumber(what: 'slots' | 'tokens', name: string, wanted: number): void {
  if (Number.isInteger(wanted) && wanted >= 1) return
  throw new ConfigError('config/params', `${wanted} ${what} of ${name} cannot be taken`, {
    hint: 'give a whole number from 1',
  })
}

function heldOf(held: readonly HeldSlots[], name: string): number {
  return held.reduce((sum, each) => sum + (each.name === name ? each.slots : 0), 0)
}

function slotsLost(wants: readonly SlotWant[], cause?: unknown): EngineError {
  return new EngineError('engine/slots-lost', `the slots of ${names(wants)} were lost while the work went on`, {
    hint: 'others may have entered meanwhile; a longer lease helps where a body blocks the event loop for minutes',
    retryable: true,
    details: { limits: wants.map(({ name }) => name) },
    cause,
  })
}

function names(wants: readonly SlotWant[]): string {
  return wants.map(({ name }) => name).join(', ')
}
