/** Runs one flow of a project here and now, and gathers what it left behind. */
import { toFailure, type Failure } from '../base/failure.ts'
import type { JsonValue } from '../base/json.ts'
import type { LogLevel } from '../base/log.ts'
import type { RetryRunOptions } from '../engine/retry-run.ts'
import { resumeRun, startRun } from '../engine/start-run.ts'
import type { Host } from '../engine/host.ts'
import { questionOf, type Question } from '../model/answer.ts'
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
  readonly onWait?: (wait: StepWait) => void
  /** A run that waits for a person: give it as it is (default), or go on when they have answered. */
  readonly whenSuspended?: 'return' | 'follow'
  readonly host?: Partial<Host>
}

export interface StepWait {
  /** Of which step, or which flow. */
  readonly what: string
  readonly reason: string
  readonly run: FlowRun
  /** What a person is to answer; null for any other wait. */
  readonly question: Question | null
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
  /** Why it did not complete; null when it did, or when it waits for a person. */
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
  const { run, result, error } = await startRun(flow, parameters, {
    host: hostFor(project, options),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.dueAt === undefined ? {} : { dueAt: options.dueAt }),
    ...(options.window === undefined ? {} : { window: options.window }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.whenSuspended === undefined ? {} : { whenSuspended: options.whenSuspended }),
  })
  return await gatherRun(project, run, { result: result as JsonValue | undefined, error })
}

/**
 * Asks for a run again that failed, crashed or was cancelled, and sees it through here.
 *
 * @throws as `retryRun`; nothing has changed then
 */
export async function retryRunHere(
  project: Project,
  ended: FlowRun,
  how: RetryRunOptions,
  options: Omit<RunByNameOptions, 'key' | 'dueAt' | 'window' | 'tags'> = {},
): Promise<RunReport> {
  const flow = await project.flow(ended.flowName)
  const { retryRun } = await import('./run-actions.ts')
  await retryRun(project, ended, how)
  const { run, result, error } = await resumeRun(flow, ended.id, hostFor(project, options), {
    // a serving process may be faster: then it is followed
    whenRunning: 'follow',
    ...(options.whenSuspended === undefined ? {} : { whenSuspended: options.whenSuspended }),
  })
  return await gatherRun(project, run, { result: result as JsonValue | undefined, error })
}

function hostFor(
  project: Project,
  {
    signal,
    onLog,
    onProgress,
    onWait,
    host,
  }: Pick<RunByNameOptions, 'signal' | 'onLog' | 'onProgress' | 'onWait' | 'host'>,
): Host {
  return project.host({
    ...(signal === undefined ? {} : { signal }),
    ...(onLog === undefined ? {} : { onLog: ({ level, message }) => onLog({ level, message }) }),
    ...(onProgress === undefined ? {} : { onProgress: progressTeller(project, onProgress) }),
    ...(onWait === undefined ? {} : { onState: waitTeller(onWait) }),
    ...host,
  })
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
  const isWell = run.state.type === 'completed' || run.state.type === 'paused'
  const failure = isWell ? null : (run.failure ?? (error === undefined ? null : toFailure(error)))
  return { run, result, artifacts, steps, failure }
}

function waitTeller(tell: NonNullable<RunByNameOptions['onWait']>): NonNullable<Host['onState']> {
  return (state, { run, step }) => {
    const { reason } = state.details
    if (reason !== undefined) tell({ what: step?.name ?? run.flowName, reason, run, question: questionOf(state) })
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
