/**
 * Looks at the rules of a project: fires those whose condition has come true, and says which have cleared.
 *
 * Several processes may look at once: a firing, a message and a run each have a key that is theirs alone, so nothing is
 * done twice.
 */
import { HOUR } from '../base/duration.ts'
import { ConfigError } from '../base/errors.ts'
import { toFailure } from '../base/failure.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { storedParams } from '../engine/parameters.ts'
import type { DeploymentRecord } from '../model/deployment-record.ts'
import type { Event } from '../model/event.ts'
import { newRun } from '../model/new-run.ts'
import type { Rule, RuleAction } from '../model/rule.ts'
import type { RuleFiring } from '../model/rule-firing.ts'
import { occurrencesOf, type Occurrence, type RuleFacts } from '../notify/occurrences.ts'
import { firingMessages, recoveryMessages } from '../notify/rule-messages.ts'
import type { Change } from '../store/store.ts'
import type { Project } from './open-project.ts'
import { cancelRun } from './run-actions.ts'
import { pauseDeployment } from './switch-deployment.ts'

/** How far back it looks for runs that ended while nobody looked. */
const LOOK_BACK_MS = HOUR
const RUNS_LOOKED_AT = 500
const ENDED = ['completed', 'failed', 'crashed', 'cancelled'] as const
const UNDER_WAY = ['scheduled', 'pending', 'running', 'paused', 'cancelling'] as const

export async function watchRules(project: Project, log: Log): Promise<void> {
  const rules = project.definition.rules ?? []
  if (rules.length === 0) return
  const now = project.host().clock.now()
  const facts = await gatherFacts(project, now)
  for (const rule of rules) {
    const watchedFrom = await watchedSince(project, rule, now)
    const occurrences = occurrencesOf(rule, { ...facts, watchedFrom })
    await fireNew(project, rule, occurrences, now, log)
    await clearOld(project, rule, occurrences, now, log)
  }
}

async function gatherFacts({ store }: Project, now: Date): Promise<Omit<RuleFacts, 'watchedFrom'>> {
  const from = new Date(now.getTime() - LOOK_BACK_MS).toISOString()
  const [underWay, ended, records, alive] = await Promise.all([
    store.runs.list({ types: UNDER_WAY, limit: RUNS_LOOKED_AT }),
    store.runs.list({ types: ENDED, limit: RUNS_LOOKED_AT }),
    store.deployments.list(),
    store.servers.list(),
  ])
  // a worker takes the runs of its pool, and nothing else
  const servers = alive.filter(({ pool }) => pool === null)
  const deployments = await Promise.all(
    records.map(async (record) => {
      const [lastSuccess = null] = await store.runs.list({ deploymentId: record.id, types: ['completed'], limit: 1 })
      return { record, lastSuccess }
    }),
  )
  return { now, underWay, ended: ended.filter(({ state }) => state.at >= from), deployments, servers }
}

/** Remembered as a firing that never clears: the first look at the rule. */
async function watchedSince({ store }: Project, { name }: Rule, now: Date): Promise<Date> {
  const key = `${name}/watched`
  const known = await store.ruleFirings.get(key)
  if (known !== null) return new Date(known.firedAt)
  const firing = { id: newId(now.getTime()), key, rule: name, subject: `rule/${name}`, reason: 'watched from now on' }
  await store.write([{ kind: 'rule-fired', firing: { ...firing, firedAt: now.toISOString(), clearedAt: null } }])
  return now
}

async function fireNew(
  project: Project,
  rule: Rule,
  occurrences: readonly Occurrence[],
  now: Date,
  log: Log,
): Promise<void> {
  for (const occurrence of occurrences) {
    if ((await project.store.ruleFirings.get(occurrence.key)) !== null) continue
    const firing: RuleFiring = {
      id: newId(now.getTime()),
      key: occurrence.key,
      rule: rule.name,
      subject: occurrence.subject,
      reason: occurrence.reason,
      firedAt: now.toISOString(),
      // the end of a run does not last
      clearedAt: rule.when.kind === 'run-ends' ? now.toISOString() : null,
    }
    log.warn(`rule ${rule.name}: ${occurrence.reason}`)
    const labels = labelsOf(occurrence)
    await project.store.write([
      { kind: 'rule-fired', firing },
      { kind: 'event', event: ruleEvent('rule.fired', rule, firing, firing.firedAt, labels) },
      ...firingMessages(rule, firing, labels, () => newId(now.getTime())).map((message): Change => ({
        kind: 'outbox',
        message,
      })),
    ])
    for (const action of rule.actions) await act(project, rule, action, occurrence, log)
  }
}

async function clearOld(
  project: Project,
  rule: Rule,
  occurrences: readonly Occurrence[],
  now: Date,
  log: Log,
): Promise<void> {
  const lasting = await project.store.ruleFirings.list({ rule: rule.name, lasting: true })
  for (const firing of lasting) {
    if (firing.key === `${rule.name}/watched` || occurrences.some(({ key }) => key === firing.key)) continue
    const at = now.toISOString()
    log.info(`rule ${rule.name} has cleared: ${firing.reason}`)
    await project.store.write([
      { kind: 'rule-cleared', key: firing.key, at },
      { kind: 'event', event: ruleEvent('rule.cleared', rule, firing, at, {}) },
      ...recoveryMessages(rule, firing, at, () => newId(now.getTime())).map((message): Change => ({
        kind: 'outbox',
        message,
      })),
    ])
  }
}

/** What fails here is told in the log and as an event; the other actions are done all the same. */
async function act(project: Project, rule: Rule, action: RuleAction, occurrence: Occurrence, log: Log): Promise<void> {
  try {
    if (action.kind === 'cancel' && occurrence.run !== null)
      await cancelRun(project, occurrence.run, `rule ${rule.name}`)
    if (action.kind === 'run') await askForRun(project, rule, action, occurrence)
    if (action.kind === 'pause') {
      const deployment =
        action.deployment === null ? occurrence.deployment : await findDeployment(project, action.deployment)
      if (deployment !== null) await pauseDeployment(project, deployment)
    }
  } catch (error) {
    log.error(`rule ${rule.name} could not ${action.kind}: ${toFailure(error).message}`)
    const now = project.host().clock.now()
    const payload = { action: action.kind, message: toFailure(error).message }
    await project.store.write([
      {
        kind: 'event',
        event: {
          id: newId(now.getTime()),
          at: now.toISOString(),
          name: 'rule.action-failed',
          resource: `rule/${rule.name}`,
          labels: { rule: rule.name },
          related: [occurrence.subject],
          payload,
          follows: null,
        },
      },
    ])
  }
}

/** Due when the condition came true: one run per rule and occurrence, whoever asks first. */
async function askForRun(
  project: Project,
  rule: Rule,
  action: Extract<RuleAction, { readonly kind: 'run' }>,
  { since }: Occurrence,
): Promise<void> {
  const deployment = await findDeployment(project, action.deployment)
  const { flowName, id, name, tags } = deployment
  const flow = project.deployments.find((each) => each.flow.name === flowName)?.flow ?? (await project.flow(flowName))
  const given = { ...deployment.parameters, ...action.parameters }
  const run = newRun({
    flowName,
    flowVersion: flow.version,
    parameters: await storedParams(flow.params, given, `flow ${flowName}`),
    at: project.host().clock.now(),
    dueAt: since,
    tags,
    deployment: { id, name, scheduleSlug: `rule:${rule.name}` },
  })
  await project.store.write([{ kind: 'run-created', run }])
}

/** @throws ConfigError `config/params` */
async function findDeployment({ store }: Project, path: string): Promise<DeploymentRecord> {
  const [flowName = '', name = ''] = path.split('/')
  const found = await store.deployments.get(flowName, name)
  if (found !== null) return found
  throw new ConfigError('config/params', `there is no deployment "${path}"`, { hint: 'see d2flow deployment ls' })
}

function labelsOf({ run, deployment }: Occurrence) {
  return {
    ...(run === null ? {} : { run: run.name, flow: run.flowName }),
    ...(deployment === null ? {} : { flow: deployment.flowName, deployment: deployment.name }),
  }
}

function ruleEvent(
  name: string,
  rule: Rule,
  { id, subject, reason }: RuleFiring,
  at: string,
  labels: Readonly<Record<string, string>>,
): Event {
  return {
    id: newId(Date.parse(at)),
    at,
    name,
    resource: `rule/${rule.name}`,
    labels: { rule: rule.name, ...labels },
    related: [subject],
    payload: { reason, firing: id },
    follows: null,
  }
}
