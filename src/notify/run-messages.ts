/** Which messages the end of a run asks for. Pure: the caller says when it is. */
import type { Importance, NotifyRule } from '../model/deployment-record.ts'
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { FlowRun } from '../model/run.ts'
import type { State } from '../model/state.ts'
import { resolveTemplate } from './template.ts'

/** Subject and body by what happened; a rule may bring its own. */
const DEFAULT_SUBJECTS: Readonly<Record<string, string>> = {
  completed: 'Flow Completed',
  failed: 'Flow Failed',
  crashed: 'Flow Crashed',
  cancelled: 'Flow Cancelled',
}

const RECOVERED_BODY = "Flow '{{run}}' completed again\n{{flow}}{{deploymentText}}, due {{dueAt}}"
const DEFAULT_BODY = "{{urgency}}Flow '{{run}}' {{happened}}: {{message}}\n{{flow}}{{deploymentText}}, due {{dueAt}}"

export interface RunEnding {
  readonly run: FlowRun
  readonly state: State
  /** How the run of the deployment before it ended; null when there was none. */
  readonly before: State | null
  readonly importance: Importance
  readonly rules: readonly NotifyRule[]
}

/**
 * One outbox message for each rule that the state satisfies.
 *
 * The key makes a message the only one of its run, state and rule, however often the write is repeated; of a throttled
 * rule the only one of its deployment and stretch of time. Templates may use flow, run, runId, deployment, state, message,
 * dueAt, happened.
 */
export function messagesForRun(ending: RunEnding, newMessageId: () => string): OutboxMessage[] {
  const { run, state, importance, rules } = ending
  return rules
    .filter(({ atLeast = 'low' }) => IMPORTANCE.indexOf(importance) >= IMPORTANCE.indexOf(atLeast))
    .flatMap((rule) => {
      const recovered = isRecovery(rule, ending)
      if (!recovered && !rule.when.includes(state.type)) return []
      const values = valuesOf(run, state)
      const subject = recovered ? 'Flow Recovered' : (rule.subject ?? subjectOf(state))
      const body = recovered ? RECOVERED_BODY : (rule.body ?? DEFAULT_BODY)
      return {
        id: newMessageId(),
        key: [occasion(rule, run, state, recovered), rule.through, rule.named].join('/'),
        runId: run.id,
        through: rule.through,
        named: rule.named,
        subject: String(resolveTemplate(subject, values)),
        body: String(resolveTemplate(body, values)),
        facts: { flow: run.flowName, run: run.name, state: state.type },
        createdAt: state.at,
        status: 'waiting',
        tries: 0,
        nextTryAt: state.at,
        lastError: null,
        deliveredAt: null,
      }
    })
}

/** Least first. */
const IMPORTANCE: readonly Importance[] = ['low', 'normal', 'critical']
const WENT_WRONG: ReadonlySet<string> = new Set(['failed', 'crashed'])

/** It completed whole, the run before it did not, and the rule had told of that one. */
function isRecovery({ recovery, when }: NotifyRule, { state, before }: RunEnding): boolean {
  return (
    recovery === true &&
    state.type === 'completed' &&
    state.name !== 'CompletedWithErrors' &&
    before !== null &&
    WENT_WRONG.has(before.type) &&
    when.includes(before.type)
  )
}

function occasion({ throttleMs }: NotifyRule, run: FlowRun, state: State, recovered: boolean): string {
  if (throttleMs === undefined || recovered) return `${run.id}/${state.id}`
  return `${run.deploymentId ?? run.flowName}/${state.type}/${Math.floor(Date.parse(state.at) / throttleMs)}`
}

function subjectOf({ type, name }: State): string {
  if (name === 'CompletedWithErrors') return 'Flow Completed With Errors'
  return DEFAULT_SUBJECTS[type] ?? `Flow ${name}`
}

function valuesOf(run: FlowRun, state: State): Record<string, string> {
  const wentWrong = state.type === 'failed' || state.type === 'crashed'
  return {
    flow: run.flowName,
    run: run.name,
    runId: run.id,
    deployment: run.deploymentName ?? '',
    deploymentText: run.deploymentName === null ? '' : ` (deployment ${run.deploymentName})`,
    state: state.name,
    happened: state.name === 'CompletedWithErrors' ? 'completed with errors' : state.type,
    urgency: wentWrong ? 'CRITICAL: ' : '',
    message: state.message ?? run.warning ?? 'no message',
    dueAt: run.dueAt,
  }
}
