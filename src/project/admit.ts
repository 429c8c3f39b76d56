/**
 * Which due runs may be taken now, by the overlap rule of their deployment or by its concurrency limit. What may not run
 * and may not wait is cancelled, named Skipped, with its reason; what waits for a limit says so.
 */
import type { DeploymentLimit, DeploymentRecord } from '../model/deployment-record.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import type { Change, RunFilter, Store } from '../store/store.ts'

const RUNS_LOOKED_AT = 200

/**
 * The ids of the scheduled runs of these flows that may be taken, deployments in turn; others of the same deployments wait
 * or are skipped. Only of runs that wait in this work pool, or with null in none.
 */
export async function admit(
  store: Store,
  at: Date,
  flowNames: readonly string[],
  pool: string | null = null,
): Promise<readonly string[]> {
  const due = await store.runs.due({ limit: RUNS_LOOKED_AT, flowNames, pool })
  if (due.length === 0) return []
  const [held, waiting] = await Promise.all([
    all(store, { types: ['pending', 'running', 'paused', 'cancelling'] }),
    all(store, { types: ['scheduled'], hasStarted: true }),
  ])
  // a run that sleeps, or waits for its retry, is no more over than one that runs
  const active = [...held, ...waiting.filter(({ id }) => !due.some((run) => run.id === id))]
  const deployments = new Map((await store.deployments.list()).map((deployment) => [deployment.id, deployment]))

  const admitted = new Set<string>()
  const changes: Change[] = []
  for (const [deploymentId, runs] of Map.groupBy(due, (run) => run.deploymentId)) {
    const deployment = deploymentId === null ? undefined : deployments.get(deploymentId)
    const busy = active.filter((run) => deploymentId !== null && run.deploymentId === deploymentId)
    const limit = deployment?.concurrencyLimit
    const {
      take,
      skip,
      wait = [],
    } = limit === undefined ? choose(deployment, runs, busy) : chooseWithin(limit, runs, busy)
    for (const run of take) admitted.add(run.id)
    const limited = limit === undefined ? null : reasonOf(deployment?.name ?? '', limit, [...busy, ...take])
    for (const run of skip) changes.push(skipped(run, limited ?? whySkipped(busy), at))
    for (const run of wait) changes.push(waits(run, limited ?? '', at))
  }
  if (changes.length > 0) await store.write(changes)
  return due.map(({ id }) => id).filter((id) => admitted.has(id))
}

/** All of them: one that was left out would be one too many. */
async function all(store: Store, filter: RunFilter): Promise<readonly FlowRun[]> {
  const found: FlowRun[] = []
  for (;;) {
    const last = found.at(-1)
    const page = await store.runs.list({
      ...filter,
      limit: RUNS_LOOKED_AT,
      ...(last === undefined ? {} : { before: last.id }),
    })
    found.push(...page)
    if (page.length < RUNS_LOOKED_AT) return found
  }
}

interface Choice {
  readonly take: readonly FlowRun[]
  readonly skip: readonly FlowRun[]
  /** To be told why they wait. */
  readonly wait?: readonly FlowRun[]
}

/** @param runs due runs of one deployment, oldest first */
function choose(deployment: DeploymentRecord | undefined, runs: readonly FlowRun[], busy: readonly FlowRun[]): Choice {
  if (deployment === undefined || deployment.overlap === 'allow') return { take: runs, skip: [] }
  // what was claimed before goes on first and is never skipped: it sleeps no more, or lost its process
  const [first, ...others] = runs.toSorted((a, b) => Number(b.epoch > 0) - Number(a.epoch > 0))
  const isBusy = busy.length > 0
  const next = first === undefined || isBusy ? [] : [first]
  const unbegun = (isBusy ? runs : others).filter(({ epoch }) => epoch === 0)
  switch (deployment.overlap) {
    case 'skip':
      return { take: next, skip: unbegun }
    case 'buffer-one':
      // of those that wait the newest is worth keeping, and what a person asked for is never skipped
      return { take: next, skip: unbegun.slice(0, -1).filter(({ scheduleSlug }) => scheduleSlug !== null) }
    case 'buffer-all':
      return { take: next, skip: [] }
  }
}

/** @param runs due runs of one deployment, oldest first */
function chooseWithin(
  { limit, onCollision }: DeploymentLimit,
  runs: readonly FlowRun[],
  busy: readonly FlowRun[],
): Choice {
  // what was claimed before goes on first and is never cancelled
  const inTurn = runs.toSorted((a, b) => Number(b.epoch > 0) - Number(a.epoch > 0))
  const free = Math.max(0, limit - busy.length)
  const tooMany = inTurn.slice(free)
  const take = inTurn.slice(0, free)
  if (limit === 0 || onCollision === 'cancel-new') return { take, skip: tooMany.filter(({ epoch }) => epoch === 0) }
  return { take, skip: [], wait: tooMany.filter(({ state }) => state.name !== 'AwaitingConcurrencySlot') }
}

function reasonOf(deployment: string, { limit }: DeploymentLimit, busy: readonly FlowRun[]): string {
  if (limit === 0) return `the concurrency limit of deployment ${deployment} is 0`
  const names = busy.map(({ name }) => name)
  return `deployment ${deployment} has ${names.length}/${limit} runs under way: ${names.join(', ')}`
}

function whySkipped(busy: readonly FlowRun[]): string {
  const holder = busy[0]?.name
  return holder === undefined ? 'a newer run of the deployment was due' : `the run before it (${holder}) still ran`
}

function waits(run: FlowRun, reason: string, at: Date): Change {
  const scheduledFor = run.state.details.scheduledFor ?? run.dueAt
  const state = newState('scheduled', at, {
    name: 'AwaitingConcurrencySlot',
    message: `waits: ${reason}`,
    details: { ...run.state.details, scheduledFor, reason },
  })
  return { kind: 'run-state', runId: run.id, epoch: run.epoch, state }
}

function skipped(run: FlowRun, reason: string, at: Date): Change {
  return {
    kind: 'run-state',
    runId: run.id,
    epoch: run.epoch,
    state: newState('cancelled', at, { name: 'Skipped', message: reason, details: { reason } }),
    patch: { endedAt: at.toISOString() },
  }
}
