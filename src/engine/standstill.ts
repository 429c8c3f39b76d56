/**
 * Bodies that wait for each other so that none of them can go on: every one that has a place awaits a call that waits for
 * a place, or two await each other. Nothing would ever happen again, so one of the waits fails with a message.
 *
 * Seen by what is awaited within bodies. A body that waits for something else beside a call (a timer that it races) may be
 * taken for one that cannot go on, when all others cannot.
 */
import { EngineError } from '../base/errors.ts'
import type { Future } from './future.ts'

/** What a call is doing, as far as those who wait for it are concerned. */
export type Stage =
  | { readonly kind: 'waits-for-earlier'; readonly earlier: readonly Future<unknown>[] }
  | { readonly kind: 'waits-for-place' }
  | { readonly kind: 'under-way' }

/** A call, known by its future. */
export interface Caller {
  readonly name: string
  stage?: Stage
  /** What its body awaits right now. */
  awaited?: Set<Future<unknown>>
}

export interface Standstill {
  /** The call waits for a place. */
  queued(call: Caller): void
  /** It is under way, on a place of the run or of a map, or on that of the one it is within. */
  entered(call: Caller, hasPlace: boolean): void
  /** It has given its place back, and whoever was next has it. */
  left(call: Caller): void
  /** A body awaits a future. `fail` is called when that cannot end well; the answer ends the wait. */
  awaits(by: Caller, future: Future<unknown>, fail: (error: EngineError) => void): () => void
}

interface Wait {
  readonly by: Caller
  readonly future: Future<unknown>
  readonly fail: (error: EngineError) => void
}

/** `callerOf` gives the call that a future stands for, while it has not ended. */
export function createStandstill(callerOf: (future: Future<unknown>) => Caller | undefined): Standstill {
  const holders = new Set<Caller>()
  const waits = new Set<Wait>()

  /** Whether it waits for somebody who has a place; those all wait, or this is not asked. */
  const isStuck = (call: Caller | undefined, known: Map<Caller, boolean>): boolean => {
    if (call === undefined) return false
    const before = known.get(call)
    if (before !== undefined) return before
    // in a circle each waits for the other
    known.set(call, true)
    const stuck = (future: Future<unknown>) => isStuck(callerOf(future), known)
    const { stage, awaited } = call
    const answer =
      stage?.kind === 'waits-for-place' ||
      (stage?.kind === 'waits-for-earlier' ? stage.earlier.some(stuck) : [...(awaited ?? [])].some(stuck))
    known.set(call, answer)
    return answer
  }

  const nobodyCanGoOn = () => {
    const known = new Map<Caller, boolean>()
    for (const holder of holders) if (!isStuck(holder, known)) return false
    return holders.size > 0
  }

  /** Whether what `by` would await awaits it in turn. */
  const leadsTo = (by: Caller, from: Caller | undefined, seen: Set<Caller>): boolean => {
    if (from === undefined || seen.has(from)) return false
    if (from === by) return true
    seen.add(from)
    const next = from.stage?.kind === 'waits-for-earlier' ? from.stage.earlier : [...(from.awaited ?? [])]
    return next.some((future) => leadsTo(by, callerOf(future), seen))
  }

  const failOne = () => {
    if (waits.size === 0 || !nobodyCanGoOn()) return
    const last = [...waits].findLast(({ future }) => callerOf(future) !== undefined)
    if (last !== undefined) end(last, `which waits for a place, and all ${holders.size} that have one wait like this`)
  }

  const end = (wait: Wait, why: string) => {
    forget(wait)
    wait.fail(standingStill(wait.by.name, callerOf(wait.future)?.name ?? '', why))
  }

  const forget = (wait: Wait) => {
    waits.delete(wait)
    wait.by.awaited?.delete(wait.future)
  }

  return {
    queued(call) {
      call.stage = { kind: 'waits-for-place' }
      failOne()
    },
    entered(call, hasPlace) {
      call.stage = { kind: 'under-way' }
      if (hasPlace) holders.add(call)
    },
    left(call) {
      holders.delete(call)
      failOne()
    },
    awaits(by, future, fail) {
      const wait: Wait = { by, future, fail }
      const isCircle = leadsTo(by, callerOf(future), new Set())
      waits.add(wait)
      by.awaited = (by.awaited ?? new Set()).add(future)
      if (isCircle) end(wait, callerOf(future) === by ? 'which is itself' : `which waits for ${by.name}`)
      else failOne()
      return () => forget(wait)
    },
  }
}

function standingStill(by: string, awaited: string, why: string): EngineError {
  return new EngineError('engine/standstill', `${by} waits for ${awaited}, ${why}`, {
    hint: 'hand the future over as input, or in waitFor, in place of awaiting it within a task; or give the runner more places',
    details: { by, awaited },
  })
}
