/**
 * Finds runs whose process died and either offers them again or ends them.
 *
 * A lease that ran out means: crashed, for that attempt. While the crash budget lasts, the run is scheduled again with a
 * growing wait, named Recovering; its finished steps are not run again. Otherwise it stays crashed for good.
 */
import { MINUTE, SECOND } from '../base/duration.ts'
import type { Log } from '../base/log.ts'
import { newState } from '../model/new-state.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal, type State } from '../model/state.ts'
import type { Change, Lease, Store, WorkerIdentity } from '../store/store.ts'
import { isGone } from './identity.ts'

export interface ReapOptions {
  readonly store: Store
  readonly me: WorkerIdentity
  readonly now: Date
  readonly log: Log
  /** How often a run may crash before it is given up; apart from its retries. */
  readonly crashBudget?: number
  /** What the end of a run has to tell, for runs that are given up. */
  readonly messages?: (run: FlowRun, state: State) => Promise<readonly OutboxMessage[]>
}

const CRASH_BUDGET = 3

/** Gives the runs that were found without a process. */
export async function reap(options: ReapOptions): Promise<readonly FlowRun[]> {
  const { store, me } = options
  const gone = (await store.leases.list()).filter((lease) => isGone(lease.worker, me))
  if (gone.length > 0) await store.leases.expire(gone.map((lease) => lease.runId))

  const found: FlowRun[] = []
  for (const lease of await store.leases.expired()) {
    const run = await store.runs.get(lease.runId)
    if (run === null || isTerminal(run.state) || run.epoch !== lease.epoch) continue
    await store.write(await changesFor(run, lease, options))
    found.push(run)
  }
  return found
}

async function changesFor(run: FlowRun, lease: Lease, options: ReapOptions): Promise<Change[]> {
  const { now, log, crashBudget = CRASH_BUDGET } = options
  const at = now.toISOString()
  if (run.state.type === 'cancelling') {
    const cancelled = newState('cancelled', now, { message: 'its process is gone' })
    return [
      {
        kind: 'run-state',
        runId: run.id,
        epoch: run.epoch,
        state: cancelled,
        patch: { endedAt: at },
        nextEpoch: run.epoch + 1,
      },
    ]
  }

  const crashCount = run.crashCount + 1
  const message = `process ${lease.worker.pid} on ${lease.worker.hostName} stopped without a word; its lease ended at ${lease.expiresAt}`
  const crashed = newState('crashed', now, { message })
  const changes: Change[] = [
    {
      kind: 'run-state',
      runId: run.id,
      epoch: run.epoch,
      state: crashed,
      patch: { crashCount, endedAt: at },
      nextEpoch: run.epoch + 1,
    },
    { kind: 'logs', lines: [{ runId: run.id, taskRunId: null, at, level: 'warn', message }] },
  ]
  if (crashCount > crashBudget) {
    log.error(`run ${run.name} of ${run.flowName} crashed ${crashCount} times and is given up`)
    for (const outbox of (await options.messages?.({ ...run, crashCount }, crashed)) ?? [])
      changes.push({ kind: 'outbox', message: outbox })
    return changes
  }
  const waitMs = Math.min(SECOND * 2 ** (crashCount - 1), MINUTE)
  const dueAgain = new Date(now.getTime() + (crashCount === 1 ? 0 : waitMs))
  log.warn(`run ${run.name} of ${run.flowName} lost its process and goes on from its last finished step`)
  changes.push({
    kind: 'run-state',
    runId: run.id,
    epoch: run.epoch + 1,
    state: newState('scheduled', now, {
      name: 'Recovering',
      message: `crash ${crashCount} of at most ${crashBudget}: finished steps are kept`,
      details: { scheduledFor: dueAgain.toISOString() },
    }),
    patch: { endedAt: null },
  })
  return changes
}
