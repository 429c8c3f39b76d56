/**
 * Can one engine run any list of stages?
 *
 * Source: sample data, made by the first stage. What runs is configuration: stages of the types extract, validate,
 * transform and load, with parameters, in any order and number. A stage may be disabled; an unknown type is refused before
 * anything runs. The first stage that fails ends the run, unless `failFast` is false: then the run goes on and says so.
 */
import { failed, flow, table } from 'd2flow'
import { PipelineConfig, runStages, stageType, type StageTypes } from 'd2flow/patterns'
import { z } from 'zod'
import { publishReport, titled } from '../publish-report.ts'

interface Row {
  readonly [column: string]: number
  readonly id: number
  readonly value: number
}

const STAGE_TYPES: StageTypes<Row> = {
  extract: stageType({
    params: z.strictObject({ count: z.int().min(0).default(10) }),
    run: (_, { count }) => Array.from({ length: count }, (__, i) => ({ id: i, value: 10 * i })),
  }),
  validate: stageType({
    params: z.strictObject({ minValue: z.number().default(0) }),
    run: (rows: readonly Row[], { minValue }) => rows.filter(({ value }) => value >= minValue),
  }),
  transform: stageType({
    params: z.strictObject({ multiplier: z.number().default(1) }),
    run: (rows: readonly Row[], { multiplier }) => rows.map((row) => ({ ...row, value: row.value * multiplier })),
  }),
  load: stageType({
    params: z.strictObject({ target: z.string().min(1).default('memory') }),
    run: (rows: readonly Row[]) => rows,
  }),
}

const DEFAULT = PipelineConfig.parse({
  name: 'default',
  stages: [
    { type: 'extract', params: { count: 20 } },
    { type: 'validate', params: { minValue: 50 } },
    { type: 'transform', params: { multiplier: 1.5 } },
    { type: 'load' },
  ],
})

export const configDrivenPipeline = flow({
  name: 'config-driven-pipeline',
  params: z.object({ pipeline: PipelineConfig.default(DEFAULT).describe('name, stages and failFast') }),
  async run({ pipeline }, ctx) {
    const report = await runStages(pipeline, STAGE_TYPES, { signal: ctx.signal })

    const failure = report.stages.find(({ status }) => status === 'failed')?.failure ?? null
    await publishReport(ctx, {
      key: 'config-driven-pipeline',
      title: `Stages of the pipeline ${pipeline.name}`,
      sample: true,
      rows: report.stages.map(({ name, type, status, recordsIn, recordsOut, failure: own }) => ({
        stage: name,
        type,
        status,
        'records in': recordsIn,
        'records out': recordsOut,
        reason: own?.message ?? null,
      })),
      paragraphs: [
        `The pipeline **${report.status}**: ${report.executed} stages ran, ${report.skipped} were skipped, ${report.failed} failed.`,
        `${report.records.length} records came out of it.`,
      ],
    })
    await ctx.publish(table('config-driven-pipeline-records', report.records, titled('Records that came out', true)))
    if (failure !== null && pipeline.failFast) return failed(`the pipeline stopped: ${failure.message}`)
    if (failure !== null) ctx.warn(`a stage failed and the pipeline went on: ${failure.message}`)
    return report
  },
})
