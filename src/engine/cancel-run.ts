/** A person's wish that a run shall stop, as it is written down; whoever executes the run hears of it within two seconds. */
import { EngineError, isToolkitError, StoreError } from '../base/errors.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal } from '../model/state.ts'
import type { Change, Store, WorkerIdentity } from '../store/store.ts'

export interface CancelOptions {
  readonly now: Date
  /** Who asks, for the record: "amina". */
  readonly by: string
  /** Whether the process that holds a run is known to be gone: then nobody is left to be asked. */
  readonly isGone?: (worker: WorkerIdentity) => boolean
}

/**
 * Asks a run to stop, and the subflows it has under way. What has not begun, and what has no process any more, is
 * `cancelled` at once; the rest is `cancelling` until its process says that it has ended. Gives the run as it is then.
 *
 * Asking twice is asking once. @throws EngineError `engine/transition` for a run that has ended; StoreError
 * `store/not-found`
 */
export async function cancelRun(store: Store, runId: string, options: CancelOptions): Promise<FlowRun> {
  const run = await store.runs.get(runId)
  if (run === null) {
    throw new StoreError('store/not-found', `there is no run "${runId}" to cancel`, { hint: 'see d2flow flow-run ls' })
  }
  if (isTerminal(run.state)) {
    throw new EngineError('engine/transition', `run ${run.name} of ${run.flowName} has ended: ${run.state.name}`, {
      hint: 'nothing to do: it does not run',
      details: { runId, state: run.state.type },
    })
  }
  await askToStop(store, run, options)
  return (await store.runs.get(runId)) ?? run
}

async function askToStop(store: Store, run: FlowRun, options: CancelOptions): Promise<void> {
  for (const child of await store.runs.list({ parentRunId: run.id, types: NOT_ENDED, limit: CHILDREN_AT_MOST })) {
    await askToStop(store, child, options)
  }
  const changes = changesFor(run, await isHeld(store, run, options), options)
  try {
    if (changes.length > 0) await store.write(changes)
  } catch (error) {
    const now = isToolkitError(error) ? await store.runs.get(run.id) : null
    // it ended, or was asked by somebody else, while we looked
    if (now === null || (!isTerminal(now.state) && now.state.type !== 'cancelling')) throw error
  }
}

const NOT_ENDED = ['scheduled', 'pending', 'running', 'paused'] as const
const CHILDREN_AT_MOST = 10_000

function changesFor(run: FlowRun, held: boolean, { now, by }: CancelOptions): readonly Change[] {
  const message = `cancelled by ${by}`
  const { id: runId, epoch, state } = run
  const end = (why: string): Change => {
    const cancelled = newState('cancelled', now, { message: why })
    return { kind: 'run-state', runId, epoch, state: cancelled, patch: { endedAt: cancelled.at }, nextEpoch: epoch + 1 }
  }
  if (state.type === 'scheduled' || (state.type === 'paused' && state.name === 'Suspended')) return [end(message)]
  const asked: readonly Change[] =
    state.type === 'cancelling'
      ? []
      : [{ kind: 'run-state', runId, epoch, state: newState('cancelling', now, { message }) }]
  return held ? asked : [...asked, end(`${message}; its process is gone`)]
}

async function isHeld(store: Store, run: FlowRun, { isGone }: CancelOptions): Promise<boolean> {
  const lease = (await store.leases.list()).find(({ runId }) => runId === run.id)
  return lease !== undefined && isGone?.(lease.worker) !== true
}
