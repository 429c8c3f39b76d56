/** A deployment: which flow runs, when, with which parameters, and who is told. One object, checked when it is written. */
import { ConfigError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { AnyBlock } from '../blocks/define.ts'
import type { AnyFlow, Flow } from '../engine/flow.ts'
import type { DeploymentLimit, Importance, NotifyRule, Overlap } from '../model/deployment-record.ts'
import type { CatchUp, Schedule, ScheduleRecord } from '../model/schedule.ts'
import type { StateType } from '../model/state.ts'

export interface NotifyOption {
  readonly when: readonly StateType[]
  /** The type of the notification block. */
  readonly through: AnyBlock
  /** The name under which it is saved. */
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

/** A schedule with what is special about it; alone, a schedule is enough. */
export interface ScheduleOption {
  readonly schedule: Schedule
  /** Its identity within the deployment; default its position. */
  readonly slug?: string
  readonly active?: boolean
  readonly parameters?: JsonObject
  readonly catchUp?: CatchUp
  /** Default: one period of the schedule. */
  readonly maxLatenessMs?: number
}

/** What a flow may be given, by its own schema. */
type ParamsOf<F> =
  F extends Flow<never, unknown, infer Given>
    ? Given
    : F extends (params: infer Given, ...rest: never[]) => unknown
      ? Given
      : Record<string, unknown>

export interface DeploymentOptions<F extends AnyFlow> {
  readonly name: string
  readonly flow: F
  readonly schedule?: Schedule | readonly (Schedule | ScheduleOption)[]
  /** Over the flow's own defaults; checked against its schema by the compiler, and again when it is applied. */
  readonly params?: Partial<ParamsOf<F>>
  readonly notify?: readonly NotifyOption[]
  readonly description?: string
  readonly version?: string
  readonly tags?: readonly string[]
  /**
   * Whether a run with parameters that do not fit is refused when it is asked for. Default true; otherwise it is made, and
   * fails by the flow's own check.
   */
  readonly enforceParameterSchema?: boolean
  /** The work pool that its runs wait in until a worker of it takes them. Default: whoever serves the project takes them. */
  readonly pool?: string
  /** When a run falls due while the one before still runs. Default `buffer-one`: one waits, more are skipped. */
  readonly overlap?: Overlap
  /** How much depends on it. Default `normal`. */
  readonly importance?: Importance
  /** So many runs at once, in place of `overlap`; one too many waits, unless `onCollision` says `cancel-new`. */
  readonly concurrencyLimit?: { readonly limit: number; readonly onCollision?: DeploymentLimit['onCollision'] }
}

export interface DeploymentDefinition {
  readonly kind: 'deployment'
  readonly name: string
  readonly flow: AnyFlow
  readonly description: string | null
  readonly version: string | null
  readonly tags: readonly string[]
  readonly params: JsonObject
  readonly enforceParameterSchema: boolean
  readonly schedules: readonly ScheduleRecord[]
  readonly notify: readonly NotifyRule[]
  readonly pool: string | null
  readonly overlap: Overlap
  readonly importance: Importance
  readonly concurrencyLimit: DeploymentLimit | null
}

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws ConfigError `config/params` for a name that cannot be typed, two schedules with one slug, two rules for overlap */
export function deployment<F extends AnyFlow>(options: DeploymentOptions<F>): DeploymentDefinition {
  const { name, flow } = options
  if (!NAME.test(name)) {
    throw new ConfigError('config/params', `"${name}" cannot be the name of a deployment`, {
      hint: 'use lower-case letters, digits and single dashes, like "gdp-weekly"',
    })
  }
  const schedules = listOf(options.schedule).map(scheduleRecord)
  const repeated = schedules.find(({ slug }, at) => schedules.findIndex((other) => other.slug === slug) !== at)
  if (repeated !== undefined) {
    throw new ConfigError('config/params', `deployment "${name}" has two schedules with the slug "${repeated.slug}"`, {
      hint: 'the slug is what tells the schedules of a deployment apart: give each its own',
    })
  }
  return {
    kind: 'deployment',
    name,
    flow,
    description: options.description ?? null,
    version: options.version ?? null,
    tags: options.tags ?? [],
    params: (options.params ?? {}) as JsonObject,
    enforceParameterSchema: options.enforceParameterSchema ?? true,
    schedules,
    notify: (options.notify ?? []).map(notifyRule),
    pool: options.pool ?? null,
    overlap: options.overlap ?? (options.concurrencyLimit === undefined ? 'buffer-one' : 'allow'),
    concurrencyLimit: limitOf(options),
    importance: options.importance ?? 'normal',
  }
}

/** As the store keeps it: the type of the block by its slug. */
export function notifyRule({ through, ...rule }: NotifyOption): NotifyRule {
  return { ...rule, through: through.slug }
}

/** @throws ConfigError `config/params` for a limit that cannot be meant, or a second rule beside it */
function limitOf({
  name,
  overlap,
  concurrencyLimit,
}: Pick<DeploymentOptions<AnyFlow>, 'name' | 'overlap' | 'concurrencyLimit'>): DeploymentLimit | null {
  if (concurrencyLimit === undefined) return null
  const { limit, onCollision = 'enqueue' } = concurrencyLimit
  const refuse = (what: string, hint: string) => {
    throw new ConfigError('config/params', `deployment "${name}" has ${what}`, { hint })
  }
  if (!Number.isInteger(limit) || limit < 0) {
    refuse(`a concurrency limit of ${limit}`, 'give a whole number from 0; 0 lets no run begin')
  }
  if (overlap !== undefined) refuse('both an overlap and a concurrency limit', 'give one of the two')
  return { limit, onCollision }
}

type ScheduleInput = DeploymentOptions<AnyFlow>['schedule']

function listOf(schedule: ScheduleInput): readonly (Schedule | ScheduleOption)[] {
  if (schedule === undefined) return []
  return isList(schedule) ? schedule : [schedule]
}

function isList(schedule: NonNullable<ScheduleInput>): schedule is readonly (Schedule | ScheduleOption)[] {
  return Array.isArray(schedule)
}

function scheduleRecord(given: Schedule | ScheduleOption, at: number): ScheduleRecord {
  const option: ScheduleOption = 'kind' in given ? { schedule: given } : given
  const catchUp = option.catchUp ?? 'latest'
  return {
    slug: option.slug ?? `schedule-${at + 1}`,
    schedule: option.schedule,
    active: option.active ?? true,
    parameters: option.parameters ?? {},
    catchUp,
    maxLatenessMs: option.maxLatenessMs ?? null,
  }
}
