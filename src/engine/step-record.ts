/** The row of one step: made with its first states, or taken up where an earlier process left it. */
import type { KeptResult } from '../model/run.ts'
import { newState } from '../model/new-state.ts'
import type { State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { Change, TaskRunPatch } from '../store/store.ts'
import type { RunScope, Step } from './run-scope.ts'

export interface StepRecord {
  /** How often in a row its process died while it ran, this time included, and no other step was completed meanwhile. */
  readonly crashCount: number
  /** Writes what happened, oldest first. Resolves when it is kept. */
  write(states: readonly State[], patch?: TaskRunPatch, beside?: readonly Change[]): Promise<void>
  /** The row of a step that has to wait before it can begin says so. */
  waits(reason: string): Promise<void>
  /** The row as it stands now. */
  row(): TaskRun
}

export interface StepFacts {
  readonly inputHash: string
  readonly version: string | null
}

/** `known` is the row of an earlier attempt; it is taken up unless it has ended for good. */
export function createStepRecord(
  scope: RunScope,
  step: Step,
  known: TaskRun | undefined,
  { inputHash, version }: StepFacts,
): StepRecord {
  const { clock } = scope.host
  let row: TaskRun | null = known === undefined ? null : { ...known, crashCount: crashesOf(known, scope) }
  let begun = false
  let waitsFor: string | null = null

  const first = (states: readonly State[], patch: TaskRunPatch): Change => {
    if (known !== undefined && row !== null) {
      row = { ...row, inputHash, version, ...patch, state: states.at(-1) ?? row.state }
      const { crashCount } = row
      return {
        kind: 'task-run-state',
        runId: scope.run.id,
        epoch: scope.run.epoch,
        taskRunId: step.source.id,
        states: [...bridge(known, clock.now()), ...states],
        patch: { endedAt: null, inputHash, version, crashCount, ...patch },
      }
    }
    const waiting = waitsFor === null ? {} : { name: 'AwaitingConcurrencySlot', details: { reason: waitsFor } }
    const pending = newState('pending', clock.now(), waiting)
    const all = [pending, ...states]
    row = {
      id: step.source.id,
      runId: scope.run.id,
      taskName: step.taskName,
      name: step.source.name,
      key: step.key,
      ordinal: scope.steps.nextOrdinal(),
      inputHash,
      version,
      cacheKey: null,
      createdAt: pending.at,
      startedAt: null,
      endedAt: null,
      state: all.at(-1) ?? pending,
      runCount: 0,
      crashCount: 0,
      epoch: scope.run.epoch,
      result: null,
      failure: null,
      ...patch,
    }
    return {
      kind: 'task-runs-created',
      runId: scope.run.id,
      epoch: scope.run.epoch,
      taskRuns: [{ taskRun: row, states: all }],
    }
  }

  const later = (states: readonly State[], patch: TaskRunPatch): Change => {
    if (row !== null) row = { ...row, ...patch, state: states.at(-1) ?? row.state }
    return {
      kind: 'task-run-state',
      runId: scope.run.id,
      epoch: scope.run.epoch,
      taskRunId: step.source.id,
      states,
      patch,
    }
  }

  const record: StepRecord = {
    get crashCount() {
      return row?.crashCount ?? 0
    },
    async write(states, patch = {}, beside = []) {
      const change = begun ? later(states, patch) : first(states, patch)
      begun = true
      await scope.recorder.write([change, ...beside])
      const state = states.at(-1)
      if (state === undefined) return
      step.state = state
      scope.host.onState?.(state, scope.place(step))
    },
    async waits(reason) {
      if (begun || known !== undefined) return
      waitsFor = reason
      await record.write([])
    },
    row() {
      if (row === null) throw new TypeError('a step has no row before it is written')
      return row
    },
  }
  return record
}

function crashesOf(known: TaskRun, { steps }: RunScope): number {
  if (known.state.type !== 'running') return known.crashCount
  return steps.hasProgressSince(known.state.at) ? 1 : known.crashCount + 1
}

/** How a step left by an earlier process comes to where it can run again. */
function bridge(known: TaskRun, at: Date): readonly State[] {
  const again = (name: string) => newState('scheduled', at, { name, details: { scheduledFor: at.toISOString() } })
  switch (known.state.type) {
    case 'running':
      return [newState('crashed', at, { message: 'its process stopped while it ran' }), again('Recovering')]
    case 'crashed':
      return [again('Recovering')]
    case 'failed':
      return [again('Resuming')]
    default:
      return []
  }
}

/** Whether the row of an earlier attempt can be taken up; a new one with the same key takes the place of the others. */
export function canGoOn(known: TaskRun): boolean {
  return known.state.type !== 'completed' && known.state.type !== 'cancelled'
}

/** What the row says of a value. */
export function resultPatch(result: KeptResult | null, at: Date): TaskRunPatch {
  return { result, failure: null, endedAt: at.toISOString() }
}
