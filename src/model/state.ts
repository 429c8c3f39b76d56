/**
 * What a run can be, and what may follow what.
 *
 * Nine types carry the machinery; the name is an open label for people. The transition table is data: everything not
 * listed is refused, and a test walks every pair.
 */
import { EngineError } from '../base/errors.ts'

export const STATE_TYPES = [
  'scheduled',
  'pending',
  'running',
  'paused',
  'completed',
  'failed',
  'crashed',
  'cancelling',
  'cancelled',
] as const

export type StateType = (typeof STATE_TYPES)[number]

/** The names in use; any other text may stand in their place. */
export type StateName =
  | 'Scheduled'
  | 'Late'
  | 'AwaitingRetry'
  | 'AwaitingConcurrencySlot'
  | 'Recovering'
  | 'Resuming'
  | 'Pending'
  | 'Submitting'
  | 'NotReady'
  | 'Running'
  | 'Retrying'
  | 'Rerunning'
  | 'Paused'
  | 'Suspended'
  | 'Completed'
  | 'CompletedWithErrors'
  | 'Cached'
  | 'RolledBack'
  /** A step that a person asked to be done again: its result stands in the history and is used no more. */
  | 'Superseded'
  | 'Failed'
  | 'TimedOut'
  | 'Crashed'
  | 'Cancelling'
  | 'Cancelled'
  | 'Skipped'
  | (string & Record<never, never>)

export interface StateDetails {
  /** When a scheduled state falls due, ISO 8601. */
  readonly scheduledFor?: string
  readonly cacheKey?: string
  /** Why it waits, in words a person can act on. */
  readonly reason?: string
  /** Repeating a transition with the same id is ignored. */
  readonly transitionId?: string
  readonly retriable?: boolean
  /** Which wait of the body a paused state belongs to, and the state that ended it. */
  readonly pauseKey?: string
  /** When a pause runs out, ISO 8601. */
  readonly pauseExpiresAt?: string
  readonly [detail: string]: unknown
}

/** An immutable value: a change of state is a new one. */
export interface State {
  readonly id: string
  readonly type: StateType
  readonly name: StateName
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string
  readonly message: string | null
  readonly details: StateDetails
}

export type RunKind = 'flow' | 'task'

const FLOW_TRANSITIONS: Readonly<Record<StateType | 'new', readonly StateType[]>> = {
  new: ['scheduled', 'pending'],
  scheduled: ['scheduled', 'pending', 'cancelled'],
  pending: ['scheduled', 'running', 'completed', 'failed', 'crashed', 'cancelling'],
  running: ['running', 'scheduled', 'paused', 'cancelling', 'completed', 'failed', 'crashed'],
  paused: ['running', 'scheduled', 'cancelling', 'cancelled', 'failed', 'crashed'],
  cancelling: ['cancelled'],
  completed: [],
  failed: ['scheduled'],
  crashed: ['scheduled'],
  cancelled: ['scheduled'],
}

const TASK_TRANSITIONS: Readonly<Record<StateType | 'new', readonly StateType[]>> = {
  new: ['pending'],
  scheduled: ['scheduled', 'running', 'cancelled', 'crashed'],
  pending: ['pending', 'running', 'completed', 'failed', 'crashed', 'cancelled'],
  running: ['running', 'scheduled', 'completed', 'failed', 'crashed', 'cancelled'],
  paused: [],
  cancelling: [],
  completed: ['completed'],
  failed: ['scheduled'],
  crashed: ['scheduled'],
  cancelled: [],
}

/** The transition table, by kind of run and by the type a run is in; `new` is a run that does not exist yet. */
export const TRANSITIONS: Readonly<Record<RunKind, Readonly<Record<StateType | 'new', readonly StateType[]>>>> = {
  flow: FLOW_TRANSITIONS,
  task: TASK_TRANSITIONS,
}

const TYPES: ReadonlySet<unknown> = new Set(STATE_TYPES)

/** Whether a value is a state: what a body may return in place of a result. */
export function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false
  const { id, type, name, at, details } = value as Partial<State>
  return (
    TYPES.has(type) &&
    typeof id === 'string' &&
    typeof name === 'string' &&
    typeof at === 'string' &&
    typeof details === 'object' &&
    'message' in value
  )
}

const TERMINAL: ReadonlySet<StateType> = new Set(['completed', 'failed', 'crashed', 'cancelled'])

/** Whether nothing more happens by itself. */
export function isTerminal(state: Pick<State, 'type'>): boolean {
  return TERMINAL.has(state.type)
}

/** Whether it waits for a person and no process holds it; a run that is merely Paused keeps its process. */
export function isSuspended(state: Pick<State, 'type' | 'name'>): boolean {
  return state.type === 'paused' && state.name === 'Suspended'
}

/** Whether waiting for the run is over: terminal, or held back for good by a failed earlier task. */
export function isSettled(state: Pick<State, 'type' | 'name'>): boolean {
  return isTerminal(state) || (state.type === 'pending' && state.name === 'NotReady')
}

/**
 * Whether a run of this kind may go from one state to another. Two arrows depend on the name and not only on the type:
 * a paused flow is cancelled at once only when it is Suspended, and a completed task stays completed only as RolledBack
 * or Superseded.
 */
export function mayBecome(
  kind: RunKind,
  from: Pick<State, 'type' | 'name'> | 'new',
  to: Pick<State, 'type' | 'name'>,
): boolean {
  if (from === 'new') return TRANSITIONS[kind].new.includes(to.type)
  if (!TRANSITIONS[kind][from.type].includes(to.type)) return false
  if (kind === 'flow' && from.type === 'paused' && to.type === 'cancelled') return isSuspended(from)
  if (kind === 'task' && from.type === 'completed') return to.name === 'RolledBack' || to.name === 'Superseded'
  if (kind === 'task' && from.type === 'pending' && to.type === 'pending') return to.name === 'NotReady'
  return true
}

/** @throws EngineError `engine/transition` when the table does not hold the arrow */
export function assertTransition(
  kind: RunKind,
  from: Pick<State, 'type' | 'name'> | 'new',
  to: Pick<State, 'type' | 'name'>,
): void {
  if (mayBecome(kind, from, to)) return
  const before = from === 'new' ? 'new' : `${from.type} (${from.name})`
  throw new EngineError('engine/transition', `a ${kind} run cannot go from ${before} to ${to.type} (${to.name})`, {
    hint: 'a run that has ended stays as it ended: start a new one, or retry it',
    details: { kind, from: before, to: to.type },
  })
}
