/**
 * Takes runs that are due, keeps their leases alive, and hands them to whoever executes them, a few at a time.
 *
 * Beats come from a timer beside the work. A lease that was lost aborts the run: somebody else has it now.
 */
import type { Clock } from '../base/clock.ts'
import { toFailure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import { cancelledAsWritten, leaseLost } from '../engine/stop.ts'
import type { FlowRun } from '../model/run.ts'
import type { Store, WorkerIdentity } from '../store/store.ts'

export interface WorkerOptions {
  readonly store: Store
  readonly me: WorkerIdentity
  readonly clock: Clock
  readonly log: Log
  /**
   * Runs a claimed run to its end. Never throws for a run that fails; throws when the lease was lost, or the run cannot be
   * recorded.
   */
  readonly execute: (run: FlowRun, signal: AbortSignal) => Promise<unknown>
  /** Called when an execution broke off otherwise than by losing the run: it is nobody's now, until its lease runs out. */
  readonly onBroken?: (run: FlowRun, error: unknown) => Promise<void>
  /** The flows this process knows; runs of others are left alone. */
  readonly flowNames: readonly string[]
  /** Runs at once. Default 5. */
  readonly atOnce?: number
  /** Only runs that wait in this work pool; null: only those that wait in none. Default: wherever they wait. */
  readonly pool?: string | null
  readonly leaseMs?: number
  /** Narrows what may be taken now, for example by the overlap rule; null leaves all. */
  readonly admit?: () => Promise<readonly string[] | null>
}

export interface Worker {
  /** Claims what is due and starts it. Gives the number of runs started. */
  take(): Promise<number>
  /**
   * Renews the leases of the runs under way, and aborts those that are lost. Throws when the store cannot be asked; after
   * a whole lease of that all runs count as lost, because somebody else may have them.
   */
  beat(): Promise<void>
  /** Aborts the runs under way that somebody has asked to stop. */
  heed(): Promise<void>
  /** Resolves when all runs under way have ended. */
  idle(): Promise<void>
  /** Aborts the runs under way with this reason. */
  abort(reason: unknown): void
  readonly running: () => readonly FlowRun[]
}

interface UnderWay {
  readonly run: FlowRun
  readonly abort: AbortController
  readonly done: Promise<void>
  beatenAtMs: number
}

const LEASE_MS = 30_000

export function createWorker(options: WorkerOptions): Worker {
  const { store, me, clock, log, execute, flowNames, atOnce = 5, leaseMs = LEASE_MS } = options
  const underWay = new Map<string, UnderWay>()

  const start = (run: FlowRun) => {
    const abort = new AbortController()
    const done = execute(run, abort.signal)
      .then(() => {})
      .catch(async (error: unknown) => {
        const failure = toFailure(error)
        if (failure.code === 'engine/lease-lost') return log.warn(`run ${run.name} was taken over: ${failure.message}`)
        log.error(`run ${run.name} could not be executed: ${failure.message}`)
        await options.onBroken?.(run, error)
      })
      .catch((error: unknown) => log.warn(`run ${run.name} waits for its lease to end: ${toFailure(error).message}`))
      .finally(() => underWay.delete(run.id))
    underWay.set(run.id, { run, abort, done, beatenAtMs: clock.monotonicMs() })
  }

  return {
    async take() {
      const limit = atOnce - underWay.size
      if (limit <= 0) return 0
      const runIds = (await options.admit?.()) ?? null
      if (runIds?.length === 0) return 0
      const claimed = await store.leases.claim(me, {
        limit,
        leaseMs,
        flowNames,
        withinLimits: true,
        ...(options.pool === undefined ? {} : { pool: options.pool }),
        // as many as there are places, so that their order decides and not which of them is due longest
        ...(runIds === null ? {} : { runIds: runIds.slice(0, limit) }),
      })
      for (const run of claimed) start(run)
      return claimed.length
    },
    async beat() {
      if (underWay.size === 0) return
      const asked = [...underWay.values()]
      let lost: readonly string[]
      try {
        lost = await store.leases.beat(
          asked.map(({ run }) => ({ runId: run.id, epoch: run.epoch })),
          leaseMs,
        )
      } catch (error) {
        const tooLate = asked.filter(({ beatenAtMs }) => clock.monotonicMs() - beatenAtMs > leaseMs)
        for (const { run, abort } of tooLate) abort.abort(leaseLost(run.id, error))
        throw error
      }
      for (const each of asked) {
        if (lost.includes(each.run.id)) each.abort.abort(leaseLost(each.run.id))
        else each.beatenAtMs = clock.monotonicMs()
      }
    },
    async heed() {
      for (const { run, abort } of underWay.values()) {
        const state = (await store.runs.get(run.id))?.state
        if (state?.type === 'cancelling') abort.abort(cancelledAsWritten(state))
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled([...underWay.values()].map(({ done }) => done))
    },
    abort(reason) {
      for (const { abort } of underWay.values()) abort.abort(reason)
    },
    running: () => [...underWay.values()].map(({ run }) => run),
  }
}
