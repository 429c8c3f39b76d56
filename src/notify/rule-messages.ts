/** What is said when a rule fires, and when its condition has cleared. Pure. */
import type { OutboxMessage } from '../model/outbox-message.ts'
import type { Rule, RuleAction } from '../model/rule.ts'
import type { RuleFiring } from '../model/rule-firing.ts'
import { resolveTemplate } from './template.ts'

type Telling = Extract<RuleAction, { readonly kind: 'notify' }>

/** What people call the things concerned: for templates. */
export interface RuleLabels {
  readonly flow?: string | undefined
  readonly run?: string | undefined
  readonly deployment?: string | undefined
}

/** One message per way of telling. The key makes each the only one of its firing, however often the write is repeated. */
export function firingMessages(
  { name, actions }: Rule,
  firing: RuleFiring,
  labels: RuleLabels,
  newMessageId: () => string,
): OutboxMessage[] {
  return actions.filter(isTelling).map((telling) => {
    const values = {
      rule: name,
      subject: firing.subject,
      reason: firing.reason,
      flow: labels.flow ?? '',
      run: labels.run ?? '',
      deployment: labels.deployment ?? '',
    }
    return message(telling, firing, {
      id: newMessageId(),
      key: `${firing.key}/fired`,
      at: firing.firedAt,
      subject: String(resolveTemplate(telling.subject ?? 'Attention: {{rule}}', values)),
      body: String(resolveTemplate(telling.body ?? '{{reason}}', values)),
    })
  })
}

export function recoveryMessages(
  { name, actions }: Rule,
  firing: RuleFiring,
  at: string,
  newMessageId: () => string,
): OutboxMessage[] {
  return actions
    .filter(isTelling)
    .filter(({ recovery }) => recovery)
    .map((telling) =>
      message(telling, firing, {
        id: newMessageId(),
        key: `${firing.key}/recovered`,
        at,
        subject: `Recovered: ${name}`,
        body: `no longer so: ${firing.reason}`,
      }),
    )
}

function isTelling(action: RuleAction): action is Telling {
  return action.kind === 'notify'
}

function message(
  { through, named }: Telling,
  { rule, subject: about }: RuleFiring,
  { id, key, at, subject, body }: Readonly<Record<'id' | 'key' | 'at' | 'subject' | 'body', string>>,
): OutboxMessage {
  return {
    id,
    key: `${key}/${through}/${named}`,
    runId: null,
    through,
    named,
    subject,
    body,
    facts: { rule, about },
    createdAt: at,
    status: 'waiting',
    tries: 0,
    nextTryAt: at,
    lastError: null,
    deliveredAt: null,
  }
}
