/**
 * Values that were kept under a cache key: found, or to be computed by one caller while the others wait.
 *
 * Callers of one process take turns; between processes the store says whose turn it is. Its claim lasts as long as the
 * lease of the run, so that nobody waits for a computer that is gone. It ends with the computing step also within a
 * transaction, whose values others see at its commit: kept until then, two transactions could wait for each other for
 * ever. Computing a value twice is cheaper.
 */
import { EngineError } from '../base/errors.ts'
import { cacheForMs, cacheKey } from '../model/cache-key.ts'
import type { KeptResult } from '../model/run.ts'
import type { CacheClaimant, CacheRecord, Change, Store } from '../store/store.ts'
import type { TaskContext } from './context.ts'
import type { RunScope } from './run-scope.ts'
import type { TaskCore } from './task-core.ts'

export interface CacheEntry {
  readonly key: string
  /** A live one; null when the body has to run. */
  readonly record: CacheRecord | null
  /** What is written with the new value; others have it in the same moment. */
  keep(result: KeptResult, taskRunId: string | null): Change
  /** Lets the next caller with the same key look. Never throws. */
  release(): Promise<void>
}

/** 50, 100, 200 … 1,000 ms: soon after a short computation, and seldom during a long one. */
const FIRST_LOOK_AFTER_MS = 50
const LOOK_EVERY_MS = 1_000

/** Keys that a body of this process is computing right now, by the place where values are kept. */
const beingComputed = new WeakMap<object, Map<string, Turn>>()

interface Turn {
  /** The step that computes: its run and its path within. */
  readonly step: string
  readonly done: Promise<void>
}

/**
 * Null when the call is not cached. Waits while somebody else computes the same value, here or elsewhere.
 *
 * @throws ConfigError `config/params` when the input cannot be hashed
 * @throws EngineError `engine/standstill` when its own body asks for it
 */
export async function lookUp(
  scope: RunScope,
  core: Pick<TaskCore, 'name' | 'version' | 'cache' | 'source'>,
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

  const forMs = cacheForMs(cache)
  let anew = cache.refresh === true
  const { store, clock } = scope.host
  const claimant: CacheClaimant = { runId: scope.run.id, epoch: scope.run.epoch }
  const isAlone = cache.isolation !== 'read-committed'
  const endTurn = isAlone ? await takeTurn(store ?? scope.cache, key, core.name, context.idempotencyKey) : () => {}
  let isClaimed = false
  try {
    let record = anew ? null : await find(scope, key)
    if (record !== null && scope.steps.isToBeAnew(key, record.createdAt)) {
      record = null
      anew = true
    }
    if (record === null && isAlone && store !== null) {
      record = await claim(store, key, claimant, { anew, core, context })
      isClaimed = record === null
    }
    return {
      key,
      record,
      keep(result, taskRunId) {
        const at = clock.now()
        const expiresAt = forMs === null ? null : new Date(at.getTime() + forMs).toISOString()
        const kept = { key, result, taskRunId, createdAt: at.toISOString(), expiresAt }
        if (store === null) scope.cache.set(key, kept)
        if (!isClaimed) return { kind: 'cache', record: kept }
        isClaimed = false
        return { kind: 'cache', record: kept, claimedBy: claimant }
      },
      async release() {
        // a claim that cannot be given back ends with the lease of the run
        if (isClaimed) await store?.cache.release(key, claimant).catch(() => {})
        isClaimed = false
        endTurn()
      },
    }
  } catch (error) {
    endTurn()
    throw error
  }
}

async function find(scope: RunScope, key: string): Promise<CacheRecord | null> {
  const { store, clock } = scope.host
  const found = store === null ? (scope.cache.get(key) ?? null) : await store.cache.get(key)
  const isLive = found !== null && (found.expiresAt === null || Date.parse(found.expiresAt) > clock.now().getTime())
  return isLive ? found : null
}

interface ClaimOptions {
  readonly anew: boolean
  readonly core: Pick<TaskCore, 'name'>
  readonly context: TaskContext
}

/** Null: the value is ours to compute. Otherwise somebody else has computed it meanwhile. */
async function claim(
  store: Store,
  key: string,
  claimant: CacheClaimant,
  { anew, core, context }: ClaimOptions,
): Promise<CacheRecord | null> {
  for (let looks = 0; ; looks += 1) {
    const claimed = await store.cache.claim(key, claimant, { anew })
    if (claimed.kind === 'granted') return null
    if (claimed.kind === 'kept') return claimed.record
    if (looks === 0) context.log.info(`waits for run ${claimed.runName}, which computes the same value of ${core.name}`)
    await context.sleep(Math.min(FIRST_LOOK_AFTER_MS * 2 ** looks, LOOK_EVERY_MS))
  }
}

/** @throws EngineError `engine/standstill` for a step within the one whose value it asks for */
async function takeTurn(place: object, key: string, taskName: string, step: string): Promise<() => void> {
  let turns = beingComputed.get(place)
  if (turns === undefined) beingComputed.set(place, (turns = new Map<string, Turn>()))
  for (let before = turns.get(key); before !== undefined; before = turns.get(key)) {
    if (step.startsWith(`${before.step}/`)) {
      throw new EngineError('engine/standstill', `${taskName} waits for a cached value that it is itself computing`, {
        hint: 'a body that calls its own task must give it another input, or its bare function: fn(…)',
      })
    }
    await before.done
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  turns.set(key, { step, done: promise })
  return () => {
    turns.delete(key)
    resolve()
  }
}
