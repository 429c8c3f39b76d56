/**
 * What becomes of a run whose process died: crashed, for that attempt; then one more try from its last finished step, or
 * the end, which is told to whoever its deployment names and to the flow's own hooks.
 */
import { MINUTE, SECOND } from '../base/duration.ts'
import { isToolkitError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import type { Log } from '../base/log.ts'
import type { LogLine } from '../model/log-line.ts'
import { newState } from '../model/new-state.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import type { Change, Store } from '../store/store.ts'

export interface CrashRules {
  readonly store: Store
  readonly now: Date
  readonly log: Log
  /** How often a run may crash before it is given up; apart from its retries. Default 3. */
  readonly crashBudget?: number
  /** Whether a run of this flow goes on by itself after a crash. Default: it does. */
  readonly recovers?: (flowName: string) => Promise<boolean>
  /** What the end of a run has to tell; written with the end. */
  readonly messages?: (run: FlowRun, state: State) => Promise<readonly OutboxMessage[]>
  /** Called after a run was given up: the flow's own hooks. */
  readonly onGivenUp?: (run: FlowRun, state: State) => Promise<void>
}

export interface Crash {
  /** What happened to its process, in words. */
  readonly message: string
  /** What the process said last, for the run's log. */
  readonly lastLines?: readonly LogLine[]
  /** The wish to stop that it died of, when the run does not know of it itself. */
  readonly wish?: string
}

const CRASH_BUDGET = 3
const STEPS_NAMED = 3

/**
 * `run` is as whoever lost it held it: a run that somebody else has moved on since is left alone. Gives whether it was
 * ours to judge.
 */
export async function recordCrash(run: FlowRun, crash: Crash, rules: CrashRules): Promise<boolean> {
  const isCancelled = run.state.type === 'cancelling' || crash.wish !== undefined
  const verdict = isCancelled ? cancelled(run, crash, rules) : await crashed(run, crash, rules)
  try {
    await rules.store.write(verdict.changes)
  } catch (error) {
    // another process looked at the same time and was faster
    if (isToolkitError(error) && (error.code === 'store/stale' || error.code === 'engine/transition')) return false
    throw error
  }
  if (verdict.givenUp !== null) await tellHooks(verdict.givenUp, rules)
  return true
}

interface Verdict {
  readonly changes: readonly Change[]
  /** The run as it ended, when it does not go on. */
  readonly givenUp: FlowRun | null
}

function cancelled(run: FlowRun, { message: what, lastLines = [], wish }: Crash, { now }: CrashRules): Verdict {
  const { id: runId, epoch } = run
  const changes: Change[] = [{ kind: 'logs', lines: lastLines }]
  if (run.state.type !== 'cancelling') {
    const state = newState('cancelling', now, wish === undefined ? {} : { message: wish })
    changes.push({ kind: 'run-state', runId, epoch, state })
  }
  const asked = wish ?? run.state.message ?? 'asked to stop'
  const state = newState('cancelled', now, { message: `${asked}; ${what}` })
  changes.push({ kind: 'run-state', runId, epoch, state, patch: { endedAt: state.at }, nextEpoch: epoch + 1 })
  return { changes, givenUp: null }
}

async function crashed(run: FlowRun, { message: what, lastLines = [] }: Crash, rules: CrashRules): Promise<Verdict> {
  const { now, log, crashBudget = CRASH_BUDGET } = rules
  const { id: runId, epoch, crashCount: before } = run
  const at = now.toISOString()
  const crashCount = before + 1
  const during = await duringWhat(run, rules.store)
  const message = `${what}${during}`
  const recovers = (await rules.recovers?.(run.flowName)) ?? true
  const tooMany = crashCount > crashBudget ? `it crashed ${crashCount} ${crashCount === 1 ? 'time' : 'times'}` : null
  const why = recovers ? tooMany : `${run.flowName} is not to go on by itself`
  const state = newState('crashed', now, {
    message: why === null ? message : `${message}; ${why}; go on with: d2flow flow-run retry ${run.name}`,
  })
  const patch = { crashCount, endedAt: at }
  const changes: Change[] = [
    { kind: 'logs', lines: [...lastLines, { runId, taskRunId: null, at, level: 'warn', message }] },
    { kind: 'run-state', runId, epoch, state, patch, nextEpoch: epoch + 1 },
  ]
  if (why !== null) {
    log.error(`run ${run.name} of ${run.flowName} is given up: ${why}`)
    const ended: FlowRun = { ...run, ...patch, state, epoch: epoch + 1 }
    for (const outbox of (await rules.messages?.(ended, state)) ?? []) changes.push({ kind: 'outbox', message: outbox })
    return { changes, givenUp: ended }
  }
  log.warn(`run ${run.name} of ${run.flowName} lost its process and goes on from its last finished step`)
  const again = newState('scheduled', now, {
    name: 'Recovering',
    message: `crash ${crashCount} of at most ${crashBudget}: finished steps are kept`,
    details: { scheduledFor: new Date(now.getTime() + waitMs(crashCount)).toISOString() },
  })
  changes.push({ kind: 'run-state', runId, epoch: epoch + 1, state: again, patch: { endedAt: null } })
  return { changes, givenUp: null }
}

/** The first crash may have been the machine's: again at once. Later ones wait 2, 4 … seconds, a minute at most. */
function waitMs(crashCount: number): number {
  return crashCount === 1 ? 0 : Math.min(SECOND * 2 ** (crashCount - 1), MINUTE)
}

/** The steps that ran when the process died: one of them may be why. */
async function duringWhat(run: FlowRun, store: Store): Promise<string> {
  const running = (await store.taskRuns.list(run.id)).filter(({ state }) => state.type === 'running')
  if (running.length === 0) return ''
  const names = running.slice(0, STEPS_NAMED).map(({ name }) => name)
  const others = running.length - names.length
  return ` while ${names.join(', ')}${others === 0 ? '' : ` and ${others} more`} ran`
}

async function tellHooks(run: FlowRun, { log, onGivenUp }: CrashRules): Promise<void> {
  try {
    await onGivenUp?.(run, run.state)
  } catch (error) {
    log.error(`the hooks for the crash of run ${run.name} could not be called: ${toFailure(error).message}`)
  }
}
