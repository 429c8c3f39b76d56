/** Values that were kept under a cache key: found, or to be computed by one caller while the others wait. */
import { cacheForMs, cacheKey } from '../model/cache-key.ts'
import type { KeptResult } from '../model/run.ts'
import type { CacheRecord } from '../store/store.ts'
import type { TaskContext } from './context.ts'
import type { RunScope } from './run-scope.ts'
import type { TaskCore } from './task-core.ts'

export interface CacheEntry {
  readonly key: string
  /** A live one; null when the body has to run. */
  readonly record: CacheRecord | null
  /** The record for a new value. */
  recordFor(result: KeptResult, taskRunId: string): CacheRecord
  /** Lets the next caller with the same key look. */
  release(): void
}

/** Keys that a body of this process is computing right now, by the place where values are kept. */
const beingComputed = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Null when the call is not cached. Callers of one process with the same key take turns, so that the second finds what
 * the first has kept.
 *
 * @throws ConfigError `config/params` when the input cannot be hashed
 */
export async function lookUp(
  scope: RunScope,
  core: TaskCore,
  input: unknown,
  context: TaskContext,
): Promise<CacheEntry | null> {
  const { cache } = core
  if (cache === null) return null
  const key = cacheKey(
    cache,
    {
      taskName: core.name,
      input,
      source: core.source(),
      version: core.version,
      runId: scope.run.id,
      flowParameters: scope.run.parameters,
    },
    context,
  )
  if (key === null) return null

  const place = scope.host.store ?? scope.cache
  const release = await takeTurn(place, key)
  const now = scope.host.clock.now()
  const found = cache.refresh === true ? null : await find(scope, key)
  const live = found !== null && (found.expiresAt === null || Date.parse(found.expiresAt) > now.getTime())
  return {
    key,
    record: live ? found : null,
    recordFor(result, taskRunId) {
      const at = scope.host.clock.now()
      const forMs = cacheForMs(cache)
      const expiresAt = forMs === null ? null : new Date(at.getTime() + forMs).toISOString()
      return { key, result, taskRunId, createdAt: at.toISOString(), expiresAt }
    },
    release,
  }
}

async function find(scope: RunScope, key: string): Promise<CacheRecord | null> {
  return (await scope.host.store?.cache.get(key)) ?? scope.cache.get(key) ?? null
}

async function takeTurn(place: object, key: string): Promise<() => void> {
  let turns = beingComputed.get(place)
  if (turns === undefined) beingComputed.set(place, (turns = new Map()))
  for (let before = turns.get(key); before !== undefined; before = turns.get(key)) await before
  let done: () => void = () => {}
  turns.set(key, new Promise((resolve) => (done = resolve)))
  return () => {
    turns.delete(key)
    done()
  }
}
