/**
 * The pen of one run: every write goes through here and carries the run's epoch.
 *
 * Log lines wait for the next write and go with it, so that they are in the store before the state that follows them; a
 * timer takes them along when nothing else is written. Once the store says that the run is another process's, nothing
 * more is written, and whoever asks gets `engine/lease-lost`.
 */
import { isToolkitError } from '../base/errors.ts'
import type { LogLine } from '../model/log-line.ts'
import type { Change } from '../store/store.ts'
import type { Host } from './host.ts'
import { patiently } from './patiently.ts'
import { leaseLost } from './stop.ts'

export interface Recorder {
  /** Resolves when the changes are kept; with no store, at once. @throws EngineError `engine/lease-lost` */
  write(changes: readonly Change[]): Promise<void>
  log(line: LogLine): void
  /** Writes waiting log lines; never throws: a lost line ends nothing. */
  flushLogs(): Promise<void>
}

interface Entry {
  readonly changes: readonly Change[]
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const LINES_AT_ONCE = 200
const FLUSH_AFTER_MS = 1_000

export function createRecorder(
  host: Pick<Host, 'store' | 'clock'>,
  held: { readonly runId: string; readonly epoch: number },
  onLost: (error: unknown) => void,
): Recorder {
  const { store, clock } = host
  let lines: LogLine[] = []
  let entries: Entry[] = []
  let timer: NodeJS.Timeout | undefined
  let closedBy: { readonly error: unknown } | undefined

  const taken = (): LogLine[] => {
    clearTimeout(timer)
    timer = undefined
    const all = lines
    lines = []
    return all
  }

  const persist = async (changes: readonly Change[]) => {
    try {
      await patiently(clock, async () => await store?.write(changes))
    } catch (error) {
      if (!isToolkitError(error) || error.code !== 'store/stale') throw error
      const lost = leaseLost(held.runId, error)
      closedBy ??= { error: lost }
      onLost(lost)
      throw lost
    }
  }

  /** What was handed in during one turn of the event loop is one list: steps that end together share a write. */
  const writeTogether = async (entries: readonly Entry[]) => {
    const waiting = taken()
    const logs: readonly Change[] = waiting.length === 0 ? [] : [{ kind: 'logs', lines: waiting }]
    try {
      await persist([...logs, ...entries.flatMap(({ changes }) => changes)])
      for (const { resolve } of entries) resolve()
    } catch (error) {
      lines = [...waiting, ...lines]
      if (entries.length === 1 || closedBy !== undefined) for (const { reject } of entries) reject(error as Error)
      // one of them is refused: each on its own, so that the others are not refused with it
      else for (const entry of entries) await writeTogether([entry])
    }
  }

  const recorder: Recorder = {
    write(changes) {
      if (closedBy !== undefined) return Promise.reject(closedBy.error)
      if (store === null) return Promise.resolve()
      return new Promise((resolve, reject) => {
        if (entries.push({ changes, resolve, reject }) > 1) return
        queueMicrotask(() => {
          const together = entries
          entries = []
          void writeTogether(together)
        })
      })
    },
    log(line) {
      if (store === null || closedBy !== undefined) return
      lines.push(line)
      if (lines.length >= LINES_AT_ONCE) void recorder.flushLogs()
      else timer ??= setTimeout(() => void recorder.flushLogs(), FLUSH_AFTER_MS).unref()
    },
    async flushLogs() {
      if (lines.length === 0 || closedBy !== undefined) return
      const waiting = taken()
      try {
        // an empty patch carries the epoch: a process that lost the run adds no lines to it either
        await persist([
          { kind: 'run-patched', runId: held.runId, epoch: held.epoch, patch: {} },
          { kind: 'logs', lines: waiting },
        ])
      } catch {
        // they go with the next write, or with nothing when the run is lost
        lines = [...waiting, ...lines]
      }
    },
  }
  return recorder
}
