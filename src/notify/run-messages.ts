/** Which messages the end of a run asks for. Pure: the caller says when it is. */
import type { NotifyRule } from '../model/deployment-record.ts'
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

const DEFAULT_BODY = "{{urgency}}Flow '{{run}}' {{happened}}: {{message}}\n{{flow}}{{deploymentText}}, due {{dueAt}}"

/**
 * One outbox message for each rule that the state satisfies.
 *
 * The key makes a message the only one of its run, state and rule, however often the write is repeated. Templates may
 * use flow, run, runId, deployment, state, message, dueAt, happened.
 */
export function messagesForRun(
  run: FlowRun,
  state: State,
  rules: readonly NotifyRule[],
  newMessageId: () => string,
): OutboxMessage[] {
  return rules
    .filter((rule) => rule.when.includes(state.type))
    .map((rule) => {
      const values = valuesOf(run, state)
      const subject =
        rule.subject ??
        (state.name === 'CompletedWithErrors' ? 'Flow Completed With Errors' : DEFAULT_SUBJECTS[state.type])
      return {
        id: newMessageId(),
        key: [run.id, state.id, rule.through, rule.named].join('/'),
        runId: run.id,
        through: rule.through,
        named: rule.named,
        subject: String(resolveTemplate(subject ?? `Flow ${state.name}`, values)),
        body: String(resolveTemplate(rule.body ?? DEFAULT_BODY, values)),
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
