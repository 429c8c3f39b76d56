/**
 * Finds runs whose process died and either offers them again or ends them.
 *
 * A lease that ran out means: crashed, for that attempt. Processes of this machine that are known to be gone are not
 * waited for. Any process may look; of several that look at the same time one is heard.
 */
import type { FlowRun } from '../model/run.ts'
import { isTerminal } from '../model/state.ts'
import type { Lease, WorkerIdentity } from '../store/store.ts'
import { isGone } from './identity.ts'
import { recordCrash, type CrashRules } from './record-crash.ts'

export interface ReapOptions extends CrashRules {
  readonly me: WorkerIdentity
}

/** Gives the runs that were found without a process. */
export async function reap(options: ReapOptions): Promise<readonly FlowRun[]> {
  const { store, me } = options
  const gone = (await store.leases.list()).filter((lease) => isGone(lease.worker, me))
  if (gone.length > 0) await store.leases.expire(gone.map((lease) => lease.runId))

  const found: FlowRun[] = []
  for (const lease of await store.leases.expired()) {
    const run = await store.runs.get(lease.runId)
    if (run === null || isTerminal(run.state) || run.epoch !== lease.epoch) continue
    if (await recordCrash(run, { message: inWords(lease, me) }, options)) found.push(run)
  }
  return found
}

function inWords(lease: Lease, me: WorkerIdentity): string {
  const { pid, hostName } = lease.worker
  const fate = isGone(lease.worker, me) ? 'is gone' : `gave no sign of life until ${lease.expiresAt}`
  return `process ${pid} on ${hostName} ${fate}`
}
