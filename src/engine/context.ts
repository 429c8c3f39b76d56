/** The abilities a body is handed. What it can do stands in its second argument, not in the air. */
import type { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { systemClock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { JsonValue } from '../base/json.ts'
import { silentLog, type Log } from '../base/log.ts'
import { ConfigError } from '../base/errors.ts'
import type { Block } from '../blocks/define.ts'
import type { ArtifactDraft } from '../model/artifact.ts'
import type { FlowRun } from '../model/run.ts'
import { takeTokens, withSlots, type SlotOptions, type TokenOptions } from './limits.ts'
import type { OpenOptions } from './open-block.ts'
import { openBlock } from './open-block.ts'
import type { Frame } from './runtime-info.ts'
import { bareTransaction, transaction, type Transaction, type TransactionOptions } from './transaction.ts'
import type { Waits } from './waits.ts'
import { temporaryFolder, workDirOf } from './work-dir.ts'

/** What a flow, a task and a hook can do. */
export interface RunContext {
  /** The moment the run was due: what "last year" and the like are counted from. Not the moment it started. */
  readonly dueAt: Date
  /**
   * Whose data the run is about, half open: what has happened since its schedule's moment before this one. A day at a clock
   * change has 23 or 25 hours. Null for a run without a schedule that was given no window.
   */
  readonly window: { readonly fromAt: Date; readonly toAt: Date } | null
  /** Aborts when the run is cancelled, its process goes away, or the time of the body is up. */
  readonly signal: AbortSignal
  readonly log: Log
  readonly clock: Clock
  readonly runId: string
  /** For people, like "brave-otter". */
  readonly runName: string
  /** The same for every attempt of this step, also after a crash: for the other side to know a repeated request by. */
  readonly idempotencyKey: string
  /**
   * A folder of this run's own, the same when it is resumed. Made when first asked for, removed when the run has
   * completed, unless the flow says `keepWorkDir`.
   */
  readonly workDir: string
  /**
   * A client of a saved connection, opened once per run and closed at its end.
   *
   * @throws ConfigError `config/block-missing`, `config/block-invalid`
   */
  open<Schema extends z.ZodType, Client>(
    block: Block<Schema, Client>,
    name: string,
    options?: OpenOptions,
  ): Promise<Awaited<Client>>
  /** Makes a value visible; resolves to its id, or to null when there is no store to keep it. */
  publish(artifact: ArtifactDraft): Promise<string | null>
  /** Progress for whoever watches; as often as you like. */
  progress(done: number, total?: number | null, unit?: string): void
  /** A variable of the store; `orElse`, or null, when there is none. */
  variable<T extends JsonValue = null>(name: string, options?: { readonly orElse: T }): Promise<JsonValue | T>
  /** The run did its work but not all is well: it ends `completed`, named CompletedWithErrors, with this message. */
  warn(message: string): void
  /**
   * Does the work while it holds slots of a limit, over all runs and processes of the store; waits until they are free,
   * oldest first. The work is given a signal that also aborts when slots are lost and `strict` was asked for.
   *
   * Inside of a task the place among the tasks under way is left to others while it waits.
   *
   * @throws ConfigError `config/limit-missing`, `config/limit-too-small`; EngineError `engine/slots-lost`
   * @example await ctx.withSlots('dhis2-api', 1, () => client.push(rows), { createIfMissing: 2 })
   */
  withSlots<T>(
    name: string,
    slots: number,
    work: (signal: AbortSignal) => T | Promise<T>,
    options?: SlotOptions,
  ): Promise<T>
  /**
   * Waits until a rate has a token (or several) to give: for what may be done only so often.
   *
   * @throws ConfigError `config/limit-missing`, `config/limit-too-small`
   * @example await ctx.takeTokens('cds', 1, { createIfMissing: { tokens: 10, perMs: MINUTE } })
   */
  takeTokens(name: string, tokens?: number, options?: TokenOptions): Promise<void>
  /**
   * Steps that count together or not at all: when the block throws, or its process dies in it, what they did is undone
   * by the `onRollback` of their tasks, last first. Nested ones wait for the outermost. A subflow is a run of its own and
   * no part of it.
   *
   * @throws whatever the block throws, and what an `onCommit` throws
   * @example await ctx.transaction(async (t) => { t.set('batch', id); await writeRows(rows); await checkRows(id) })
   */
  transaction<T>(body: (transaction: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Waits on the lent clock; ends early with the run. In the body of a flow, five minutes and more are kept like
   * `sleepUntil`.
   */
  sleep(ms: number): Promise<void>
}

/** What only the body of a flow can do: wait for a person, or for a moment far away. */
export interface FlowContext extends RunContext, Waits {}

export interface TaskContext extends RunContext {
  /** From 1. */
  readonly attempt: number
}

export function contextOf(frame: Frame, attempt: number): TaskContext {
  const { scope, step } = frame
  let log: Log | undefined
  return {
    attempt,
    dueAt: new Date(scope.run.dueAt),
    window: windowOf(scope.run),
    signal: frame.signal,
    get log() {
      log ??= scope.log(step)
      return log
    },
    clock: scope.host.clock,
    runId: scope.run.id,
    runName: scope.run.name,
    idempotencyKey: step === null ? scope.run.id : `${scope.run.id}/${step.key}`,
    get workDir() {
      return workDirOf(scope)
    },
    open: (block, name, options) => openBlock(frame, block, name, options ?? {}),
    publish: (draft) => publish(frame, draft),
    progress(done, total = null, unit = 'items') {
      scope.host.onProgress?.({ ...scope.place(step), done, total, unit })
    },
    async variable(name, options) {
      const value = await scope.host.store?.variables.get(name)
      return value === undefined ? (options?.orElse ?? null) : value
    },
    warn(message) {
      scope.warnings.push(message)
      scope.log(step).warn(message)
    },
    withSlots: (name, slots, work, options) => withSlots(frame, name, slots, work, options),
    takeTokens: (name, tokens = 1, options) => takeTokens(frame, name, tokens, options),
    transaction: (body, options = {}) =>
      transaction(frame, body, options, (place) =>
        contextOf(place, place.step === null ? scope.run.runCount : attempt),
      ),
    sleep: (ms) => scope.host.clock.sleep(ms, frame.signal),
  }
}

/** For a body that is called bare (`fn`): it has a clock and a signal, and nothing is kept. */
export function bareContext(given: Partial<TaskContext> = {}): TaskContext {
  const runId = newId()
  return {
    attempt: 1,
    dueAt: systemClock.now(),
    window: null,
    signal: new AbortController().signal,
    log: silentLog,
    clock: systemClock,
    runId,
    runName: 'no run',
    idempotencyKey: runId,
    get workDir() {
      return temporaryFolder(runId)
    },
    open: (block, name) =>
      Promise.reject(
        new ConfigError('config/block-missing', `there is no run to open the ${block.slug} block "${name}" for`, {
          hint: 'hand the bare function a context with an open of your own',
        }),
      ),
    publish: () => Promise.resolve(null),
    progress: () => {},
    variable: (_, options) => Promise.resolve(options?.orElse ?? null),
    warn: () => {},
    withSlots: async (_name, _slots, work) => await work(given.signal ?? new AbortController().signal),
    takeTokens: () => Promise.resolve(),
    transaction: async (body) => await body(bareTransaction()),
    sleep: (ms) => systemClock.sleep(ms),
    ...given,
  }
}

/** The same for the body of a flow: nobody can be asked, and a sleep is a plain one. */
export function bareFlowContext(given: Partial<FlowContext> = {}): FlowContext {
  const nobody = () =>
    Promise.reject(
      new ConfigError('config/setting', 'there is no run that could wait for a person', {
        hint: 'hand the bare function a context that answers, for example { waitForApproval: async () => … }',
      }),
    )
  return Object.assign(bareContext(), {
    pause: nobody,
    suspend: nobody,
    waitForApproval: nobody,
    sleepUntil: (moment: Date) => systemClock.sleep(moment.getTime() - systemClock.now().getTime()),
    ...given,
  })
}

async function publish({ scope, step }: Frame, draft: ArtifactDraft): Promise<string | null> {
  const { store, clock } = scope.host
  if (store === null) return null
  const at = clock.now()
  const artifact = {
    ...draft,
    id: newId(at.getTime()),
    runId: scope.run.id,
    taskRunId: step?.source.id ?? null,
    createdAt: at.toISOString(),
  }
  await scope.recorder.write([
    { kind: 'run-patched', runId: scope.run.id, epoch: scope.run.epoch, patch: {} },
    { kind: 'artifact', artifact },
  ])
  return artifact.id
}

function windowOf({ window }: FlowRun): RunContext['window'] {
  return window === null ? null : { fromAt: new Date(window.fromAt), toAt: new Date(window.toAt) }
}
