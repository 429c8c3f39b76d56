/** One transaction while it is under way: what it has staged, and what it waits for. */
import type { JsonValue } from '../base/json.ts'
import type { TransactionRecord, TransactionState } from '../model/transaction.ts'
import type { Change } from '../store/store.ts'
import { Future } from './future.ts'
import type { RunScope } from './run-scope.ts'
import type { TaskRunInfo } from './runtime-info.ts'
import type { TaskCore } from './task-core.ts'

/** A step that counts when the transaction does. */
export interface StagedStep {
  readonly core: TaskCore
  readonly run: TaskRunInfo
  readonly key: string
  readonly result: unknown
  /** False for a value from the cache: nothing was done that could be undone. */
  readonly wasRun: boolean
  /** The value that others may use from the commit on; null when the task is not cached. */
  readonly cached: (() => Change) | null
  readonly within: TransactionScope
}

export interface TransactionScope {
  readonly key: string
  readonly parent: TransactionScope | null
  readonly data: Map<string, JsonValue>
  /** Whether its steps still wait for its end. */
  isOpen(): boolean
  readonly state: TransactionState
  /** In the order in which they were completed, those of nested ones included. */
  readonly staged: Map<string, StagedStep>
  /** Nested ones that wait for this one. */
  readonly children: TransactionScope[]
  /** Waits for steps and nested ones that were begun and not awaited. @throws the first failure of a step that nobody saw */
  settle(): Promise<void>
  nest(transaction: Promise<unknown>): void
  begin(future: Future<unknown>): void
  ended(future: Future<unknown>, failure: { readonly error: unknown } | null): void
  /** As the store is to know it, itself and the nested ones that wait for it. */
  become(state: TransactionState): readonly Change[]
}

export function createTransactionScope(
  scope: RunScope,
  key: string,
  parent: TransactionScope | null,
  known: TransactionRecord | undefined,
): TransactionScope {
  // one that was rolled back begins with nothing
  const earlier = known?.state === 'rolled-back' ? undefined : known
  const createdAt = earlier?.createdAt ?? scope.host.clock.now().toISOString()
  const data = new Map<string, JsonValue>([...(parent?.data ?? []), ...Object.entries(earlier?.data ?? {})])
  const underWay = new Set<Future<unknown>>()
  const nested = new Set<Promise<void>>()
  const failed: { readonly future: Future<unknown>; readonly error: unknown }[] = []
  const children: TransactionScope[] = []
  let state: TransactionState = 'active'

  return {
    key,
    parent,
    data,
    staged: new Map(),
    children,
    get state() {
      return state
    },
    isOpen: () => state === 'active',
    async settle() {
      while (underWay.size > 0 || nested.size > 0) {
        await Promise.all([...nested, ...[...underWay].map((future) => Future.peek(future))])
      }
      const unseen = failed.find(({ future }) => !future.isHandled)
      if (unseen === undefined) return
      Future.markHandled(unseen.future)
      throw unseen.error
    },
    nest(transaction) {
      const ended = transaction.then(
        () => void nested.delete(ended),
        // whoever called it is told
        () => void nested.delete(ended),
      )
      nested.add(ended)
    },
    begin: (future) => void underWay.add(future),
    ended(future, failure) {
      underWay.delete(future)
      if (failure !== null) failed.push({ future, error: failure.error })
    },
    become(next) {
      state = next
      const at = scope.host.clock.now().toISOString()
      const transaction: TransactionRecord = {
        runId: scope.run.id,
        key,
        state,
        data: Object.fromEntries(data),
        createdAt,
        endedAt: state === 'committed' || state === 'rolled-back' ? at : null,
      }
      scope.steps.transactions.set(key, transaction)
      const own: Change = { kind: 'transaction', runId: scope.run.id, epoch: scope.run.epoch, transaction }
      const isEnd = state === 'committed' || state === 'rolled-back'
      return [...(isEnd ? children.flatMap((child) => child.become(next)) : []), own]
    },
  }
}
