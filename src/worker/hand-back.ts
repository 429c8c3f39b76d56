/** Makes a run free again whose process was ended because the service stops. */
import type { LogLine } from '../model/log-line.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import type { Change, Store } from '../store/store.ts'

export interface HandBackFacts {
  readonly now: Date
  readonly message: string
  readonly lastLines: readonly LogLine[]
}

/** What the run would have written itself, had it stopped in time: nothing counts as a crash, or as an attempt. */
export async function handBack(store: Store, run: FlowRun, { now, message, lastLines }: HandBackFacts): Promise<void> {
  const { id: runId, epoch } = run
  const resuming = () =>
    newState('scheduled', now, { name: 'Resuming', message, details: { scheduledFor: now.toISOString() } })
  const steps = (await store.taskRuns.list(runId)).filter(({ state }) => state.type === 'running')
  // a run that has not begun has not counted its attempt
  const patch = run.state.type === 'pending' ? {} : { runCount: Math.max(0, run.runCount - 1) }
  await store.write([
    { kind: 'logs', lines: lastLines },
    ...steps.map(({ id }): Change => ({ kind: 'task-run-state', runId, epoch, taskRunId: id, states: [resuming()] })),
    { kind: 'run-state', runId, epoch, state: resuming(), patch, nextEpoch: epoch + 1 },
  ])
}
