/**
 * Where do we go on after a failure?
 *
 * Source: sample data of five rows. Four stages, extract, validate, transform and load, each of which leaves its result in a
 * checkpoint. A run over the same checkpoint skips the stages that completed; a checkpoint of other parameters or stages is
 * not used, and a damaged one is reported. `failOn` makes a stage fail, to try it out.
 */
import { DataError, failed, flow } from 'd2flow'
import { openCheckpoint, runStages, stageType, type StageTypes } from 'd2flow/patterns'
import { join } from 'node:path'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'

interface Row {
  readonly id: number
  readonly value: number
}

const STAGES = ['extract', 'validate', 'transform', 'load'] as const

export const errorRecovery = flow({
  name: 'error-recovery',
  params: z.object({
    records: z.int().min(0).default(5).describe('how many rows the first stage makes'),
    multiplier: z.number().default(2).describe('what the values are multiplied by'),
    failOn: z.enum(STAGES).nullable().default(null).describe('the stage that fails, to see what comes after'),
    checkpoint: z
      .string()
      .nullable()
      .default(null)
      .describe('path of the checkpoint; null is one in the folder of the run'),
  }),
  async run({ records, multiplier, failOn, checkpoint: path }, ctx) {
    const pipeline = { name: 'error-recovery', stages: STAGES.map((type) => ({ type })) }
    const checkpoint = await openCheckpoint<Row>({
      path: path ?? join(ctx.workDir, 'checkpoint.json'),
      // not failOn: whoever mends the failure goes on from the same checkpoint
      boundTo: { pipeline, records, multiplier },
      clock: ctx.clock,
    })
    if (checkpoint.found === 'other') ctx.log.warn('the checkpoint belongs to other parameters: every stage runs again')

    const types = stageTypes({ records, multiplier, failOn })
    const report = await runStages(pipeline, types, { checkpoint, signal: ctx.signal })

    await publishReport(ctx, {
      key: 'error-recovery',
      title: 'Stages, and which of them were recovered',
      sample: true,
      rows: report.stages.map(({ name, status, recordsIn, recordsOut, failure }) => ({
        stage: name,
        status,
        'records in': recordsIn,
        'records out': recordsOut,
        reason: failure?.message ?? null,
      })),
      paragraphs: [
        `**${report.recovered} stages were recovered**, ${report.executed} were executed and ${report.failed} failed.`,
        `${report.records.length} records are there now.`,
      ],
    })
    const failure = report.stages.find(({ status }) => status === 'failed')?.failure
    if (failure !== undefined && failure !== null) return failed(failure.message)
    const { executed, recovered, records: rows } = report
    return { executed, recovered, failed: 0, rows }
  },
})

interface Settings {
  readonly records: number
  readonly multiplier: number
  readonly failOn: (typeof STAGES)[number] | null
}

function stageTypes({ records, multiplier, failOn }: Settings): StageTypes<Row> {
  const stage = (name: (typeof STAGES)[number], work: (rows: readonly Row[]) => readonly Row[]) =>
    stageType({
      params: z.strictObject({}),
      run(rows: readonly Row[]) {
        if (failOn === name)
          throw new DataError('data/value', `the stage ${name} was told to fail`, { hint: 'leave out failOn' })
        return work(rows)
      },
    })
  return {
    extract: stage('extract', () => Array.from({ length: records }, (_, i) => ({ id: i, value: 10 * i }))),
    validate: stage('validate', (rows) => rows.filter(({ value }) => value >= 0)),
    transform: stage('transform', (rows) => rows.map((row) => ({ ...row, value: multiplier * row.value }))),
    load: stage('load', (rows) => rows),
  }
}
