/**
 * Steps that count together or not at all.
 *
 * Each step is recorded when it is done, as ever. Until the transaction commits it is staged: no later run finds its
 * cached value, and when the block throws, or its process dies, what it did is undone by the `onRollback` of its task.
 */
import { ConfigError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import type { JsonValue } from '../base/json.ts'
import type { KeptResult } from '../model/run.ts'
import { lookUp, type CacheEntry } from './cache.ts'
import type { TaskContext } from './context.ts'
import type { DoneStep } from './hooks.ts'
import { keep, loadKept } from './results.ts'
import { rollBack } from './rollback.ts'
import { innermost, withinFrame, type Frame } from './runtime-info.ts'
import { keyUsedTwice, stepKey } from './steps.ts'
import { stopKind } from './stop.ts'
import { createTransactionScope, type TransactionScope } from './transaction-scope.ts'

export interface Transaction {
  /** What this transaction, or the one around it when this one began, has set; null when there is nothing. */
  get(name: string): JsonValue | null
  /** Kept with the transaction, for `onCommit` and `onRollback`, also after a crash. */
  set(name: string, value: JsonValue): void
  /** True in a run that goes on after it was committed, and after `commit()`. */
  isCommitted(): boolean
  /** Commits here and now. What follows in the block is no part of the transaction. */
  commit(): Promise<void>
}

export interface TransactionOptions {
  /**
   * Names the transaction in the store: once it was committed, no run of the flow does its work again, and each is given
   * the value of the block. Runs that come at the same time wait for the first.
   */
  readonly key?: string
  /**
   * - `lazy` (default): a nested transaction waits for the one around it; the outermost commits at its end
   * - `eager`: it commits at its own end, also when it is nested, and stays when the outer one fails
   * - `off`: it is rolled back unless its block calls `commit()`
   */
  readonly commit?: 'lazy' | 'eager' | 'off'
}

type MakeContext = (frame: Frame) => TaskContext

/** @throws whatever the block throws, when its steps are undone; ConfigError `config/params` for a key that is used twice */
export async function transaction<T>(
  outer: Frame,
  body: (transaction: Transaction) => T | Promise<T>,
  options: TransactionOptions,
  makeContext: MakeContext,
): Promise<T> {
  const frame = innermost(outer)
  const { key, isRepeated } = stepKey(
    'transaction',
    frame.within,
    options.key === undefined ? { inputHash: 'block' } : { explicit: options.key },
  )
  if (isRepeated) throw keyUsedTwice('transaction', options.key ?? '')
  const entry = options.key === undefined ? null : await kept(frame, options.key, makeContext)
  try {
    if (entry?.record !== undefined && entry.record !== null) {
      frame.scope.log(frame.step).info(`the transaction "${options.key}" was committed at ${entry.record.createdAt}`)
      return (await loadKept(entry.record.result, key, frame.scope.host.results)) as T
    }
    const done = run({ frame, key, commit: options.commit ?? 'lazy', entry, makeContext }, body)
    frame.transaction?.nest(done)
    return await done
  } finally {
    await entry?.release()
  }
}

/** For a body that is called bare: it holds values, and nothing is undone. */
export function bareTransaction(): Transaction {
  const data = new Map<string, JsonValue>()
  return {
    get: (name) => data.get(name) ?? null,
    set: (name, value) => void data.set(name, value),
    isCommitted: () => false,
    commit: () => Promise.resolve(),
  }
}

interface Running {
  readonly frame: Frame
  readonly key: string
  readonly commit: NonNullable<TransactionOptions['commit']>
  /** Where the value of the block is kept for other runs; null without a key. */
  readonly entry: CacheEntry | null
  readonly makeContext: MakeContext
}

async function run<T>(running: Running, body: (transaction: Transaction) => T | Promise<T>): Promise<T> {
  const { frame, key, commit, entry } = running
  const { scope } = frame
  const known = scope.steps.transactions.get(key)
  const around = frame.transaction?.isOpen() === true ? frame.transaction : null
  const own = createTransactionScope(scope, key, around, known)
  // a resumed run is given the results of what it has committed, and commits nothing twice
  if (known?.state === 'committed') own.become('committed')
  else await scope.recorder.write(own.become('active'))

  const handle: Transaction = {
    get: (name) => own.data.get(name) ?? null,
    set(name, value) {
      own.data.set(name, checked(name, value))
      // a fault of the store stops the run by itself; the next step is recorded behind this
      if (own.isOpen()) void scope.recorder.write(own.become(own.state)).catch(() => {})
    },
    isCommitted: () => own.state === 'committed',
    commit: async () => await commitNow(running, own, null),
  }
  try {
    const within = { key, seen: new Map<string, number>() }
    const value = await withinFrame({ ...frame, within, transaction: own }, async () => await body(handle))
    await own.settle()
    if (!own.isOpen()) await keepValue(running, value)
    else if (commit === 'off') await rollBack(frame, own, 'nobody committed it', running.makeContext)
    else if (commit === 'lazy' && around?.isOpen() === true) await stage(frame, own, around)
    else await commitNow(running, own, entry === null ? null : await keptValue(running, value))
    return value
  } catch (error) {
    await own.settle().catch(() => {}) // the failure that counts is the first
    await unwind(running, own, error)
    throw error
  }
}

/** Committed by hand, or in an earlier attempt: its value is known only now. */
async function keepValue(running: Running, value: unknown): Promise<void> {
  const { frame, entry } = running
  if (entry === null) return
  const kept = await keptValue(running, value)
  if (kept !== null) await frame.scope.recorder.write([entry.keep(kept, null)])
}

/** A block that gives nothing is kept as null: that it was committed is what counts. */
async function keptValue({ frame, key }: Running, value: unknown): Promise<KeptResult | null> {
  return await keep(value === undefined ? null : value, key, frame.scope.host.results)
}

async function stage({ scope }: Frame, own: TransactionScope, around: TransactionScope): Promise<void> {
  await scope.recorder.write(own.become('staged'))
  around.children.push(own)
  for (const [id, step] of own.staged) around.staged.set(id, step)
}

/** Hooks first, then everything that others may see, in one write. */
async function commitNow(running: Running, own: TransactionScope, value: KeptResult | null): Promise<void> {
  const { frame, entry, makeContext } = running
  const { scope } = frame
  if (!own.isOpen()) return
  for (const { core, run, key, result, within } of own.staged.values()) {
    const done: DoneStep<never> = {
      task: core.task,
      run,
      result: result as never,
      get: (name) => within.data.get(name) ?? null,
    }
    for (const hook of core.hooks.onCommit ?? []) {
      const source = { kind: 'task', id: run.id, name: run.name } as const
      const step = { taskName: run.taskName, source, key, runCount: run.runCount, state: scope.run.state }
      await hook(done, makeContext({ ...frame, step, within: { key, seen: new Map() } }))
    }
  }
  await scope.at('before-commit', null)
  const values = [...own.staged.values()].flatMap(({ cached }) => (cached === null ? [] : [cached()]))
  const result = value !== null && entry !== null ? [entry.keep(value, null)] : []
  await scope.recorder.write([...own.become('committed'), ...values, ...result])
}

/** A throw undoes the steps, unless the run goes on elsewhere, or is another process's already. */
async function unwind({ frame, makeContext }: Running, own: TransactionScope, error: unknown): Promise<void> {
  const { scope } = frame
  if (own.state === 'committed' || own.state === 'rolled-back') return
  const stop = scope.signal.aborted ? stopKind(scope.signal.reason) : null
  if (scope.fatal !== null || stop === 'lease-lost') return
  if (stop === 'handed-back' || stop === 'let-go') return await scope.recorder.write(own.become('interrupted'))
  const tidying = rollBack(frame, own, toFailure(error).message, makeContext)
  scope.tidying.add(tidying)
  await tidying.finally(() => scope.tidying.delete(tidying))
}

async function kept(frame: Frame, key: string, makeContext: MakeContext): Promise<CacheEntry | null> {
  const { scope } = frame
  const space = `transaction of ${scope.flow.name}`
  const block = { name: `transaction "${key}"`, version: null, source: () => '', cache: { space, key: () => key } }
  return await lookUp(scope, block, null, makeContext(frame))
}

function checked(name: string, value: JsonValue): JsonValue {
  const text = JSON.stringify(value) as string | undefined
  if (text !== undefined) return JSON.parse(text) as JsonValue
  throw new ConfigError('config/params', `"${name}" was set to a ${typeof value}, which JSON cannot hold`, {
    hint: 'set texts, numbers, true, false, null, or lists and objects of them',
  })
}
