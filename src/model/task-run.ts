/** A task run: one step of a flow run, and its checkpoint. Acknowledged as completed means: never run again. */
import type { Failure } from '../base/failure.ts'
import type { KeptResult } from './run.ts'
import type { State } from './state.ts'

export interface TaskRun {
  readonly id: string
  readonly runId: string
  readonly taskName: string
  /** Task name and number: "fetch-gdp-3". */
  readonly name: string
  /** The step's key within its run: stable over resumes, whatever the order of execution. */
  readonly key: string
  /** In order of submission, from 0. */
  readonly ordinal: number
  /** Canonical hash of the input; a resumed step is reused only when it still agrees. */
  readonly inputHash: string | null
  readonly version: string | null
  readonly cacheKey: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly state: State
  readonly runCount: number
  /** How often the process died while this step ran. */
  readonly crashCount: number
  readonly epoch: number
  readonly result: KeptResult | null
  readonly failure: Failure | null
}

/** Whether its result is used no more: a person asked for the step again, or it was rolled back. A newer step bears its key. */
export function isSuperseded({ state }: Pick<TaskRun, 'state'>): boolean {
  return state.type === 'completed' && (state.name === 'Superseded' || state.name === 'RolledBack')
}
