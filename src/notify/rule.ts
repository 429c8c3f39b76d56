/**
 * How a project says what shall be noticed.
 *
 * @example
 *   rule({
 *     name: 'silent',
 *     when: noSuccess({ deployment: 'dhis2-org-units/nightly', withinMs: 26 * HOUR }),
 *     actions: [tell(slackWebhook, 'data-team')],
 *   })
 */
import { ConfigError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { AnyBlock } from '../blocks/define.ts'
import type { Rule, RuleAction, RuleCondition, RunSelection } from '../model/rule.ts'
import type { StateType } from '../model/state.ts'

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws ConfigError `config/params` for a name that cannot be typed, no action, or one that has nothing to act on */
export function rule({ name, when, actions }: Rule): Rule {
  const refuse = (why: string, hint: string) => new ConfigError('config/params', `the rule "${name}" ${why}`, { hint })
  if (!NAME.test(name))
    throw refuse('cannot be called so', 'use lower-case letters, digits and single dashes, like "silent-night"')
  if (actions.length === 0)
    throw refuse('does nothing', 'give it an action: actions: [tell(slackWebhook, "data-team")]')
  for (const action of actions) {
    if (action.kind === 'cancel' && when.kind !== 'state-lasts')
      throw refuse('has no run to cancel', 'cancelTheRun() goes with stateLasts(…) only')
    if (action.kind === 'pause' && action.deployment === null && when.kind === 'nobody-serves')
      throw refuse('has no deployment to pause', 'name one: pauseSchedules("flow/deployment")')
  }
  return Object.freeze({ name, when, actions })
}

/** A run has been in one of these states for so long. */
export function stateLasts(
  states: StateType | readonly StateType[],
  options: { readonly forMs: number } & Partial<RunSelection>,
): RuleCondition {
  return {
    kind: 'state-lasts',
    states: listOf(states),
    forMs: checkLength(options.forMs),
    flow: options.flow ?? null,
    deployment: options.deployment ?? null,
  }
}

/** No run of the deployment, or of each one, has completed for so long. Paused deployments may be silent. */
export function noSuccess(options: { readonly withinMs: number; readonly deployment?: string }): RuleCondition {
  return { kind: 'no-success', withinMs: checkLength(options.withinMs), deployment: options.deployment ?? null }
}

/** No process has served the project for so long; noticed by the page, or by the next process that serves. */
export function nobodyServes(options: { readonly forMs: number }): RuleCondition {
  return { kind: 'nobody-serves', forMs: checkLength(options.forMs) }
}

/** A run has ended in one of these states. */
export function runEnds(
  states: StateType | readonly StateType[],
  selection: Partial<RunSelection> = {},
): RuleCondition {
  return {
    kind: 'run-ends',
    states: listOf(states),
    flow: selection.flow ?? null,
    deployment: selection.deployment ?? null,
  }
}

/** Sends a message through a saved notification block, and another one when the condition has cleared. */
export function tell(
  through: AnyBlock,
  named: string,
  words: { readonly subject?: string; readonly body?: string; readonly recovery?: boolean } = {},
): RuleAction {
  return { kind: 'notify', through: through.slug, named, ...words, recovery: words.recovery ?? true }
}

/** Asks for a run of a deployment. */
export function startRunOf(deployment: string, parameters: JsonObject = {}): RuleAction {
  return { kind: 'run', deployment, parameters }
}

/** Pauses the deployment that the condition is about, or the one that is named. */
export function pauseSchedules(deployment: string | null = null): RuleAction {
  return { kind: 'pause', deployment }
}

/** Cancels the run that the condition is about. */
export function cancelTheRun(): RuleAction {
  return { kind: 'cancel' }
}

function listOf(states: StateType | readonly StateType[]): readonly StateType[] {
  return typeof states === 'string' ? [states] : states
}

/** @throws ConfigError `config/params` */
function checkLength(ms: number): number {
  if (ms > 0 && Number.isFinite(ms)) return ms
  throw new ConfigError('config/params', `${ms} ms is not a length of time`, {
    hint: 'give milliseconds above 0, for example 26 * HOUR',
  })
}
