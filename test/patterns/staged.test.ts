import { runStages, stageType, type PipelineConfig, type StageTypes } from 'd2flow/patterns'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

interface Row {
  readonly id: number
  readonly value: number
}

/** The types of stage of a small pipeline, and a list of the stages that were executed. */
function stages() {
  const executed: string[] = []
  const types: StageTypes<Row> = {
    extract: stageType({
      params: z.object({ count: z.int().min(0).default(10) }),
      run(_, { count }) {
        executed.push('extract')
        return Array.from({ length: count }, (__, id) => ({ id, value: 10 * id }))
      },
    }),
    validate: stageType({
      params: z.object({ minValue: z.number().default(0) }),
      run(records: readonly Row[], { minValue }) {
        executed.push('validate')
        return records.filter(({ value }) => value >= minValue)
      },
    }),
    transform: stageType({
      params: z.object({ multiplier: z.number().default(1), fails: z.boolean().default(false) }),
      async run(records: readonly Row[], { multiplier, fails }) {
        executed.push('transform')
        if (fails) throw new Error('no such column')
        return records.map((row) => ({ ...row, value: row.value * multiplier }))
      },
    }),
    load: stageType({
      params: z.object({ target: z.string().default('memory') }),
      run(records: readonly Row[]) {
        executed.push('load')
        return records
      },
    }),
  }
  return { executed, types }
}

const FULL: PipelineConfig = {
  name: 'full',
  stages: [
    { type: 'extract', params: { count: 20 } },
    { type: 'validate', params: { minValue: 50 } },
    { type: 'transform', params: { multiplier: 1.5 } },
    { type: 'load' },
  ],
}

describe('pipelines as data', () => {
  it('F168 does what the configuration says', async () => {
    const { types } = stages()

    const full = await runStages(FULL, types)
    const short = await runStages({ name: 'short', stages: [{ type: 'extract', params: { count: 2 } }] }, types)

    expect(full.stages.map(({ name }) => name)).toEqual(['extract', 'validate', 'transform', 'load'])
    // by hand: values 0, 10 … 190; 15 of them are 50 or more; the last becomes 285
    expect(full.records).toHaveLength(15)
    expect(full.records.at(-1)).toEqual({ id: 19, value: 285 })
    expect(short.stages.map(({ name }) => name)).toEqual(['extract'])
    expect(short.records).toEqual([
      { id: 0, value: 0 },
      { id: 1, value: 10 },
    ])
  })

  it('F169 passes over a disabled stage and counts it', async () => {
    const { executed, types } = stages()
    const config = { ...FULL, stages: FULL.stages.map((s) => ({ ...s, enabled: s.type !== 'validate' })) }

    const report = await runStages(config, types)

    expect(executed).toEqual(['extract', 'transform', 'load'])
    expect(report.skipped).toBe(1)
    expect(report.stages[1]).toMatchObject({ status: 'skipped', recordsIn: 20, recordsOut: 20 })
    expect(report.stages[2]?.recordsIn).toBe(20)
  })

  it('R39 F170 hands each stage what the one before gave, and executes each once', async () => {
    const { executed, types } = stages()

    const { stages: reports } = await runStages(FULL, types)

    expect(executed).toEqual(['extract', 'validate', 'transform', 'load'])
    expect(reports.map(({ recordsIn }) => recordsIn)).toEqual([0, 20, 15, 15])
    expect(reports.slice(1).map(({ recordsIn }) => recordsIn)).toEqual(
      reports.slice(0, -1).map(({ recordsOut }) => recordsOut),
    )
  })

  const failing: PipelineConfig = {
    ...FULL,
    stages: FULL.stages.map((s) => (s.type === 'transform' ? { ...s, params: { fails: true } } : s)),
  }

  it('R39 F171 stops at the first failing stage by default', async () => {
    const { executed, types } = stages()

    const report = await runStages(failing, types)

    expect(executed).not.toContain('load')
    expect(report).toMatchObject({ status: 'failed', failed: 1 })
    expect(report.stages.map(({ status }) => status)).toEqual(['completed', 'completed', 'failed', 'not-run'])
  })

  it('F171 goes on without failFast, and the report shows the failure', async () => {
    const { executed, types } = stages()

    const report = await runStages({ ...failing, failFast: false }, types)

    expect(executed).toContain('load')
    expect(report).toMatchObject({ status: 'failed', failed: 1 })
    expect(report.stages[2]).toMatchObject({ status: 'failed', failure: { message: 'no such column' } })
    expect(report.stages[3]).toMatchObject({ status: 'completed', recordsIn: 15 })
  })

  it('F172 refuses a type of stage that is not known, with its place, before any stage ran', async () => {
    const { executed, types } = stages()
    const config = { ...FULL, stages: [...FULL.stages.slice(0, 2), { type: 'explode' }] }

    await expect(runStages(config, types)).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringContaining('stages[2].type'),
      hint: expect.stringContaining('extract'),
    })
    expect(executed).toEqual([])
  })

  it.each([
    [
      'a parameter of the wrong kind',
      { name: 'x', stages: [{ type: 'extract', params: { count: 'ten' } }] },
      'stages[0].params.count',
    ],
    [
      'a misspelt member',
      { name: 'x', stages: [{ type: 'extract', enbled: false }] },
      'stages[0]: Unrecognized key: "enbled"',
    ],
    ['no stages', { name: 'x', stages: [] }, 'stages: '],
    ['a type that every object has', { name: 'x', stages: [{ type: 'toString' }] }, 'stages[0].type'],
  ])('F172 refuses %s with its place', async (_, config, expected) => {
    const { types } = stages()

    await expect(runStages(config as PipelineConfig, types)).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringContaining(expected),
    })
  })

  it('ends with the reason when it is aborted, instead of a report of failed stages', async () => {
    const controller = new AbortController()
    const types: StageTypes<Row> = {
      wait: stageType({
        params: z.object({}),
        run() {
          controller.abort(new Error('the run was cancelled'))
          throw new Error('interrupted')
        },
      }),
    }

    await expect(
      runStages({ name: 'x', stages: [{ type: 'wait' }] }, types, { signal: controller.signal }),
    ).rejects.toThrow('the run was cancelled')
  })
})
