/** Answers of a service kept for a while, with the share of calls that this saved. */
import type { Clock } from '../base/clock.ts'
import { canonicalJson, sha256Hex } from '../base/hash.ts'

export interface ResponseCacheOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** An answer older than this is asked for again. Default 300,000, five minutes. */
  readonly ttlMs?: number
  /** When there are more, the oldest are forgotten. Default 1,000. */
  readonly maxEntries?: number
}

export interface CacheStatistics {
  readonly requests: number
  readonly hits: number
  readonly misses: number
  /** Hits as a share of requests; 0 of none. */
  readonly rate: number
}

export interface ResponseCache {
  /**
   * The kept answer, or what `fetch` gives. Two that ask at the same time share one call, and the second counts as a hit.
   * A failure is not kept. Whoever asks gets the same object, so nobody should change it.
   */
  get<T>(
    endpoint: string,
    parameters: Readonly<Record<string, unknown>>,
    fetch: () => Promise<T>,
  ): Promise<{ readonly data: T; readonly wasHit: boolean }>
  statistics(): CacheStatistics
}

const DEFAULT_TTL_MS = 300_000
const DEFAULT_MAX_ENTRIES = 1_000

/** 16 hex digits; the order of the parameters makes no difference. @throws DataError `data/json` for what JSON cannot hold */
export function responseKey(endpoint: string, parameters: Readonly<Record<string, unknown>>): string {
  return sha256Hex(canonicalJson({ endpoint, parameters })).slice(0, 16)
}

export function createResponseCache(options: ResponseCacheOptions): ResponseCache {
  const { clock, ttlMs = DEFAULT_TTL_MS, maxEntries = DEFAULT_MAX_ENTRIES } = options
  const entries = new Map<string, { readonly data: Promise<unknown>; readonly keptAtMs: number }>()
  let requests = 0
  let hits = 0
  return {
    async get<T>(endpoint: string, parameters: Readonly<Record<string, unknown>>, fetch: () => Promise<T>) {
      const key = responseKey(endpoint, parameters)
      const nowMs = clock.monotonicMs()
      requests += 1
      const kept = entries.get(key)
      if (kept !== undefined && nowMs - kept.keptAtMs <= ttlMs) {
        hits += 1
        return { data: (await kept.data) as T, wasHit: true }
      }
      const entry = { data: fetch(), keptAtMs: nowMs }
      entries.delete(key)
      entries.set(key, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break
        entries.delete(oldest)
      }
      try {
        return { data: await entry.data, wasHit: false }
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key)
        throw error
      }
    },
    statistics: () => ({ requests, hits, misses: requests - hits, rate: requests === 0 ? 0 : hits / requests }),
  }
}
