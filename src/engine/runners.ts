/**
 * How many tasks of a run are under way at once.
 *
 * Both runners overlap waiting, never computing: a flow has one thread for JavaScript, and fifty tasks that compute take as
 * long as one after the other. A task that computes says `cpu: true` and has a thread of its own; nothing else makes
 * computing faster.
 */

export interface Runner {
  readonly kind: 'promises'
  readonly atOnce: number
}

/** Enough to hide the latency of any server we talk to; connections are limited by the client, not here. */
const USUALLY_AT_ONCE = 50

/** At most so many tasks of the run at once. */
export function atOnce(limit: number): Runner {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`at least 1 task must be able to run, not ${limit}`)
  return { kind: 'promises', atOnce: limit }
}

/** The runner of a flow that names none: 50 tasks at once. */
export function concurrent(): Runner {
  return atOnce(USUALLY_AT_ONCE)
}

/** Places that are taken and given back; who waits longest is next. */
export interface Places {
  /** Calls `enter` with a place taken: at once when one is free. */
  take(enter: () => void): void
  giveBack(): void
}

export function createPlaces(limit: number): Places {
  let free = limit
  // a list with a moving head: shifting 10,000 waiters one by one would be quadratic
  let waiting: (() => void)[] = []
  let head = 0

  const admit = () => {
    while (free > 0 && head < waiting.length) {
      const enter = waiting[head]
      head += 1
      free -= 1
      enter?.()
    }
    if (head > 1_024 && head * 2 > waiting.length) {
      waiting = waiting.slice(head)
      head = 0
    }
  }

  return {
    take(enter) {
      waiting.push(enter)
      admit()
    },
    giveBack() {
      free += 1
      admit()
    },
  }
}

/** Takes one of each, in order. */
export function enterAll([first, ...others]: readonly Places[], entered: () => void): void {
  if (first === undefined) entered()
  else first.take(() => enterAll(others, entered))
}

/** The places of a call that is under way: left while its body waits for something that others hold. */
export interface Seat {
  leave(): void
  comeBack(): Promise<void>
  /** The body is done: the places are taken, whatever it still waited for. */
  close(): Promise<void>
}

export function createSeat(places: readonly Places[]): Seat {
  let waits = 0
  let isClosed = false
  const takeAll = () => new Promise<void>((resolve) => enterAll(places, resolve))
  return {
    leave() {
      if (isClosed) return
      waits += 1
      // the body may wait for several things at once
      if (waits === 1) for (const place of places) place.giveBack()
    },
    async comeBack() {
      if (isClosed) return
      waits -= 1
      if (waits === 0) await takeAll()
    },
    async close() {
      isClosed = true
      if (waits > 0) await takeAll()
    },
  }
}
