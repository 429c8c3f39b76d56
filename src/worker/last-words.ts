/** What a process said last about a run, for the case that it dies before the store has heard of it. */
import type { LogLine } from '../model/log-line.ts'
import type { Store } from '../store/store.ts'

export interface LastWords {
  /** A line of the run's log, as it was written. */
  logged(line: LogLine): void
  /** A line that the process printed. */
  printed(line: string, from: 'stdout' | 'stderr', at: Date): void
  /** What the store does not have yet of this run's lines; what was printed counts as the run's that was executed. */
  missingIn(store: Store, runId: string): Promise<readonly LogLine[]>
}

/** More than a second's worth of lines: so long a line may wait before it is stored. */
const LINES_KEPT = 200

export function lastWordsOf(runId: string): LastWords {
  let lines: LogLine[] = []
  const keep = (line: LogLine) => {
    lines.push(line)
    if (lines.length > 2 * LINES_KEPT) lines = lines.slice(-LINES_KEPT)
  }
  return {
    logged: keep,
    printed(text, from, at) {
      const level = from === 'stderr' ? 'warn' : 'info'
      keep({ runId, taskRunId: null, at: at.toISOString(), level, message: `${from}: ${text}` })
    },
    async missingIn(store, of) {
      const stored = new Set((await store.logs.list(of, { tail: 2 * LINES_KEPT })).map(asText))
      return lines.slice(-LINES_KEPT).filter((line) => line.runId === of && !stored.has(asText(line)))
    },
  }
}

function asText({ at, level, taskRunId, message }: LogLine): string {
  return JSON.stringify([at, level, taskRunId, message])
}
