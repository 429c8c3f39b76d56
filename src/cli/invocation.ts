/** What every command is given. */
import type { Settings } from '../base/settings.ts'
import type { Output } from './output.ts'

export interface Invocation {
  readonly output: Output
  readonly settings: Settings
  /** The folder the command was called in. */
  readonly cwd: string
  /** `--project`, when given. */
  readonly projectFolder: string | undefined
  /** `--store`, when given. */
  readonly store: string | undefined
  readonly version: string
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal
}
