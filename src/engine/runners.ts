/**
 * How many tasks of a run are under way at once.
 *
 * Both runners overlap waiting, never computing: one process has one thread for JavaScript.
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
  /** Null when a place was free: then nothing has to be awaited. Rejects when the signal aborts while waiting. */
  take(signal: AbortSignal): Promise<void> | null
  giveBack(): void
}

interface Waiter {
  readonly enter: () => void
  left: boolean
}

export function createPlaces(limit: number): Places {
  let free = limit
  // a list with a moving head: shifting 10,000 waiters one by one would be quadratic
  let waiting: Waiter[] = []
  let head = 0

  const next = (): Waiter | undefined => {
    while (head < waiting.length) {
      const waiter = waiting[head]
      head += 1
      if (head > 1_024 && head * 2 > waiting.length) {
        waiting = waiting.slice(head)
        head = 0
      }
      if (waiter !== undefined && !waiter.left) return waiter
    }
    return undefined
  }

  return {
    take(signal) {
      if (free > 0) {
        free -= 1
        return null
      }
      return new Promise<void>((resolve, reject) => {
        const leave = () => {
          waiter.left = true
          reject(signal.reason as Error)
        }
        const waiter: Waiter = {
          left: false,
          enter: () => {
            signal.removeEventListener('abort', leave)
            resolve()
          },
        }
        if (signal.aborted) leave()
        else {
          signal.addEventListener('abort', leave, { once: true })
          waiting.push(waiter)
        }
      })
    },
    giveBack() {
      const waiter = next()
      if (waiter === undefined) free += 1
      else waiter.enter()
    },
  }
}
