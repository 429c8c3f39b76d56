/**
 * Pipelines as data: a list of stages, each of a type that code knows, run one after another with counts in and out.
 *
 * A list is checked as a whole before the first stage runs. Stages that a checkpoint remembers are not run again.
 */
import { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import { toFailure, type Failure } from '../base/failure.ts'
import { nearest } from '../base/nearest.ts'
import type { Checkpoint } from './checkpoint.ts'

/** What a type of stage does. Its parameters are checked and completed by the schema. */
export interface StageType<Row, Schema extends z.ZodType = z.ZodType> {
  readonly params: Schema
  /** The first stage gets the records that the pipeline is given, each other one those of the stage before. */
  run(records: readonly Row[], params: z.output<Schema>): readonly Row[] | PromiseLike<readonly Row[]>
}

/** Types of stage by name. */
export type StageTypes<Row> = Readonly<Record<string, StageType<Row>>>

/** Keeps the types of the parameters together with their schema. */
export function stageType<Row, Schema extends z.ZodType>(definition: StageType<Row, Schema>): StageType<Row> {
  return definition
}

export const StageConfig = z.strictObject({
  type: z.string().min(1).describe('which of the known types of stage'),
  name: z.string().min(1).optional().describe('default: the type'),
  enabled: z.boolean().default(true).describe('false: its input passes to the next stage'),
  params: z.record(z.string(), z.unknown()).default({}).describe('parameters of the type'),
})

export const PipelineConfig = z.strictObject({
  name: z.string().min(1),
  stages: z.array(StageConfig).min(1),
  failFast: z.boolean().default(true).describe('false: go on with the input of a stage that failed, and report it'),
})

/** As the schema, for values that nobody may change. */
export interface PipelineConfig {
  readonly name: string
  readonly stages: readonly {
    readonly type: string
    readonly name?: string | undefined
    readonly enabled?: boolean | undefined
    readonly params?: Readonly<Record<string, unknown>> | undefined
  }[]
  readonly failFast?: boolean | undefined
}

/** `recovered`: a checkpoint remembered its result. `not-run`: an earlier stage failed. */
export type StageStatus = 'completed' | 'recovered' | 'failed' | 'skipped' | 'not-run'

export interface StageReport {
  readonly name: string
  readonly type: string
  readonly status: StageStatus
  /** Null when it was not run. */
  readonly recordsIn: number | null
  readonly recordsOut: number | null
  /** With defaults filled in. */
  readonly params: unknown
  readonly failure: Failure | null
}

export interface PipelineReport<Row> {
  readonly pipeline: string
  readonly status: 'completed' | 'failed'
  readonly stages: readonly StageReport[]
  readonly executed: number
  readonly recovered: number
  readonly skipped: number
  readonly failed: number
  /** What the last stage gave; of a failed pipeline what was there when it failed. */
  readonly records: readonly Row[]
}

export interface RunStagesOptions<Row> {
  /** What the first stage gets. Default: none. */
  readonly records?: readonly Row[]
  /** Remembers each stage that completes; see `openCheckpoint`. */
  readonly checkpoint?: Checkpoint<Row>
  /** When it aborts, the pipeline ends with its reason instead of a report. */
  readonly signal?: AbortSignal
}

/**
 * Runs the stages. A stage that fails is in the report, not thrown: with `failFast` (the default) the stages after it are
 * not run, without it they get the records that the failed stage was given.
 *
 * @throws ConfigError `config/params` naming the place, such as `stages[2].type`, before any stage has run
 */
export async function runStages<Row>(
  config: PipelineConfig,
  types: StageTypes<Row>,
  { records: given = [], checkpoint, signal }: RunStagesOptions<Row> = {},
): Promise<PipelineReport<Row>> {
  const plan = planPipeline(config, types)
  const stages: StageReport[] = []
  let records = given
  let stopped = false
  for (const [index, stage] of plan.stages.entries()) {
    const report = (status: StageStatus, recordsOut: number | null, failure: Failure | null = null) => {
      const recordsIn = status === 'not-run' ? null : records.length
      stages.push({ name: stage.name, type: stage.type, status, recordsIn, recordsOut, params: stage.params, failure })
    }
    if (stopped) {
      report('not-run', null)
    } else if (!stage.enabled) {
      report('skipped', records.length)
    } else {
      signal?.throwIfAborted()
      const saved = checkpoint?.resultOf(index, stage.name)
      if (saved !== undefined) {
        report('recovered', saved.length)
        records = saved
        continue
      }
      try {
        const made = await stage.run(records)
        const kept = checkpoint === undefined ? made : await checkpoint.save(index, stage.name, made)
        report('completed', kept.length)
        records = kept
      } catch (error) {
        signal?.throwIfAborted()
        report('failed', null, toFailure(error))
        stopped = plan.failFast
        // what comes after a failure was made from other records than it should be: not worth remembering
        checkpoint = undefined
      }
    }
  }
  const count = (status: StageStatus) => stages.filter((stage) => stage.status === status).length
  const failed = count('failed')
  return {
    pipeline: plan.name,
    status: failed === 0 ? 'completed' : 'failed',
    stages,
    executed: count('completed'),
    recovered: count('recovered'),
    skipped: count('skipped'),
    failed,
    records,
  }
}

interface PlannedStage<Row> {
  readonly name: string
  readonly type: string
  readonly enabled: boolean
  readonly params: unknown
  readonly run: (records: readonly Row[]) => readonly Row[] | PromiseLike<readonly Row[]>
}

/** The configuration, checked and completed. @throws ConfigError `config/params` */
function planPipeline<Row>(config: PipelineConfig, types: StageTypes<Row>) {
  const parsed = PipelineConfig.safeParse(config)
  if (!parsed.success) throw refusal('the pipeline', parsed.error.issues, [])
  const { name, failFast } = parsed.data
  const stages = parsed.data.stages.map((stage, index): PlannedStage<Row> => {
    const type = Object.hasOwn(types, stage.type) ? types[stage.type] : undefined
    if (type === undefined) throw unknownType(name, index, stage.type, Object.keys(types))
    const params = type.params.safeParse(stage.params)
    if (!params.success) throw refusal(`the pipeline "${name}"`, params.error.issues, ['stages', index, 'params'])
    return {
      name: stage.name ?? stage.type,
      type: stage.type,
      enabled: stage.enabled,
      params: params.data,
      run: (records) => type.run(records, params.data),
    }
  })
  return { name, failFast, stages }
}

function unknownType(pipeline: string, index: number, type: string, known: readonly string[]): ConfigError {
  const near = nearest(type, known)
  return new ConfigError(
    'config/params',
    `the pipeline "${pipeline}" has an unknown type of stage at stages[${index}].type: "${type}"`,
    {
      hint: near === null ? `the types are ${known.join(', ')}` : `did you mean "${near}"?`,
      details: { path: `stages[${index}].type`, type, known },
    },
  )
}

function refusal(
  what: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
  prefix: readonly PropertyKey[],
): ConfigError {
  const problems = issues.map(({ path, message }) => `${place([...prefix, ...path])}: ${message}`)
  return new ConfigError('config/params', `${what} cannot be run: ${problems.join('; ')}`, {
    hint: 'mend the places that are named',
    details: { problems },
  })
}

/** `['stages', 2, 'type']` as `stages[2].type`. */
function place(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text === '' ? 'the configuration' : text.replace(/^\./, '')
}
