/** Making a run that is in the store free to be claimed: one that ended, or one whose process is gone. */
import { EngineError, isToolkitError } from '../base/errors.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import { isSuspended } from '../model/state.ts'
import type { Change, Store } from '../store/store.ts'
import type { Host } from './host.ts'

/** Due now, whatever it waited for. */
export async function askAgain(run: FlowRun, host: Host, store: Store): Promise<void> {
  const at = host.clock.now()
  const state = newState('scheduled', at, { name: 'Resuming', details: { scheduledFor: at.toISOString() } })
  await writeUnlessOvertaken(store, [
    { kind: 'run-state', runId: run.id, epoch: run.epoch, state, patch: { endedAt: null } },
  ])
}

/** Whether the run is free now: its lease ran out, or its process is known to be gone. */
export async function takeOver(run: FlowRun, host: Host, store: Store): Promise<boolean> {
  if (isSuspended(run.state)) return false
  const lease = (await store.leases.list()).find(({ runId }) => runId === run.id)
  if (lease !== undefined && host.isGone?.(lease.worker) !== true) return false
  const at = host.clock.now()
  const epoch = run.epoch + 1
  if (run.state.type === 'cancelling') {
    const cancelled = newState('cancelled', at, { message: 'its process is gone' })
    await writeUnlessOvertaken(store, [
      { kind: 'run-state', runId: run.id, epoch: run.epoch, state: cancelled, patch: { endedAt: cancelled.at } },
    ])
    return true
  }
  const message = `process ${lease?.worker.pid ?? ''} stopped without a word`.replace('  ', ' ')
  const crashed = newState('crashed', at, { message })
  const again = newState('scheduled', at, { name: 'Recovering', details: { scheduledFor: at.toISOString() } })
  await writeUnlessOvertaken(store, [
    {
      kind: 'run-state',
      runId: run.id,
      epoch: run.epoch,
      state: crashed,
      patch: { crashCount: run.crashCount + 1 },
      nextEpoch: epoch,
    },
    { kind: 'run-state', runId: run.id, epoch, state: again },
    { kind: 'logs', lines: [{ runId: run.id, taskRunId: null, at: crashed.at, level: 'warn', message }] },
  ])
  return true
}

/** Two processes may want the same run: one is refused, looks again, and finds what the other did. */
async function writeUnlessOvertaken(store: Store, changes: readonly Change[]): Promise<void> {
  try {
    await store.write(changes)
  } catch (error) {
    const overtaken = isToolkitError(error) && (error.code === 'store/stale' || error.code === 'engine/transition')
    if (!overtaken || isKeyTaken(error)) throw error
  }
}

/** One key, one run that has not ended. */
export function isKeyTaken(error: unknown): boolean {
  return isToolkitError(error) && error.code === 'store/stale' && error.details['key'] !== undefined
}

export async function heldBy(run: FlowRun, store: Store): Promise<EngineError> {
  const lease = (await store.leases.list()).find(({ runId }) => runId === run.id)
  const holder = lease === undefined ? 'another process' : `process ${lease.worker.pid} on ${lease.worker.hostName}`
  return new EngineError('engine/lease-lost', `run ${run.name} of ${run.flowName} is with ${holder}`, {
    hint: 'wait for its end, or cancel it first',
    details: { runId: run.id },
  })
}
