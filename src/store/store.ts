/**
 * What the engine, the scheduler and the faces need of a store, by noun. Memory, SQLite and PostgreSQL keep the same
 * promises, proved by one contract suite.
 *
 * Reading is by noun. Writing is one verb: `write` takes a list of changes and makes all of them or none. A change to a
 * run or a step carries the epoch of whoever makes it; when the store knows another epoch the whole list is refused
 * with `store/stale`: the writer has lost the run.
 */
import type { JsonValue } from '../base/json.ts'
import type { LogLevel } from '../base/log.ts'
import type { Artifact } from '../model/artifact.ts'
import type { BlockDocument } from '../model/block-document.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Event } from '../model/event.ts'
import type { LimitStore } from '../model/limit.ts'
import type { LogLine } from '../model/log-line.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { RuleFiring } from '../model/rule-firing.ts'
import type { FlowRun } from '../model/run.ts'
import type { ServerRecord } from '../model/server-record.ts'
import type { State, StateType } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { WorkPool } from '../model/work-pool.ts'
import type { TransactionRecord } from '../model/transaction.ts'

/** Members of a run that change beside its state. */
export type RunPatch = Partial<
  Pick<
    FlowRun,
    'startedAt' | 'endedAt' | 'runCount' | 'crashCount' | 'result' | 'failure' | 'warning' | 'fallbacks' | 'dueAt'
  >
>

export type TaskRunPatch = Partial<
  Pick<
    TaskRun,
    'startedAt' | 'endedAt' | 'runCount' | 'crashCount' | 'result' | 'failure' | 'inputHash' | 'version' | 'cacheKey'
  >
>

/**
 * One thing to be written. Every new state is also added to the history; one whose `transitionId` is there already is
 * ignored.
 */
export type Change =
  /**
   * A new run; ignored (not refused) when its deployment, schedule and `dueAt` already have one, and so is what the rest
   * of the list says of it. Refused with `store/stale` while another run of the flow lives under its key. With `claimed` it is
   * `pending` with epoch 1 and its creator holds the lease from the start, so that no worker takes it in between.
   */
  | {
      readonly kind: 'run-created'
      readonly run: FlowRun
      readonly claimed?: { readonly worker: WorkerIdentity; readonly leaseMs: number }
    }
  /**
   * A run's next state, checked against the transition table and `epoch`. `nextEpoch` fences off whoever held the run.
   * With `ifStateId` the run must still be in that very state, else `store/stale`: how one of two people who decide at
   * once is refused. The new state ends the lease of the run when it is terminal, scheduled or Suspended, and gives its
   * slots back.
   */
  | {
      readonly kind: 'run-state'
      readonly runId: string
      readonly epoch: number
      readonly state: State
      readonly patch?: RunPatch
      readonly nextEpoch?: number
      readonly ifStateId?: string
    }
  /** Members of a run without a new state (a fallback that was used, a warning). */
  | { readonly kind: 'run-patched'; readonly runId: string; readonly epoch: number; readonly patch: RunPatch }
  /** New steps, in their first states (oldest first; the last one is the present). Guarded by the run's epoch. */
  | {
      readonly kind: 'task-runs-created'
      readonly runId: string
      readonly epoch: number
      readonly taskRuns: readonly NewTaskRun[]
    }
  /** A step's next states, oldest first. Guarded by the run's epoch. */
  | {
      readonly kind: 'task-run-state'
      readonly runId: string
      readonly epoch: number
      readonly taskRunId: string
      readonly states: readonly State[]
      readonly patch?: TaskRunPatch
    }
  | { readonly kind: 'logs'; readonly lines: readonly LogLine[] }
  /** A progress artifact with the key of an earlier one of the same run takes its place; others are added. */
  | { readonly kind: 'artifact'; readonly artifact: Artifact }
  /** Ignored when a message with the same `key` exists. */
  | { readonly kind: 'outbox'; readonly message: OutboxMessage }
  | { readonly kind: 'event'; readonly event: Event }
  /** Ignored when a firing with the same `key` exists. */
  | { readonly kind: 'rule-fired'; readonly firing: RuleFiring }
  /** The condition of a firing is gone; ignored when that was said before. */
  | { readonly kind: 'rule-cleared'; readonly key: string; readonly at: string }
  /** A transaction as it stands now, in place of how it stood. Guarded by the run's epoch. */
  | {
      readonly kind: 'transaction'
      readonly runId: string
      readonly epoch: number
      readonly transaction: TransactionRecord
    }
  /** A value kept under a cache key; replaces an older one, and ends the claim of whoever computed it. */
  | { readonly kind: 'cache'; readonly record: CacheRecord; readonly claimedBy?: CacheClaimant }

export interface NewTaskRun {
  readonly taskRun: TaskRun
  /** The states it has already gone through, `taskRun.state` the last of them. */
  readonly states: readonly State[]
}

export interface CacheRecord {
  readonly key: string
  readonly result: NonNullable<TaskRun['result']>
  readonly taskRunId: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
}

/** The attempt of a run that computes a value. Its claim is good as long as its lease. */
export interface CacheClaimant {
  readonly runId: string
  readonly epoch: number
}

/** Whether the value of a key may be computed: yes; no need, it is kept; or not now, a live run computes it. */
export type CacheClaim =
  | { readonly kind: 'granted' }
  | { readonly kind: 'kept'; readonly record: CacheRecord }
  | { readonly kind: 'held'; readonly runName: string }

/** A process that runs flows. */
export interface WorkerIdentity {
  readonly workerId: string
  readonly pid: number
  /** Differs after every start of the machine. */
  readonly bootId: string
  readonly hostName: string
}

/** The right to write for a run, until `expiresAt` by the store's clock. */
export interface Lease {
  readonly runId: string
  readonly epoch: number
  readonly worker: WorkerIdentity
  readonly expiresAt: string
}

export interface RunFilter {
  readonly flowName?: string
  readonly deploymentId?: string
  readonly types?: readonly StateType[]
  /** Only runs whose body has begun, or only those where it has not. */
  readonly hasStarted?: boolean
  readonly parentRunId?: string | null
  /** Only runs that carry this tag. */
  readonly tag?: string
  /** Only runs that were due at this moment or later, ISO 8601. */
  readonly dueFrom?: string
  /** Only runs that were due before this moment. */
  readonly dueBefore?: string
  /** Only runs created before this run id (ids sort by time): the key of the next page. */
  readonly before?: string
  /** Default 50. Newest first. */
  readonly limit?: number
}

/** How many runs were due in a stretch of time, by the type of state they are in now. */
export interface RunTally {
  /** The beginning of the stretch, ISO 8601. */
  readonly from: string
  readonly type: StateType
  readonly runs: number
}

export interface RunStore {
  get(id: string): Promise<FlowRun | null>
  /** The newest run of the flow with this key, whatever its state. */
  findByKey(flowName: string, key: string): Promise<FlowRun | null>
  /** Runs whose id or name begins with the text: what a person types. */
  find(idOrName: string): Promise<readonly FlowRun[]>
  list(filter?: RunFilter): Promise<readonly FlowRun[]>
  /** How many there are, counted no further than `atMost`. */
  count(filter: RunFilter, atMost: number): Promise<number>
  /** The runs that were due since `from`, in stretches of `everyMs`; what has none is left out. */
  tally(options: { readonly from: Date; readonly before: Date; readonly everyMs: number }): Promise<readonly RunTally[]>
  history(id: string): Promise<readonly State[]>
  /**
   * Scheduled runs that are due by the store's clock, taking turns: the one of each deployment (or of each flow, for runs
   * without one) that is due longest, then the second of each. So a thousand runs of one do not hold up the run of another.
   * Runs of a paused deployment's schedules are left out. `pool` narrows them to those that wait in it; null to those that
   * wait in none.
   */
  due(options: {
    readonly limit: number
    readonly flowNames?: readonly string[]
    readonly pool?: string | null
  }): Promise<readonly FlowRun[]>
  /** Scheduled runs of a deployment that have not started, soonest first. */
  upcoming(deploymentId: string): Promise<readonly FlowRun[]>
  /**
   * Removes an ended run and the subflows it called, with their steps, logs and artifacts, also when one of these is the
   * newest of its key. Gives the ids of what is gone.
   *
   * @throws StoreError `store/not-found`; EngineError `engine/transition` when it, or a subflow, has not ended
   */
  delete(id: string): Promise<readonly string[]>
}

/** A step without what it was given and what it gave: enough to draw ten thousand of them. */
export type TaskRunOutline = Pick<
  TaskRun,
  'id' | 'taskName' | 'name' | 'createdAt' | 'startedAt' | 'endedAt' | 'state' | 'runCount'
>

export interface TaskRunStore {
  /** In order of submission. */
  list(runId: string): Promise<readonly TaskRun[]>
  /** The same in outline, for a third of the time. */
  outline(runId: string): Promise<readonly TaskRunOutline[]>
  history(taskRunId: string): Promise<readonly State[]>
  /** Those of all steps of a run, by the id of the step. */
  histories(runId: string): Promise<ReadonlyMap<string, readonly State[]>>
}

export interface TransactionStore {
  /** Those of one run, in the order in which they began. */
  list(runId: string): Promise<readonly TransactionRecord[]>
}

export interface LogStore {
  /**
   * Oldest first, of this `level` and graver, whose message holds the text `contains` (letters of either case). `after` is
   * the number of such lines already seen, `limit` how many follow. `tail` gives the last n instead.
   */
  list(
    runId: string,
    options?: {
      readonly after?: number
      readonly limit?: number
      readonly tail?: number
      readonly level?: LogLevel
      readonly contains?: string
      /** Only among so many lines at the end: looking through a million takes seconds. */
      readonly newest?: number
    },
  ): Promise<readonly LogLine[]>
}

export interface ArtifactStore {
  /** Those of one run, oldest first. */
  listByRun(runId: string): Promise<readonly Artifact[]>
  /** All versions of a key, newest first. */
  versions(key: string): Promise<readonly Artifact[]>
  /** The newest version of every key. */
  latest(): Promise<readonly Artifact[]>
}

export interface CacheStore {
  /** Null also for what has expired by the store's clock. */
  get(key: string): Promise<CacheRecord | null>
  /**
   * Asks for the right to compute a value, in one transaction. Of several that ask at once one is granted it. The claim of
   * a run whose lease has ended or run out is void: nobody waits for a computer that is gone. `anew` computes also what is
   * kept.
   */
  claim(key: string, claimant: CacheClaimant, options?: { readonly anew?: boolean }): Promise<CacheClaim>
  /** Gives the right back without a value: the computation failed. */
  release(key: string, claimant: CacheClaimant): Promise<void>
}

export interface BlockStore {
  get(type: string, name: string): Promise<BlockDocument | null>
  list(type?: string): Promise<readonly BlockDocument[]>
  /** @throws StoreError `store/stale` when the name is taken and `overwrite` is not set */
  save(block: BlockDocument, options?: { readonly overwrite?: boolean }): Promise<void>
  /** False when there was none. */
  delete(type: string, name: string): Promise<boolean>
}

export interface VariableStore {
  get(name: string): Promise<JsonValue | undefined>
  list(): Promise<readonly { readonly name: string; readonly value: JsonValue; readonly updatedAt: string }[]>
  /** @throws StoreError `store/stale` when the name is taken and `overwrite` is not set */
  set(name: string, value: JsonValue, options?: { readonly overwrite?: boolean }): Promise<void>
  unset(name: string): Promise<boolean>
}

export interface DeploymentStore {
  get(flowName: string, name: string): Promise<DeploymentRecord | null>
  getById(id: string): Promise<DeploymentRecord | null>
  list(): Promise<readonly DeploymentRecord[]>
  /** Adds or replaces by flow name and name; the id and `createdAt` of an existing one stay. */
  save(deployment: DeploymentRecord): Promise<DeploymentRecord>
  /** Also removes its runs that have not started. False when there was none. */
  delete(flowName: string, name: string): Promise<boolean>
  /** Removes scheduled runs that have not started: all of them, or those of one schedule. Gives their number. */
  dropScheduled(deploymentId: string, scheduleSlug?: string): Promise<number>
}

/** Who may run what. All of it by the store's own clock, each call one transaction. */
export interface LeaseStore {
  /**
   * Takes up to `limit` runs that are scheduled and due: pending, `epoch + 1`, a lease, a history row.
   * Two workers that ask at once never get the same run. `runIds` narrows the choice. Runs of a paused deployment's
   * schedules wait; one that a person asked for does not. `pool` narrows the choice as `due` does, and gives no run of a pool
   * that is paused or gone, nor more than its concurrency limit leaves. `withinLimits` leaves runs whose deployment has as
   * many others under way as may be at once: two services that look at the same moment do not exceed it together.
   */
  claim(
    worker: WorkerIdentity,
    options: {
      readonly limit: number
      readonly leaseMs: number
      readonly runIds?: readonly string[]
      readonly flowNames?: readonly string[]
      readonly pool?: string | null
      readonly withinLimits?: boolean
    },
  ): Promise<readonly FlowRun[]>
  /** Keeps leases alive. Gives the run ids whose lease was lost: expired and taken over, or ended. */
  beat(held: readonly { readonly runId: string; readonly epoch: number }[], leaseMs: number): Promise<readonly string[]>
  /** Leases that have run out. */
  expired(): Promise<readonly Lease[]>
  /** All live leases. */
  list(): Promise<readonly Lease[]>
  /** Makes leases run out now: those of processes that are known to be gone. */
  expire(runIds: readonly string[]): Promise<void>
}

export interface OutboxStore {
  /** Messages whose next try is due; each is held back for `holdMs`, so that two processes do not both send it. */
  takeDue(limit: number, holdMs: number): Promise<readonly OutboxMessage[]>
  delivered(id: string): Promise<void>
  /** `nextTryAt` null gives the message up. */
  failed(id: string, error: string, nextTryAt: string | null): Promise<void>
  list(options?: {
    readonly runId?: string
    readonly status?: OutboxMessage['status']
  }): Promise<readonly OutboxMessage[]>
}

export interface EventFilter {
  readonly resource?: string
  /** A whole name, or the beginning of one: `run.*`. */
  readonly name?: string
  /** Default 100. */
  readonly limit?: number
}

export interface EventStore {
  /** Newest first. */
  list(filter?: EventFilter): Promise<readonly Event[]>
}

export interface RuleFiringStore {
  /** Newest first; `lasting` gives only those whose condition has not cleared. */
  list(options?: {
    readonly rule?: string
    readonly lasting?: boolean
    readonly limit?: number
  }): Promise<readonly RuleFiring[]>
  get(key: string): Promise<RuleFiring | null>
}

export interface WorkPoolStore {
  get(name: string): Promise<WorkPool | null>
  list(): Promise<readonly WorkPool[]>
  /**
   * The moment of creation of an earlier one stays.
   *
   * @throws StoreError `store/stale` when the name is taken and `overwrite` is not set
   */
  save(pool: WorkPool, options?: { readonly overwrite?: boolean }): Promise<void>
  /** False when there was none. Runs of deployments that go to it wait until there is one of this name again. */
  delete(name: string): Promise<boolean>
  /** How many of its runs a process holds. */
  underWay(name: string): Promise<number>
}

/** The processes that serve, and the workers of pools, by their beats. */
export interface ServerStore {
  /** Says that a process lives, or with `stopping` that it ends in good order. */
  beat(
    worker: WorkerIdentity,
    facts: {
      readonly atOnce: number
      readonly stopping?: boolean
      readonly pool?: string
      readonly name?: string
    },
  ): Promise<void>
  /** Last seen first. */
  list(): Promise<readonly ServerRecord[]>
}

/** What is older than these moments may go. */
export interface Retention {
  /** By the end of the run. With a run go its steps, log, artifacts and messages. */
  readonly runs: Date
  /** By the end of the run whose log it is. */
  readonly logs: Date
  readonly events: Date
}

/** How many of each are gone. */
export interface Forgotten {
  readonly runs: number
  readonly logLines: number
  readonly events: number
  readonly cached: number
  readonly messages: number
  readonly firings: number
  readonly servers: number
}

export interface Store {
  readonly kind: 'memory' | 'sqlite' | 'postgres'
  /** Where it is, without credentials. */
  readonly address: string
  /** The folder for results too large for a row; null keeps them in the row. */
  readonly folder: string | null
  /**
   * Makes all changes or none, in order. Lists handed in at about the same time may share one commit; each of them still
   * succeeds or fails alone. Resolves when the changes are on the disk.
   *
   * @throws StoreError `store/stale` when an epoch does not fit, `store/not-found` for a run that is not there
   * @throws EngineError `engine/transition` for an arrow that the table does not hold
   */
  write(changes: readonly Change[]): Promise<void>
  readonly runs: RunStore
  readonly taskRuns: TaskRunStore
  readonly transactions: TransactionStore
  readonly logs: LogStore
  readonly artifacts: ArtifactStore
  readonly cache: CacheStore
  readonly blocks: BlockStore
  readonly variables: VariableStore
  readonly deployments: DeploymentStore
  readonly leases: LeaseStore
  readonly limits: LimitStore
  readonly outbox: OutboxStore
  readonly events: EventStore
  readonly ruleFirings: RuleFiringStore
  readonly servers: ServerStore
  readonly workPools: WorkPoolStore
  /** Deletes what is old, but for what has not ended and for the newest version of every artifact key. */
  forget(before: Retention): Promise<Forgotten>
  /** The result files, relative to `folder`, that a row still names. */
  keptFiles(): Promise<readonly string[]>
  /** Gives the room of what was deleted back to the disk. Takes a while, and nobody else can write meanwhile. */
  compact(): Promise<void>
  /** The store's clock. */
  now(): Promise<Date>
  /** A text that is another one after anything was written, by whichever process: cheap to ask again and again. */
  revision(): Promise<string>
  /** How much room it takes, without the files beside it; null when it takes none that lasts. */
  sizeBytes(): Promise<number | null>
  close(): Promise<void>
}
