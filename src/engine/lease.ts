/** Holds a run that was claimed here: keeps its lease, and hears when somebody wants it to stop. */
import type { Host, HeldRun } from './host.ts'
import { cancelledAsWritten, leaseLost } from './stop.ts'

export const LEASE_MS = 30_000
/** How often it is looked up whether a run shall stop: half of the two seconds within which a wish is to be heard. */
export const HEED_EVERY_MS = 1_000

/**
 * Beats every third of the lease, from a timer beside the work. `stop` is called with the reason: when the store says that
 * the run is another's, when it could not be asked for as long as the lease lasts, or when the run is to be cancelled.
 * Gives the way to let go.
 */
export function holdRun(host: Host, run: HeldRun, stop: (reason: unknown) => void): () => void {
  if (host.store === null || host.beats === false) return () => {}
  if (host.holdElsewhere !== undefined) return host.holdElsewhere(run, stop)
  const stopBeating = keepLease(host, run, stop)
  const stopHeeding = heed(host, run, stop)
  return () => {
    stopBeating()
    stopHeeding()
  }
}

function keepLease({ store, clock, leaseMs = LEASE_MS }: Host, run: HeldRun, stop: (reason: unknown) => void) {
  let beatenAtMs = clock.monotonicMs()
  const lose = (cause?: unknown) => {
    clearInterval(timer)
    stop(leaseLost(run.id, cause))
  }
  const beat = async () => {
    try {
      const lost = (await store?.leases.beat([{ runId: run.id, epoch: run.epoch }], leaseMs)) ?? []
      if (lost.length > 0) lose()
      else beatenAtMs = clock.monotonicMs()
    } catch (error) {
      // a store that cannot be reached may be back for the next beat; after a whole lease somebody else may have the run
      if (clock.monotonicMs() - beatenAtMs > leaseMs) lose(error)
    }
  }
  const timer = setInterval(() => void beat(), leaseMs / 3).unref()
  return () => clearInterval(timer)
}

function heed({ store }: Host, run: HeldRun, stop: (reason: unknown) => void) {
  const look = async () => {
    // a store that is away for a moment is asked again in a second, and the beat says when it is away for good
    const state = (await store?.runs.get(run.id).catch(() => null))?.state
    if (state?.type !== 'cancelling') return
    clearInterval(timer)
    stop(cancelledAsWritten(state))
  }
  const timer = setInterval(() => void look(), HEED_EVERY_MS).unref()
  return () => clearInterval(timer)
}
