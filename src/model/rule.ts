/** A rule: a condition over runs, deployments and serving processes, and what is done when it comes true. */
import type { JsonObject } from '../base/json.ts'
import type { StateType } from './state.ts'

/** Which runs are meant; nothing said: all. */
export interface RunSelection {
  readonly flow: string | null
  /** Written `flow/deployment`. */
  readonly deployment: string | null
}

export type RuleCondition =
  /** A run has been in a state for a while: late, or hanging. */
  | ({ readonly kind: 'state-lasts'; readonly states: readonly StateType[]; readonly forMs: number } & RunSelection)
  /** A deployment has had no success for a while. Silence is the failure; a paused deployment may be silent. */
  | { readonly kind: 'no-success'; readonly deployment: string | null; readonly withinMs: number }
  /** No process has served the project for a while. */
  | { readonly kind: 'nobody-serves'; readonly forMs: number }
  /** A run has ended: run after run. */
  | ({ readonly kind: 'run-ends'; readonly states: readonly StateType[] } & RunSelection)

export type RuleAction =
  | {
      readonly kind: 'notify'
      /** Type of the notification block. */
      readonly through: string
      /** Name of the saved block. */
      readonly named: string
      /** Templates in place of the usual words, with {{rule}}, {{subject}}, {{reason}}, {{flow}}, {{run}}, {{deployment}}. */
      readonly subject?: string
      readonly body?: string
      /** Tell also when the condition has cleared. */
      readonly recovery: boolean
    }
  | { readonly kind: 'run'; readonly deployment: string; readonly parameters: JsonObject }
  /** The deployment that the condition is about, or another one. */
  | { readonly kind: 'pause'; readonly deployment: string | null }
  /** The run that the condition is about. */
  | { readonly kind: 'cancel' }

export interface Rule {
  readonly name: string
  readonly when: RuleCondition
  readonly actions: readonly RuleAction[]
}
