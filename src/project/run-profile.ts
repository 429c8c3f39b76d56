/**
 * Where the time of a run went: per step, per task, along the path that decided how long it took, and in a sentence.
 *
 * The store knows when a step began and ended, not what it needed. The path is therefore found backwards: from the step that
 * ended last to the one that had ended last before it began, and so on. That is the one it waited for, or one that ended
 * at the same time.
 */
import { formatDuration } from '../base/duration.ts'
import type { LogLine } from '../model/log-line.ts'
import type { FlowRun } from '../model/run.ts'
import { isTerminal, type State } from '../model/state.ts'
import type { TaskRun } from '../model/task-run.ts'
import type { Project } from './open-project.ts'

export interface StepProfile {
  readonly step: string
  readonly task: string
  /** Asked for and not begun. */
  readonly queuedMs: number
  /** Between attempts, for a slot of a limit, or for its process to be replaced. */
  readonly waitingMs: number
  readonly runningMs: number
  readonly attempts: number
}

export interface TaskProfile extends Omit<StepProfile, 'step'> {
  readonly runs: number
  /** The most runs of it under way at once. */
  readonly atOnce: number
}

export interface RunProfile {
  /** From its first attempt to its end, or until now. */
  readonly wallMs: number
  /** In which the run was scheduled or paused: for a retry, a sleep, a person. */
  readonly awayMs: number
  /** In which no step was under way: the code of the flow itself. */
  readonly ownMs: number
  /** The steps that decided how long it took, in order. */
  readonly criticalPath: readonly StepProfile[]
  /** The longest first. */
  readonly tasks: readonly TaskProfile[]
  readonly cause: string
}

export interface ProfileFacts {
  readonly run: FlowRun
  readonly history: readonly State[]
  readonly steps: readonly { readonly taskRun: TaskRun; readonly history: readonly State[] }[]
  readonly logs: readonly LogLine[]
  readonly now: Date
}

export async function loadProfile(project: Project, run: FlowRun): Promise<RunProfile> {
  const { taskRuns, runs, logs } = project.store
  const [taskRunsOfRun, histories, history, lines] = await Promise.all([
    taskRuns.list(run.id),
    taskRuns.histories(run.id),
    runs.history(run.id),
    logs.list(run.id),
  ])
  const steps = taskRunsOfRun.map((taskRun) => ({ taskRun, history: histories.get(taskRun.id) ?? [] }))
  return profileOf({ run, history, steps, logs: lines, now: project.host().clock.now() })
}

export function profileOf(facts: ProfileFacts): RunProfile {
  const nowMs = facts.now.getTime()
  const startMs = Date.parse(facts.run.startedAt ?? facts.run.createdAt)
  const endMs = Date.parse(facts.run.endedAt ?? '') || nowMs
  const spans = outermost(facts.steps).map((step) => spanOf(step, endMs))
  const away = segments(facts.history, endMs).filter(({ state, fromMs }) => isAway(state) && fromMs >= startMs)
  const awayMs = sum(away.map(({ ms }) => ms))
  const wallMs = endMs - startMs
  const tasks = tasksOf(spans)
  const profile = {
    wallMs,
    awayMs,
    ownMs: Math.max(0, wallMs - awayMs - unionMs(spans.map(({ fromMs, toMs }) => [fromMs, toMs] as const))),
    criticalPath: pathOf(spans).map(({ profile: step }) => step),
    tasks,
  }
  return { ...profile, cause: causeOf(profile, away, spans, facts) }
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly beganMs: number
  readonly reasons: ReadonlyMap<string, number>
  readonly profile: StepProfile
}

interface Segment {
  readonly state: State
  readonly fromMs: number
  readonly ms: number
}

function segments(history: readonly State[], endMs: number): readonly Segment[] {
  return history.map((state, index) => {
    const fromMs = Date.parse(state.at)
    const untilMs = Date.parse(history[index + 1]?.at ?? '') || (isTerminal(state) ? fromMs : endMs)
    return { state, fromMs, ms: Math.max(0, untilMs - fromMs) }
  })
}

/** A step within a step is part of the outer one's time. */
function outermost(steps: ProfileFacts['steps']): ProfileFacts['steps'] {
  const keys = new Set(steps.map(({ taskRun }) => taskRun.key))
  const isWithin = (key: string) => {
    for (let at = key.indexOf('/'); at !== -1; at = key.indexOf('/', at + 1))
      if (keys.has(key.slice(0, at))) return true
    return false
  }
  return steps.filter(({ taskRun, history }) => taskRun.runCount > 0 && history.length > 0 && !isWithin(taskRun.key))
}

function spanOf({ taskRun, history }: ProfileFacts['steps'][number], endMs: number): Span {
  const parts = segments(history, endMs)
  const reasons = new Map<string, number>()
  const of = (fits: (state: State) => boolean) => sum(parts.filter(({ state }) => fits(state)).map(({ ms }) => ms))
  for (const { state, ms } of parts.filter(({ state }) => isWait(state))) {
    const reason = waitOf(state, taskRun.taskName)
    reasons.set(reason, (reasons.get(reason) ?? 0) + ms)
  }
  const fromMs = parts[0]?.fromMs ?? endMs
  return {
    fromMs,
    toMs: taskRun.endedAt === null ? endMs : Date.parse(taskRun.endedAt),
    beganMs: parts.find(({ state }) => state.type === 'running')?.fromMs ?? fromMs,
    reasons,
    profile: {
      step: taskRun.name,
      task: taskRun.taskName,
      queuedMs: of((state) => state.type === 'pending' && !isWait(state)),
      waitingMs: of(isWait),
      runningMs: of((state) => state.type === 'running'),
      attempts: taskRun.runCount,
    },
  }
}

function isWait({ type, name }: State): boolean {
  return type === 'scheduled' || type === 'crashed' || (type === 'pending' && name === 'AwaitingConcurrencySlot')
}

function waitOf({ name, details }: State, task: string): string {
  if (name === 'AwaitingRetry') return `between attempts of ${task}`
  if (name === 'AwaitingConcurrencySlot')
    return (details.reason ?? 'for a slot').replace(/^waits /, '').replace(/,.*/, '')
  return `for a new process for ${task}`
}

function isAway({ type }: State): boolean {
  return type === 'scheduled' || type === 'paused' || type === 'crashed'
}

function pathOf(spans: readonly Span[]): readonly Span[] {
  const byEnd = spans.toSorted((a, b) => a.toMs - b.toMs)
  const path: Span[] = []
  let at = byEnd.length - 1
  while (at >= 0) {
    const span = byEnd[at]
    if (span === undefined) break
    path.unshift(span)
    at -= 1
    while (at >= 0 && (byEnd[at]?.toMs ?? 0) > span.fromMs) at -= 1
  }
  return path
}

function tasksOf(spans: readonly Span[]): readonly TaskProfile[] {
  return [...Map.groupBy(spans, ({ profile }) => profile.task)]
    .map(([task, group]) => ({
      task,
      runs: group.length,
      atOnce: mostAtOnce(group),
      queuedMs: sum(group.map(({ profile }) => profile.queuedMs)),
      waitingMs: sum(group.map(({ profile }) => profile.waitingMs)),
      runningMs: sum(group.map(({ profile }) => profile.runningMs)),
      attempts: sum(group.map(({ profile }) => profile.attempts)),
    }))
    .sort((a, b) => b.runningMs + b.waitingMs - (a.runningMs + a.waitingMs))
}

function mostAtOnce(spans: readonly Span[]): number {
  // an end before a beginning at the same moment: one after the other is not at once
  const edges = spans
    .flatMap(({ beganMs, toMs }) => [
      { atMs: beganMs, by: 1 },
      { atMs: Math.max(toMs, beganMs + 1), by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by)
  let now = 0
  let most = 0
  for (const { by } of edges) most = Math.max(most, (now += by))
  return most
}

/** What explains at least this share of the time is named as the cause. */
const SHARE = 0.4
/** So many runs of a task make a row of them. */
const A_ROW = 3

function causeOf(
  { wallMs, awayMs, ownMs, tasks, criticalPath }: Omit<RunProfile, 'cause'>,
  away: readonly Segment[],
  spans: readonly Span[],
  { logs, steps }: ProfileFacts,
): string {
  const of = (ms: number) => `${formatDuration(ms)} of ${formatDuration(wallMs)}`
  const isMuch = (ms: number) => ms > 0 && ms >= SHARE * wallMs
  if (isMuch(awayMs)) {
    const longest = away.reduce((most, part) => (part.ms > most.ms ? part : most))
    return `${of(awayMs)} it was away: ${longest.state.message ?? longest.state.details.reason ?? longest.state.name}`
  }
  const reasons = new Map<string, [number, number][]>()
  for (const { reasons: own, fromMs, beganMs, toMs } of spans) {
    for (const [reason] of own) {
      const waited: [number, number] = reason.startsWith('between') ? [beganMs, toMs] : [fromMs, beganMs]
      reasons.set(reason, [...(reasons.get(reason) ?? []), waited])
    }
  }
  for (const [reason, stretches] of reasons) {
    const waitedMs = sum(spans.map(({ reasons: own }) => own.get(reason) ?? 0))
    const shareMs = Math.min(waitedMs, unionMs(stretches))
    if (isMuch(shareMs)) return `${of(shareMs)} steps waited ${reason}`
  }
  for (const { task, runs } of tasks) {
    const limit = limitOf(task, steps, logs)
    const took = unionMs(spans.filter(({ profile }) => profile.task === task).map(({ fromMs, toMs }) => [fromMs, toMs]))
    if (limit !== null && runs > 1 && isMuch(took)) {
      return `${runs} runs of ${task} took turns, for ${of(took)}: they ${limit}`
    }
  }
  const row = tasks.find(({ runs, atOnce, runningMs }) => runs >= A_ROW && atOnce === 1 && isMuch(runningMs))
  if (row !== undefined) {
    const why = 'none was started before the one before had ended'
    return `${row.runs} runs of ${row.task} ran one after another and took ${of(row.runningMs)}: ${why}`
  }
  if (isMuch(ownMs)) return `${of(ownMs)} no step was under way: it is the code of the flow itself, or its start`
  const longest = criticalPath.reduce<StepProfile | null>(
    (most, step) => (most === null || step.runningMs > most.runningMs ? step : most),
    null,
  )
  if (longest !== null && isMuch(longest.runningMs)) return `${longest.step} alone ran for ${of(longest.runningMs)}`
  return 'no single step, wait or limit stands out'
}

/** What a body of the task said it waited for. */
function limitOf(task: string, steps: ProfileFacts['steps'], logs: readonly LogLine[]): string | null {
  const ids = new Set(steps.filter(({ taskRun }) => taskRun.taskName === task).map(({ taskRun }) => taskRun.id))
  const line = logs.find(
    ({ taskRunId, message }) => taskRunId !== null && ids.has(taskRunId) && message.startsWith('waits for limit '),
  )
  return line === undefined ? null : line.message.replace(/^waits/, 'waited').replace(/,.*/, '')
}

/** Milliseconds covered by any of the stretches. */
function unionMs(stretches: readonly (readonly [number, number])[]): number {
  let covered = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (const [fromMs, toMs] of stretches.toSorted((a, b) => a[0] - b[0])) {
    covered += Math.max(0, toMs - Math.max(fromMs, untilMs))
    untilMs = Math.max(untilMs, toMs)
  }
  return covered
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
