/** One line of a run's log. */
import type { LogLevel } from '../base/log.ts'

export interface LogLine {
  readonly runId: string
  readonly taskRunId: string | null
  readonly at: string
  readonly level: LogLevel
  readonly message: string
}
