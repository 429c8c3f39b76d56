/**
 * Where the condition of a rule is true now. Pure: whoever asks brings the facts and says when it is.
 *
 * An occurrence has a key that is the same as long as it is the same occurrence, and another one when the condition has
 * cleared and come true again. So a firing that is kept under its key is not repeated.
 */
import { formatDuration } from '../base/duration.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Rule, RuleCondition, RunSelection } from '../model/rule.ts'
import type { FlowRun } from '../model/run.ts'
import { isAlive, type ServerRecord } from '../model/server-record.ts'

export interface RuleFacts {
  readonly now: Date
  /** Since when the rule is watched: what ended before is nobody's business. */
  readonly watchedFrom: Date
  /** Runs that have not ended. */
  readonly underWay: readonly FlowRun[]
  /** Runs that ended lately. */
  readonly ended: readonly FlowRun[]
  readonly deployments: readonly DeploymentFacts[]
  readonly servers: readonly ServerRecord[]
}

export interface DeploymentFacts {
  readonly record: DeploymentRecord
  readonly lastSuccess: FlowRun | null
}

export interface Occurrence {
  readonly key: string
  /** `run/<id>`, `deployment/<flow>/<name>`, `server`. */
  readonly subject: string
  readonly reason: string
  /** When the condition came true. */
  readonly since: Date
  readonly run: FlowRun | null
  readonly deployment: DeploymentRecord | null
}

export function occurrencesOf({ name, when }: Rule, facts: RuleFacts): readonly Occurrence[] {
  switch (when.kind) {
    case 'state-lasts':
      return facts.underWay
        .concat(facts.ended)
        .filter((run) => when.states.includes(run.state.type) && isSelected(run, when))
        .flatMap((run) => lasting(name, run, when.forMs, facts))
    case 'no-success':
      return facts.deployments
        .filter(({ record }) => !record.paused && (when.deployment === null || when.deployment === nameOf(record)))
        .flatMap((deployment) => silent(name, deployment, when.withinMs, facts))
    case 'nobody-serves':
      return unserved(name, when, facts)
    case 'run-ends':
      return facts.ended
        .filter((run) => when.states.includes(run.state.type) && isSelected(run, when))
        .filter(({ state }) => state.at >= facts.watchedFrom.toISOString())
        .map((run) => ({
          key: `${name}/${run.state.id}`,
          subject: `run/${run.id}`,
          reason: `run ${run.name} of ${run.flowName}: ${run.state.name}`,
          since: new Date(run.state.at),
          run,
          deployment: deploymentOf(run, facts),
        }))
  }
}

function lasting(name: string, run: FlowRun, forMs: number, facts: RuleFacts): Occurrence[] {
  // a run that waits is not late before it is due
  const since = new Date(run.state.details.scheduledFor ?? run.state.at)
  const lastedMs = facts.now.getTime() - since.getTime()
  if (lastedMs < forMs) return []
  return [
    {
      key: `${name}/${run.state.id}`,
      subject: `run/${run.id}`,
      reason: `run ${run.name} of ${run.flowName} has been ${run.state.name} for ${formatDuration(lastedMs)}`,
      since: new Date(since.getTime() + forMs),
      run,
      deployment: deploymentOf(run, facts),
    },
  ]
}

function silent(name: string, { record, lastSuccess }: DeploymentFacts, withinMs: number, facts: RuleFacts) {
  // a deployment that has just come, or that was resumed, has its time before it counts as silent
  const since = [lastSuccess?.endedAt ?? record.createdAt, record.scheduledFromAt].toSorted().at(-1) ?? record.createdAt
  const silentMs = facts.now.getTime() - Date.parse(since)
  if (silentMs < withinMs) return []
  return [
    {
      key: `${name}/${nameOf(record)}/${since}`,
      subject: `deployment/${nameOf(record)}`,
      reason: `${nameOf(record)} has had no success for ${formatDuration(silentMs)}${lastSuccess === null ? ', and never had one' : ''}`,
      since: new Date(Date.parse(since) + withinMs),
      run: lastSuccess,
      deployment: record,
    },
  ]
}

function unserved(name: string, { forMs }: Extract<RuleCondition, { kind: 'nobody-serves' }>, facts: RuleFacts) {
  const nowMs = facts.now.getTime()
  if (facts.servers.some((server) => isAlive(server, facts.now))) return []
  const lastSeenAt =
    facts.servers
      .map(({ seenAt }) => seenAt)
      .toSorted()
      .at(-1) ?? facts.watchedFrom.toISOString()
  const goneMs = nowMs - Date.parse(lastSeenAt)
  if (goneMs < forMs) return []
  return [
    {
      key: `${name}/server/${lastSeenAt}`,
      subject: 'server',
      reason: `no process has served this project for ${formatDuration(goneMs)}`,
      since: new Date(Date.parse(lastSeenAt) + forMs),
      run: null,
      deployment: null,
    },
  ]
}

function isSelected(run: FlowRun, { flow, deployment }: RunSelection): boolean {
  return (
    (flow === null || run.flowName === flow) &&
    (deployment === null || `${run.flowName}/${run.deploymentName ?? ''}` === deployment)
  )
}

function deploymentOf(run: FlowRun, { deployments }: RuleFacts): DeploymentRecord | null {
  return deployments.find(({ record }) => record.id === run.deploymentId)?.record ?? null
}

function nameOf({ flowName, name }: DeploymentRecord): string {
  return `${flowName}/${name}`
}
