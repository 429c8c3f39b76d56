/** Asking for a run again that has ended: what of it is kept, and what is done anew. */
import type { Clock } from '../base/clock.ts'
import { ConfigError, EngineError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal, type State, type StateType } from '../model/state.ts'
import { isSuperseded, type TaskRun } from '../model/task-run.ts'
import type { Change, Store } from '../store/store.ts'
import { keepSmall } from './results.ts'

export interface RetryRunOptions {
  /** Who asks, for the history. */
  readonly by?: string
  /** A step by its name, its key, or the name of its task: it is done again, and whatever ended after it. */
  readonly from?: string
  /** All steps are done again. */
  readonly fresh?: boolean
  /** A step that did not end, and that a person knows to be done: with what it would have given, if anything. */
  readonly done?: { readonly step: string; readonly result?: JsonValue }
}

/**
 * Schedules an ended run again, due now: finished steps keep their results.
 *
 * With `from` the step's result is used no more, nor are those of the steps that ended after it. What depends on a step
 * ends after it, so nothing that was made of the old result is left; what only happened to end later is done again too,
 * because the store does not know who used what. Answers that a person gave since are asked for again.
 *
 * @throws EngineError `engine/transition` for a run that completed or has not ended
 * @throws ConfigError `config/params` when there is no such step
 * @throws EngineError `engine/result` when the result that a person gives cannot be kept
 * @throws StoreError `store/stale` when somebody else has moved the run meanwhile
 */
export async function retryRun(
  store: Store,
  run: FlowRun,
  { by = 'a person', from, fresh = false, done }: RetryRunOptions,
  clock: Clock,
): Promise<FlowRun> {
  if (!isTerminal(run.state) || run.state.type === 'completed') throw notToBeRetried(run)
  const at = clock.now()
  const { superseded, voidSince } = await anew(store, run, from, fresh)
  const what = fresh ? ', with nothing kept' : from === undefined ? '' : `, from ${from} on`
  const state = newState('scheduled', at, {
    name: 'Resuming',
    message: `asked for again by ${by}${what}`,
    details: { scheduledFor: at.toISOString(), ...(voidSince === null ? {} : { voidSince }) },
  })
  const changes: Change[] = [
    {
      kind: 'run-state',
      runId: run.id,
      epoch: run.epoch,
      state,
      patch: { endedAt: null, failure: null, warning: null },
      ifStateId: run.state.id,
    },
    ...superseded.map((step): Change => ({
      kind: 'task-run-state',
      runId: run.id,
      epoch: run.epoch,
      taskRunId: step.id,
      states: [newState('completed', at, { name: 'Superseded', message: state.message ?? '' })],
    })),
  ]
  if (done !== undefined) changes.push(await declaredDone(store, run, done, by, at))
  await store.write(changes)
  return { ...run, state, endedAt: null, failure: null, warning: null }
}

interface Anew {
  readonly superseded: readonly TaskRun[]
  /** Answers since then count no more, ISO 8601; null: all do. */
  readonly voidSince: string | null
}

async function anew(store: Store, run: FlowRun, from: string | undefined, fresh: boolean): Promise<Anew> {
  if (!fresh && from === undefined) return { superseded: [], voidSince: null }
  const steps = (await store.taskRuns.list(run.id)).filter((step) => !isSuperseded(step))
  const finished = steps.filter(({ state }) => state.type === 'completed')
  if (fresh || from === undefined) return { superseded: finished, voidSince: run.createdAt }
  const step =
    steps.find(({ name, key }) => name === from || key === from) ?? steps.find(({ taskName }) => taskName === from)
  if (step === undefined) throw noSuchStep(run, from, steps)
  const since = step.endedAt ?? step.startedAt ?? step.createdAt
  return {
    superseded: finished.filter((other) => other.id === step.id || endedAfter(other, step, since)),
    voidSince: since,
  }
}

async function declaredDone(
  store: Store,
  run: FlowRun,
  { step: named, result }: NonNullable<RetryRunOptions['done']>,
  by: string,
  at: Date,
): Promise<Change> {
  const steps = await store.taskRuns.list(run.id)
  const step = steps.findLast(({ name, key }) => name === named || key === named)
  if (step === undefined) throw noSuchStep(run, named, steps)
  const again = newState('scheduled', at, { name: 'Resuming' })
  const chains: Readonly<Partial<Record<StateType, readonly State[]>>> = {
    failed: [again],
    crashed: [again],
    running: [newState('crashed', at, { message: 'its process stopped while it ran' }), again],
    scheduled: [],
  }
  const chain = chains[step.state.type]
  if (chain === undefined) {
    throw new EngineError('engine/transition', `${step.name} is ${step.state.name}: it cannot be said to be done`, {
      hint: 'only a step that was begun and did not end can',
      details: { runId: run.id, step: step.name },
    })
  }
  const completed = newState('completed', at, { message: `said to be done by ${by}` })
  return {
    kind: 'task-run-state',
    runId: run.id,
    epoch: run.epoch,
    taskRunId: step.id,
    states: [...chain, newState('running', at, { name: 'Confirming' }), completed],
    patch: { result: keepSmall(result, step.name, undefined) ?? null, failure: null, endedAt: completed.at },
  }
}

/** In one millisecond the order of submission decides, unless a step was tried again and kept its old place. */
function endedAfter(other: TaskRun, step: TaskRun, since: string): boolean {
  const endedAt = other.endedAt ?? ''
  return endedAt > since || (endedAt === since && (other.ordinal > step.ordinal || other.runCount > 1))
}

function notToBeRetried(run: FlowRun): EngineError {
  const completed = run.state.type === 'completed'
  const what = completed ? 'completed' : `is ${run.state.name} and has not ended`
  return new EngineError('engine/transition', `run ${run.name} ${what}: there is nothing to retry`, {
    hint: completed
      ? `run it again with its parameters: d2flow run ${run.flowName}`
      : `wait for its end, or cancel it first: d2flow flow-run cancel ${run.name}`,
    details: { runId: run.id, state: run.state.name },
  })
}

function noSuchStep(run: FlowRun, from: string, steps: readonly TaskRun[]): ConfigError {
  const names = steps.slice(0, 8).map(({ name }) => name)
  const more = steps.length > names.length ? ` and ${steps.length - names.length} more` : ''
  return new ConfigError('config/params', `run ${run.name} has no step "${from}"`, {
    hint: names.length === 0 ? 'no step of it has begun' : `its steps: ${names.join(', ')}${more}`,
    details: { runId: run.id, from },
  })
}
