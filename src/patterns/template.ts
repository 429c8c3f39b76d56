/** Pipelines of one form and several sizes: a template holds stages with defaults, an instance lays values over them. */
import { ConfigError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'

export interface TemplateStage {
  readonly type: string
  readonly name?: string
  readonly params?: Readonly<Record<string, JsonValue>>
}

export interface PipelineTemplate {
  readonly name: string
  readonly version: string
  readonly stages: readonly {
    readonly type: string
    readonly name: string
    readonly params: Readonly<Record<string, JsonValue>>
  }[]
}

/** A pipeline that `runStages` can run. */
export interface PipelineInstance {
  readonly name: string
  readonly stages: PipelineTemplate['stages'][number][]
}

export interface TemplateOptions {
  /** Default "1.0". */
  readonly version?: string
  /** The types of stage that are known; without them any type is taken. */
  readonly types?: readonly string[]
}

/**
 * A template that nobody can change any more, not even through the values it was made from.
 *
 * @throws ConfigError `config/params` for no stages, or a type that is not among those known
 */
export function createTemplate(
  name: string,
  stages: readonly TemplateStage[],
  { version = '1.0', types }: TemplateOptions = {},
): PipelineTemplate {
  if (stages.length === 0) {
    throw new ConfigError('config/params', `the template "${name}" has no stages`, { hint: 'give at least one' })
  }
  const unknown = types === undefined ? -1 : stages.findIndex(({ type }) => !types.includes(type))
  if (types !== undefined && unknown >= 0) {
    const type = stages[unknown]?.type ?? ''
    throw new ConfigError(
      'config/params',
      `the template "${name}" has an unknown type of stage at stages[${unknown}].type: "${type}"`,
      {
        hint: `the types are ${types.join(', ')}`,
        details: { path: `stages[${unknown}].type`, type, known: types },
      },
    )
  }
  return deepFreeze({
    name,
    version,
    stages: structuredClone(stages).map((stage) => ({
      type: stage.type,
      name: stage.name ?? stage.type,
      params: stage.params ?? {},
    })),
  })
}

/**
 * A pipeline from a template. A value overrides the default of each stage that has a parameter of this name; the other
 * defaults stay. Neither the template nor another instance is touched.
 *
 * @throws ConfigError `config/params` naming every override that no stage knows
 */
export function instantiateTemplate(
  template: PipelineTemplate,
  overrides: Readonly<Record<string, JsonValue>> = {},
): PipelineInstance {
  const known = [...new Set(template.stages.flatMap(({ params }) => Object.keys(params)))]
  const strangers = Object.keys(overrides).filter((key) => !known.includes(key))
  if (strangers.length > 0) {
    const near = nearest(strangers[0] ?? '', known)
    throw new ConfigError(
      'config/params',
      `no stage of the template "${template.name}" has a parameter ${strangers.map((key) => `"${key}"`).join(', ')}`,
      {
        hint: near === null ? `its parameters are ${known.join(', ') || 'none'}` : `did you mean "${near}"?`,
        details: { unknown: strangers, known },
      },
    )
  }
  return {
    name: template.name,
    stages: template.stages.map(({ type, name, params }) => ({
      type,
      name,
      params: structuredClone(
        Object.fromEntries(
          Object.entries(params).map(([key, value]) => [key, Object.hasOwn(overrides, key) ? overrides[key] : value]),
        ),
      ) as Record<string, JsonValue>,
    })),
  }
}

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
