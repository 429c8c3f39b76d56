/**
 * Turns schedules into runs: a few ahead of time, the missed ones as `catchUp` says, and a visible record for each
 * moment that is left out. Asking twice makes nothing twice: a run is unique by deployment, schedule and moment.
 */
import { DAY, SECOND } from '../base/duration.ts'
import type { JsonObject } from '../base/json.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { newRun } from '../model/new-run.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import type { ScheduleRecord } from '../model/schedule.ts'
import { isTerminal } from '../model/state.ts'
import type { Change, Store } from '../store/store.ts'
import { anchored } from './anchored.ts'
import { dueBetween, upcoming } from './due.ts'
import { windowAt } from './window-at.ts'

/** How many future runs stand ready per schedule. */
const AHEAD = 3
/** How far ahead runs are made at most. */
const AHEAD_MS = 100 * DAY
/** A run that was made ahead may wait this long for somebody to take it before it counts as missed. */
const PATIENCE_MS = 15 * SECOND
const MOMENTS_LOOKED_AT = 10_000
/** At most this many missed moments leave a record of their own. */
const RECORDS = 100

/** Makes the runs that `at` asks for, of all deployments or of those of one work pool. Gives how many were made and how many moments were left out. */
export async function schedule(
  store: Store,
  at: Date,
  { pool }: { readonly pool?: string } = {},
): Promise<{ readonly made: number; readonly skipped: number }> {
  const changes: Change[] = []
  for (const deployment of await store.deployments.list()) {
    if (deployment.paused || (pool !== undefined && deployment.pool !== pool)) continue
    const waiting = await store.runs.upcoming(deployment.id)
    const newest = await store.runs.list({ deploymentId: deployment.id, limit: RECORDS })
    for (const record of deployment.schedules) {
      if (record.active) changes.push(...changesFor(deployment, record, [...waiting, ...newest], at))
    }
  }
  if (changes.length > 0) await store.write(changes)
  return {
    made: changes.filter((change) => change.kind === 'run-created').length,
    skipped: changes.filter((change) => change.kind === 'run-state' && change.state.type === 'cancelled').length,
  }
}

function changesFor(
  deployment: DeploymentRecord,
  record: ScheduleRecord,
  runs: readonly FlowRun[],
  at: Date,
): Change[] {
  const own = new Map(runs.filter((run) => run.scheduleSlug === record.slug).map((run) => [run.dueAt, run]))
  const changes: Change[] = []
  const make = (dueAt: Date): FlowRun => {
    const run = runAt(deployment, record, dueAt, at)
    changes.push({ kind: 'run-created', run })
    return run
  }

  const missed = missedMoments(deployment, record, own, at)
  const wanted = new Set(wantedOf(missed, record, at).map((moment) => moment.toISOString()))
  for (const moment of missed.slice(-RECORDS)) {
    const existing = own.get(moment.toISOString())
    if (wanted.has(moment.toISOString())) {
      if (existing === undefined) make(moment)
    } else if (existing === undefined || isOverdue(existing, at)) {
      const run = existing ?? make(moment)
      changes.push({
        kind: 'run-state',
        runId: run.id,
        epoch: run.epoch,
        state: skippedState(record, at),
        patch: { endedAt: at.toISOString() },
      })
    }
  }

  for (const moment of upcoming(anchored(record.schedule, deployment.createdAt), { after: at, count: AHEAD })) {
    if (moment.getTime() - at.getTime() <= AHEAD_MS && !own.has(moment.toISOString())) make(moment)
  }
  return changes
}

/** Moments that passed since the newest run that was dealt with, each either without a run or with one nobody took. */
function missedMoments(
  deployment: DeploymentRecord,
  record: ScheduleRecord,
  own: ReadonlyMap<string, FlowRun>,
  at: Date,
): readonly Date[] {
  const dealtWith = [...own.values()]
    .filter((run) => run.state.type !== 'scheduled' || run.startedAt !== null || isTerminal(run.state))
    .map((run) => run.dueAt)
  const since = [deployment.scheduledFromAt, ...dealtWith].reduce((latest, moment) =>
    moment > latest ? moment : latest,
  )
  return dueBetween(anchored(record.schedule, deployment.createdAt), new Date(since), at, MOMENTS_LOOKED_AT)
}

function isOverdue({ state, dueAt }: FlowRun, at: Date): boolean {
  return state.type === 'scheduled' && at.getTime() - Date.parse(dueAt) > PATIENCE_MS
}

function wantedOf(missed: readonly Date[], record: ScheduleRecord, at: Date): readonly Date[] {
  if (record.catchUp === 'skip') return []
  if (record.catchUp === 'all') {
    return missed.filter(
      (moment) => record.maxLatenessMs === null || at.getTime() - moment.getTime() <= record.maxLatenessMs,
    )
  }
  const newest = missed.at(-1)
  return newest === undefined || at.getTime() - newest.getTime() > latenessLimitMs(record, newest) ? [] : [newest]
}

/** Default: one period, that is until the next moment of the same schedule. */
function latenessLimitMs(record: ScheduleRecord, moment: Date): number {
  if (record.maxLatenessMs !== null) return record.maxLatenessMs
  const [next] = upcoming(record.schedule, { after: moment, count: 1 })
  return next === undefined ? Number.POSITIVE_INFINITY : next.getTime() - moment.getTime()
}

function skippedState(record: ScheduleRecord, at: Date) {
  const reason =
    record.catchUp === 'skip'
      ? 'it passed while nothing was running, and this schedule makes nothing up'
      : 'it passed while nothing was running, and a newer moment took its place or it is too late'
  return newState('cancelled', at, { name: 'Skipped', message: reason, details: { reason } })
}

function runAt(deployment: DeploymentRecord, record: ScheduleRecord, dueAt: Date, at: Date): FlowRun {
  return newRun({
    flowName: deployment.flowName,
    parameters: { ...deployment.parameters, ...(record.parameters as JsonObject) },
    at,
    dueAt,
    window: windowAt(record.schedule, deployment.createdAt, dueAt),
    tags: deployment.tags,
    deployment: { id: deployment.id, name: deployment.name, scheduleSlug: record.slug },
  })
}
