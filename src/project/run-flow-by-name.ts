/** Runs one flow of a project here and now, and gathers what it left behind. */
import { toFailure, type Failure } from '../base/failure.ts'
import type { JsonValue } from '../base/json.ts'
import type { LogLevel } from '../base/log.ts'
import { startRun } from '../engine/start-run.ts'
import type { Host } from '../engine/host.ts'
import type { Artifact } from '../model/artifact.ts'
import type { DataWindow, FlowRun } from '../model/run.ts'
import type { TaskRun } from '../model/task-run.ts'
import { loadResult } from '../store/results.ts'
import type { Project } from './open-project.ts'

export interface RunByNameOptions {
  readonly signal?: AbortSignal
  /** Names the run: one that was cut off is resumed under its key. */
  readonly key?: string
  readonly dueAt?: Date
  readonly window?: DataWindow
  readonly tags?: readonly string[]
  readonly onLog?: (line: { readonly level: LogLevel; readonly message: string }) => void
  readonly onProgress?: (progress: StepProgress) => void
  /** A step, or the flow itself, that waits for something and can say for what. */
  readonly onWait?: (wait: { readonly what: string; readonly reason: string }) => void
  readonly host?: Partial<Host>
}

export interface StepProgress {
  /** Of which step. */
  readonly what: string
  readonly done: number
  readonly total: number | null
  readonly unit: string
  /** Since that step first told of progress. */
  readonly elapsedMs: number
}

export interface RunReport {
  readonly run: FlowRun
  readonly result: JsonValue | undefined
  readonly artifacts: readonly Artifact[]
  readonly steps: readonly TaskRun[]
  /** Why it did not complete; null when it did. */
  readonly failure: Failure | null
}

/** @throws ConfigError `config/params` for a flow that is not there, or parameters it does not take; nothing has run then */
export async function runFlowByName(
  project: Project,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  options: RunByNameOptions = {},
): Promise<RunReport> {
  const flow = await project.flow(name)
  const { signal, onLog, onProgress, onWait } = options
  const host = project.host({
    ...(signal === undefined ? {} : { signal }),
    ...(onLog === undefined ? {} : { onLog: ({ level, message }) => onLog({ level, message }) }),
    ...(onProgress === undefined ? {} : { onProgress: progressTeller(project, onProgress) }),
    ...(onWait === undefined ? {} : { onState: waitTeller(onWait) }),
    ...options.host,
  })
  const { run, result, error } = await startRun(flow, parameters, {
    host,
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.dueAt === undefined ? {} : { dueAt: options.dueAt }),
    ...(options.window === undefined ? {} : { window: options.window }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
  })
  return await gatherRun(project, run, { result: result as JsonValue | undefined, error })
}

/** What a run left behind in the store, and its result. */
export async function gatherRun(
  project: Project,
  run: FlowRun,
  outcome: { readonly result?: JsonValue | undefined; readonly error?: unknown } = {},
): Promise<RunReport> {
  const [artifacts, steps] = await Promise.all([
    project.store.artifacts.listByRun(run.id),
    project.store.taskRuns.list(run.id),
  ])
  const result = outcome.result ?? (run.result === null ? undefined : await loadResult(project.store, run.result))
  const { error } = outcome
  const failure =
    run.state.type === 'completed' ? null : (run.failure ?? (error === undefined ? null : toFailure(error)))
  return { run, result, artifacts, steps, failure }
}

function waitTeller(tell: NonNullable<RunByNameOptions['onWait']>): NonNullable<Host['onState']> {
  return ({ details: { reason } }, { run, step }) => {
    if (reason !== undefined) tell({ what: step?.name ?? run.flowName, reason })
  }
}

function progressTeller(project: Project, tell: (progress: StepProgress) => void): NonNullable<Host['onProgress']> {
  const { clock } = project.host()
  const beganMs = new Map<string, number>()
  return ({ run, step, done, total, unit }) => {
    const what = step?.name ?? run.flowName
    const nowMs = clock.monotonicMs()
    const startMs = beganMs.get(what) ?? nowMs
    beganMs.set(what, startMs)
    tell({ what, done, total, unit, elapsedMs: nowMs - startMs })
  }
}
