/** A deployment as the store keeps it: which flow, when, with which parameters, and whom to tell. */
import type { JsonObject } from '../base/json.ts'
import type { ScheduleRecord } from './schedule.ts'
import type { StateType } from './state.ts'

export interface NotifyRule {
  /** The state types that are told. */
  readonly when: readonly StateType[]
  /** Type of the notification block, for example `slack-webhook`. */
  readonly through: string
  /** Name of the saved block. */
  readonly named: string
  /** Templates in place of the usual words, with {{flow}}, {{run}}, {{state}}, {{message}}, {{deployment}}, {{dueAt}}. */
  readonly subject?: string
  readonly body?: string
  /** Only of deployments that are at least so important. Default `low`: of all. */
  readonly atLeast?: Importance
  /** After one message about a deployment, no other before the next full stretch of this length begins by the clock. */
  readonly throttleMs?: number
  /** With `failed` or `crashed` in `when`: tell also when a run completes after one that did not. */
  readonly recovery?: boolean
}

/** How much depends on a deployment: for telling only of what is critical. */
export type Importance = 'low' | 'normal' | 'critical'

/** What happens when a run falls due while the one before still runs. */
export type Overlap = 'skip' | 'buffer-one' | 'buffer-all' | 'allow'

/** How many runs of a deployment may be under way at once, in place of its overlap rule. */
export interface DeploymentLimit {
  /** 0 lets none begin. */
  readonly limit: number
  /** One too many waits for its turn, oldest first, or is cancelled. */
  readonly onCollision: 'enqueue' | 'cancel-new'
}

export interface DeploymentRecord {
  readonly id: string
  readonly name: string
  readonly flowName: string
  readonly description: string | null
  readonly version: string | null
  readonly tags: readonly string[]
  readonly parameters: JsonObject
  /** The JSON Schema of what its flow takes, for forms and for programs that ask for runs; null when it takes anything. */
  readonly parameterSchema: JsonObject | null
  /** Whether a run with parameters that do not fit is refused when it is asked for; else the run itself fails. */
  readonly enforceParameterSchema: boolean
  readonly schedules: readonly ScheduleRecord[]
  readonly paused: boolean
  /** The work pool that its runs wait in; null when whoever serves the project takes them. */
  readonly pool: string | null
  readonly overlap: Overlap
  readonly importance: Importance
  readonly concurrencyLimit?: DeploymentLimit
  readonly notify: readonly NotifyRule[]
  readonly createdAt: string
  readonly updatedAt: string
  /** Since when its schedules count; set anew by resume, so that a pause leaves no burst behind. */
  readonly scheduledFromAt: string
}
