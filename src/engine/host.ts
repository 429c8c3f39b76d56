/**
 * What whoever starts a run lends the engine: a store (or none), the clock, the way to saved connections, and ears for
 * what happens. `src/project` builds one from a project; `src/testing` builds one that fakes time.
 */
import type { Clock } from '../base/clock.ts'
import { systemClock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Io } from '../base/io.ts'
import type { JsonValue } from '../base/json.ts'
import type { AnyBlock } from '../blocks/define.ts'
import type { LogLine } from '../model/log-line.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { RetryPolicy } from '../model/retry.ts'
import type { FlowRun, KeptResult } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { Store, WorkerIdentity } from '../store/store.ts'

export interface Host {
  /** Null: nothing is kept, artifacts are dropped, blocks come from the fallbacks that the flow names. */
  readonly store: Store | null
  readonly clock: Clock
  /** Who claims runs that are started or resumed here. */
  readonly identity: WorkerIdentity
  /** A number in [0, 1): for jitter. */
  readonly random?: () => number
  /** Aborts every run of this host; the reason says why (see `stop.ts`). */
  readonly signal?: AbortSignal
  /** How long a claim made here lasts without a beat. Default 30 s. */
  readonly leaseMs?: number
  /**
   * False when no timer shall renew the leases of runs that the engine claims itself: those it starts, and subflows. For
   * tests with a clock of their own. The lease of a run handed to `executeRun` is its worker's to renew.
   */
  readonly beats?: boolean
  /**
   * Holds a run that the engine claimed itself in place of its own timers: keeps the lease, and calls `stop` when the run
   * is lost or shall end. For a process that is watched by another, whose timers no flow can block. Gives the way to let go.
   */
  readonly holdElsewhere?: (run: HeldRun, stop: (reason: unknown) => void) => () => void
  /** For tests only: how long slots last without a renewal, in place of what their holder asks for. */
  readonly slotLeaseMs?: number
  /**
   * How long a body that is asked to stop may take to notice, in real milliseconds; then it is left to itself. Default 10 s.
   * Infinity where somebody else ends the process.
   */
  readonly cancelGraceMs?: number
  /** Whether a process that holds a lease is known to be gone. Without it only the lease's end tells. */
  readonly isGone?: (worker: WorkerIdentity) => boolean
  /** Keeps results that are too large for a row. Without it they stay in the row. */
  readonly results?: ResultKeeper
  /** The key that opens sealed values of saved blocks; asked for only when there are any. */
  readonly sealingKey?: () => Uint8Array | Promise<Uint8Array>
  /** Values in place of those of a saved block: the sandbox, a test. Undefined: the usual way. */
  readonly settingsInstead?: (block: AnyBlock, name: string) => unknown
  /** A client in place of one that a block opens: a stub. It stays its owner's to close. Undefined: the usual way. */
  readonly openInstead?: (block: AnyBlock, name: string, io: Io) => unknown
  /** An undici dispatcher for every client that is opened. */
  readonly dispatcher?: Io['dispatcher']
  /** A folder of the run's own, the same when it is resumed; the engine asks once and only when the flow does. */
  readonly workDir?: (run: FlowRun) => string
  /** What the outcome of a run has to tell; written in the same transaction as the state. */
  readonly messages?: (run: FlowRun, state: State) => Promise<readonly OutboxMessage[]>
  /** The work pool that runs here were taken from; undefined for any other process. */
  readonly workPool?: string
  /** For tasks that say nothing about retries. */
  readonly defaultRetry?: RetryPolicy
  readonly onLog?: (line: LogLine, where: RunPlace) => void
  readonly onProgress?: (progress: RunProgress) => void
  /** Every new state of a run or a step, after it was written. */
  readonly onState?: (state: State, where: RunPlace) => void
  /**
   * For tests only: called at named points so that a test can end the process, or the engine, exactly there. The engine
   * waits for what it returns.
   */
  readonly at?: (point: KillPoint, where: RunPlace) => void | Promise<void>
}

/** A run that a process holds the lease of. */
export type HeldRun = Pick<FlowRun, 'id' | 'epoch'>

/** Where in a run something happened. */
export interface RunPlace {
  readonly run: FlowRun
  readonly step: { readonly id: string; readonly name: string; readonly taskName: string } | null
}

export interface RunProgress extends RunPlace {
  readonly done: number
  readonly total: number | null
  readonly unit: string
}

/** Keeps what does not fit into a row: written and synced before the row that names it. */
export interface ResultKeeper {
  keep(value: JsonValue, text: string): Promise<KeptResult>
  /** @throws StoreError `store/not-found` or `store/damaged` when the file is gone or another one */
  load(kept: KeptResult): Promise<JsonValue>
}

/**
 * - `run-claimed`: the run is ours, nothing of it has happened
 * - `before-body`: a step is recorded as running, its body has not begun
 * - `after-body`: the body is done, its result is not recorded
 * - `step-recorded`: the result is recorded, whoever waits for it does not know yet
 * - `before-commit`: the body of a transaction is done, that it is committed is not recorded
 * - `rolled-back`: what a step did is undone, that it is is not recorded
 * - `before-end`: the flow's body is done, the end is not recorded
 * - `run-ended`: the end is recorded, hooks have not run
 */
export type KillPoint =
  | 'run-claimed'
  | 'before-body'
  | 'after-body'
  | 'step-recorded'
  | 'before-commit'
  | 'rolled-back'
  | 'before-end'
  | 'run-ended'

/** For flows and tasks that are called with nothing around them: nothing is kept. */
export const nothingAround: Host = {
  store: null,
  clock: systemClock,
  identity: { workerId: newId(), pid: process.pid, bootId: '', hostName: '' },
}
