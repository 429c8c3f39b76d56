/** The steps of a run that are known from before: what a resumed run need not do again. */
import { ConfigError } from '../base/errors.ts'
import { isSuperseded, type TaskRun } from '../model/task-run.ts'
import type { TransactionRecord } from '../model/transaction.ts'

export interface StepTable {
  /** The transactions that are known from before, by their key. */
  readonly transactions: Map<string, TransactionRecord>
  /** The newest step with this key. */
  find(key: string): TaskRun | undefined
  remember(taskRun: TaskRun): void
  /** Whether a person asked for the step anew that used the value kept under this cache key at that moment. */
  isToBeAnew(cacheKey: string, keptAt: string): boolean
  /** Its result is used no more. */
  forget(key: string): void
  /** Whether other steps were called within this one, as far as is known from before. */
  isAroundOthers(key: string): boolean
  /** Whether, as far as is known from before, any step completed after this moment. */
  hasProgressSince(at: string): boolean
  /** The place of the next step in order of submission. */
  nextOrdinal(): number
  /** "fetch-gdp-3": the fourth run of the task in this flow run. */
  nextName(taskName: string): string
}

export function createStepTable(
  known: readonly TaskRun[] = [],
  transactions: readonly TransactionRecord[] = [],
): StepTable {
  const byKey = new Map<string, TaskRun>()
  const numbers = new Map<string, number>()
  const anewSince = new Map<string, string>()
  let lastDoneAt = ''
  let ordinal = 0
  for (const taskRun of known) {
    if (!isSuperseded(taskRun)) byKey.set(taskRun.key, taskRun)
    else if (taskRun.cacheKey !== null) anewSince.set(taskRun.cacheKey, taskRun.state.at)
    numbers.set(taskRun.taskName, (numbers.get(taskRun.taskName) ?? 0) + 1)
    ordinal = Math.max(ordinal, taskRun.ordinal + 1)
    const { endedAt } = taskRun
    if (taskRun.state.type === 'completed' && endedAt !== null && endedAt > lastDoneAt) lastDoneAt = endedAt
  }
  return {
    transactions: new Map(transactions.map((each) => [each.key, each])),
    find: (key) => byKey.get(key),
    isToBeAnew: (cacheKey, keptAt) => keptAt <= (anewSince.get(cacheKey) ?? ''),
    isAroundOthers: (key) => [...byKey.keys()].some((other) => other.startsWith(`${key}/`)),
    hasProgressSince: (at) => lastDoneAt > at,
    remember: (taskRun) => void byKey.set(taskRun.key, taskRun),
    forget: (key) => void byKey.delete(key),
    nextOrdinal() {
      ordinal += 1
      return ordinal - 1
    },
    nextName(taskName) {
      const number = numbers.get(taskName) ?? 0
      numbers.set(taskName, number + 1)
      return `${taskName}-${number}`
    },
  }
}

/**
 * The key of a step: stable over resumes, whatever the order in which things happen.
 *
 * Explicit keys name a step outright. Otherwise it is known by its input and by how many like it came before; a step
 * called by another step is known within that one, so that a second attempt of the outer finds its inner ones again.
 */
export function stepKey(
  taskName: string,
  within: { readonly key: string | null; readonly seen: Map<string, number> },
  mark: { readonly explicit: string } | { readonly inputHash: string },
): { readonly key: string; readonly isRepeated: boolean } {
  const isExplicit = 'explicit' in mark
  // 64 bits tell the inputs of one run apart; the full digest is compared beside the key
  const base = isExplicit ? `${taskName}:${mark.explicit}` : `${taskName}#${mark.inputHash.slice(0, 16)}`
  const before = within.seen.get(base) ?? 0
  within.seen.set(base, before + 1)
  const number = isExplicit && before === 0 ? '' : `#${before}`
  return { key: `${within.key === null ? '' : `${within.key}/`}${base}${number}`, isRepeated: isExplicit && before > 0 }
}

/** An explicit key names one step: the second one that bears it cannot be told from the first when the run is resumed. */
export function keyUsedTwice(taskName: string, key: string): ConfigError {
  return new ConfigError('config/params', `two calls of ${taskName} in one body have the key "${key}"`, {
    hint: 'give each call a key of its own, or none',
  })
}
