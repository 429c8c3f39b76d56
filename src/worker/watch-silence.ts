/** Asks a process now and then whether it is there, and says so when it does not answer for long. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { LogLine } from '../model/log-line.ts'
import type { FlowRun } from '../model/run.ts'
import type { Store } from '../store/store.ts'

export interface SilenceOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly unresponsiveMs: number
  readonly ping: () => void
}

export interface SilenceWatch {
  /** A message came. */
  heard(): void
  stop(): void
}

/** Questions within the time that it takes to be reported. */
const PINGS = 5

/** A process that does not answer may be computing: it is reported once, in the log of its run and of the service, and not ended. */
export function watchSilence(run: FlowRun, { store, clock, log, unresponsiveMs, ping }: SilenceOptions): SilenceWatch {
  let heardAtMs = clock.monotonicMs()
  let isReported = false
  const report = (level: 'warn' | 'info', message: string) => {
    log[level](`run ${run.name} of ${run.flowName} ${message}`)
    const line: LogLine = { runId: run.id, taskRunId: null, at: clock.now().toISOString(), level, message }
    store
      .write([
        { kind: 'run-patched', runId: run.id, epoch: run.epoch, patch: {} },
        { kind: 'logs', lines: [line] },
      ])
      .catch(() => {}) // the service has said it, and a lost run is found by its beat
  }
  const timer = setInterval(() => {
    ping()
    const silentMs = clock.monotonicMs() - heardAtMs
    if (isReported || silentMs < unresponsiveMs) return
    isReported = true
    report('warn', `is unresponsive: nothing was heard of its process for ${Math.round(silentMs / 1_000)} s`)
  }, unresponsiveMs / PINGS).unref()
  return {
    heard() {
      heardAtMs = clock.monotonicMs()
      if (!isReported) return
      isReported = false
      report('info', 'answers again')
    },
    stop: () => clearInterval(timer),
  }
}
