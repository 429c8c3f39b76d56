/**
 * Which due runs may be taken now, by the overlap rule of their deployment. What may not run and may not wait is
 * cancelled, named Skipped, with its reason.
 */
import type { DeploymentRecord } from '../model/deployment-record.ts'
import { newState } from '../model/new-state.ts'
import type { FlowRun } from '../model/run.ts'
import type { Change, Store } from '../store/store.ts'

const RUNS_LOOKED_AT = 200

/** The ids of the scheduled runs that may be taken; others of the same deployments wait or are skipped. */
export async function admit(store: Store, at: Date): Promise<readonly string[]> {
  const due = (await store.runs.list({ types: ['scheduled'], limit: RUNS_LOOKED_AT }))
    .filter((run) => (run.state.details.scheduledFor ?? run.dueAt) <= at.toISOString())
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))
  if (due.length === 0) return []
  const active = await store.runs.list({ types: ['pending', 'running', 'paused', 'cancelling'], limit: RUNS_LOOKED_AT })
  const deployments = new Map((await store.deployments.list()).map((deployment) => [deployment.id, deployment]))

  const admitted: string[] = []
  const changes: Change[] = []
  for (const [deploymentId, runs] of Map.groupBy(due, (run) => run.deploymentId)) {
    const deployment = deploymentId === null ? undefined : deployments.get(deploymentId)
    const busy = active.filter((run) => deploymentId !== null && run.deploymentId === deploymentId)
    const { take, skip } = choose(deployment, runs, busy)
    admitted.push(...take.map(({ id }) => id))
    for (const run of skip) changes.push(skipped(run, busy, at))
  }
  if (changes.length > 0) await store.write(changes)
  return admitted
}

interface Choice {
  readonly take: readonly FlowRun[]
  readonly skip: readonly FlowRun[]
}

/** @param runs due runs of one deployment, oldest first */
function choose(deployment: DeploymentRecord | undefined, runs: readonly FlowRun[], busy: readonly FlowRun[]): Choice {
  if (deployment === undefined || deployment.overlap === 'allow') return { take: runs, skip: [] }
  const [first, ...others] = runs
  const next = first === undefined ? [] : [first]
  switch (deployment.overlap) {
    case 'skip':
      return busy.length > 0 ? { take: [], skip: runs } : { take: next, skip: others }
    case 'buffer-one': {
      // of those that wait the newest is worth keeping; a run that recovers or that a person asked for is never skipped
      const waiting = busy.length > 0 ? runs : others
      const skippable = waiting
        .slice(0, -1)
        .filter((run) => run.scheduleSlug !== null && run.state.name !== 'Recovering')
      return { take: busy.length > 0 ? [] : next, skip: skippable }
    }
    case 'buffer-all':
      return { take: busy.length > 0 ? [] : next, skip: [] }
  }
}

function skipped(run: FlowRun, busy: readonly FlowRun[], at: Date): Change {
  const holder = busy[0]?.name
  const reason =
    holder === undefined ? 'a newer run of the deployment was due' : `the run before it (${holder}) still ran`
  return {
    kind: 'run-state',
    runId: run.id,
    epoch: run.epoch,
    state: newState('cancelled', at, { name: 'Skipped', message: reason, details: { reason } }),
    patch: { endedAt: at.toISOString() },
  }
}
