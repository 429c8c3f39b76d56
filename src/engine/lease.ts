/** Keeps the lease of a run that was claimed here, from a timer beside the work. */
import type { FlowRun } from '../model/run.ts'
import type { Host } from './host.ts'
import { leaseLost } from './stop.ts'

export const LEASE_MS = 30_000

/**
 * Beats every third of the lease. `onLost` is called once: when the store says that the run is another's, or when it
 * could not be asked for as long as the lease lasts.
 */
export function keepLease(host: Host, run: FlowRun, onLost: (error: unknown) => void): () => void {
  const { store, clock, leaseMs = LEASE_MS } = host
  if (store === null || host.beats === false) return () => {}
  let beatenAtMs = clock.monotonicMs()
  const beat = async () => {
    try {
      const lost = await store.leases.beat([{ runId: run.id, epoch: run.epoch }], leaseMs)
      if (lost.length > 0) lose()
      else beatenAtMs = clock.monotonicMs()
    } catch (error) {
      // a store that cannot be reached may be back for the next beat; after a whole lease somebody else may have the run
      if (clock.monotonicMs() - beatenAtMs > leaseMs) lose(error)
    }
  }
  const timer = setInterval(() => void beat(), leaseMs / 3).unref()
  const lose = (cause?: unknown) => {
    clearInterval(timer)
    onLost(leaseLost(run.id, cause))
  }
  return () => clearInterval(timer)
}
