/**
 * How does one pipeline serve several sizes without copies?
 *
 * Source: none; with `run`, sample rows. Two templates hold stages with default parameters; an instance lays its own values
 * over them, and whatever it does not name keeps its default. Without `run` the counts are planned from the parameters; with
 * it the stages run on real rows, each on the output of the one before.
 */
import { flow, table } from 'd2flow'
import {
  createTemplate,
  instantiateTemplate,
  runStages,
  stageType,
  type PipelineInstance,
  type StageTypes,
} from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

interface Row {
  readonly id: number
  readonly value: number
}

const Sized = z.strictObject({ batchSize: z.number().min(0).default(100) })

const STAGE_TYPES: StageTypes<Row> = {
  extract: stageType({
    params: Sized,
    run: (_, { batchSize }) => Array.from({ length: Math.floor(batchSize) }, (__, i) => ({ id: i, value: 10 * i })),
  }),
  validate: stageType({
    params: Sized.extend({ passRate: z.number().min(0).max(1).default(0.9) }),
    run: (rows: readonly Row[], { passRate }) => rows.slice(0, Math.floor(rows.length * passRate)),
  }),
  transform: stageType({
    params: Sized,
    run: (rows: readonly Row[]) => rows.map((row) => ({ ...row, value: 2 * row.value })),
  }),
  load: stageType({ params: Sized, run: (rows: readonly Row[]) => rows }),
}

const types = Object.keys(STAGE_TYPES)

const TEMPLATES = {
  etl_basic: createTemplate(
    'etl_basic',
    [
      { type: 'extract', params: { batchSize: 100 } },
      { type: 'load', params: { batchSize: 100 } },
    ],
    { types },
  ),
  etl_full: createTemplate(
    'etl_full',
    [
      { type: 'extract', params: { batchSize: 200 } },
      { type: 'validate', params: { batchSize: 200, passRate: 0.95 } },
      { type: 'transform', params: { batchSize: 200 } },
      { type: 'load', params: { batchSize: 200 } },
    ],
    { types },
  ),
}

const Instance = z.object({
  template: z.enum(['etl_basic', 'etl_full']),
  overrides: z.record(z.string(), z.json()).default({}),
})

const INSTANCES: z.output<typeof Instance>[] = [
  { template: 'etl_basic', overrides: { batchSize: 50 } },
  { template: 'etl_basic', overrides: { batchSize: 500 } },
  { template: 'etl_full', overrides: {} },
  { template: 'etl_full', overrides: { batchSize: 1_000, passRate: 0.8 } },
]

export const pipelineTemplateFactory = flow({
  name: 'pipeline-template-factory',
  params: z.object({
    instances: z.array(Instance).default(INSTANCES).describe('which template, and what is laid over its defaults'),
    run: z.boolean().default(false).describe('run the stages on sample rows instead of planning their counts'),
  }),
  async run({ instances, run }, ctx) {
    const made = instances.map(({ template, overrides }) => instantiateTemplate(TEMPLATES[template], overrides))
    const stages: StageRow[] = []
    for (const [index, instance] of made.entries()) {
      const counts = run ? await runCounts(instance, ctx.signal) : instance.stages.map(plannedCount)
      stages.push(
        ...instance.stages.map(({ name, params }, at) => ({
          instance: index + 1,
          template: instance.name,
          stage: name,
          params: JSON.stringify(params),
          recordsOut: counts[at] ?? null,
        })),
      )
    }

    const templatesUsed = [...new Set(instances.map(({ template }) => template))].toSorted()
    await publishReport(ctx, {
      key: 'pipeline-template-factory',
      title: 'Instances, and the parameters of their stages',
      sample: true,
      rows: stages,
      paragraphs: [
        `**${made.length} pipelines** were made from ${templatesUsed.length} templates of version 1.0, without a copy of either.`,
        run
          ? 'The counts are those of rows that went through the stages.'
          : 'The counts are planned: batchSize, and of validate batchSize · passRate, as whole numbers.',
      ],
    })
    await ctx.publish(
      table(
        'pipeline-template-factory-templates',
        templatesUsed.flatMap((name) =>
          TEMPLATES[name].stages.map(({ type, params }) => ({
            template: name,
            type,
            defaults: JSON.stringify(params),
          })),
        ),
        titled('Templates and their defaults', true),
      ),
    )
    return { templatesUsed, instancesCreated: made.length, stages }
  },
})

type StageRow = {
  readonly instance: number
  readonly template: string
  readonly stage: string
  readonly params: string
  /** Null: the stage did not run, because one before it failed. */
  readonly recordsOut: number | null
}

function plannedCount({ type, params }: PipelineInstance['stages'][number]): number {
  const { batchSize = 100, passRate = 0.9 } = params as { batchSize?: number; passRate?: number }
  return Math.floor(type === 'validate' ? batchSize * passRate : batchSize)
}

async function runCounts(instance: PipelineInstance, signal: AbortSignal): Promise<(number | null)[]> {
  const { stages } = await runStages(instance, STAGE_TYPES, { signal })
  return stages.map(({ recordsOut }) => recordsOut)
}
