import { collect } from 'd2flow'
import { readRecords } from 'd2flow/files'
import { dataTransfer } from 'd2flow/flows/statistics/data-transfer'
import { parallelExport } from 'd2flow/flows/statistics/parallel-export'
import { pipelineTemplateFactory } from 'd2flow/flows/statistics/pipeline-template-factory'
import { stagedEtlPipeline } from 'd2flow/flows/statistics/staged-etl-pipeline'
import { runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../../patterns/folder.ts'

describe('staged-etl-pipeline', () => {
  it('F214 keeps three layers that can all be looked at', async () => {
    const { artifacts, result } = await runFlow(stagedEtlPipeline, {})

    expect(artifacts.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['staged-etl-pipeline', 'staged-etl-pipeline-staging', 'staged-etl-pipeline-production']),
    )
    expect([result?.staging.length, result?.production.length, result?.summary.length]).toEqual([10, 10, 3])
  })

  it('F215 stages the text as it came, with one time for the batch', async () => {
    const { result } = await runFlow(stagedEtlPipeline, {}, { dueAt: '2026-03-10T06:00:00Z' })

    expect(result?.staging[2]).toEqual({
      id: 3,
      category: 'B',
      value: 'bad_value',
      loadedAt: '2026-03-10T06:00:00.000Z',
    })
    expect(new Set(result?.staging.map(({ loadedAt }) => loadedAt)).size).toBe(1)
  })

  it('F216 keeps invalid rows, with their value where there is one', async () => {
    const { result } = await runFlow(stagedEtlPipeline, {})

    expect(result?.production.filter(({ isValid }) => !isValid).map(({ id, value }) => [id, value])).toEqual([
      [3, null],
      [5, -50],
      [8, 9_999],
      [10, null],
    ])
    expect(result?.invalid).toBe(4)
  })

  it('F217 sums up valid rows only, and shows a category that has none', async () => {
    const { result } = await runFlow(stagedEtlPipeline, {})
    const none = await runFlow(stagedEtlPipeline, { rows: [{ id: 1, category: 'Z', value: 'x' }] })

    // by hand: A (100.5 + 200.3 + 175) / 3, C (300 + 250.7) / 2 = 275.35
    expect(result?.summary).toEqual([
      { category: 'A', count: 3, average: 158.6, min: 100.5, max: 200.3 },
      { category: 'B', count: 1, average: 150, min: 150, max: 150 },
      { category: 'C', count: 2, average: 275.35, min: 250.7, max: 300 },
    ])
    expect(none.result?.summary).toEqual([{ category: 'Z', count: 0, average: null, min: null, max: null }])
  })

  it('F218 carries time and validity into the later layers', async () => {
    const { result } = await runFlow(stagedEtlPipeline, {})

    expect(result?.production.every(({ loadedAt, isValid }) => loadedAt !== '' && typeof isValid === 'boolean')).toBe(
      true,
    )
  })

  it.each([
    [' 5 ', 5],
    ['1.5e2', 150],
    ['.5', 0.5],
    ['1,000', null],
    ['1_000', null],
    ['NaN', null],
    ['Infinity', null],
    ['1e999', null],
    ['0x10', null],
    ['12abc', null],
  ])('reads the text "%s" as %s', async (value, expected) => {
    const { result } = await runFlow(stagedEtlPipeline, { rows: [{ id: 1, category: 'A', value }] })

    expect(result?.production[0]?.value).toBe(expected)
  })

  it('refuses limits that are the wrong way round', async () => {
    await expect(runFlow(stagedEtlPipeline, { min: 2, max: 1 })).rejects.toMatchObject({ code: 'config/params' })
  })
})

describe('pipeline-template-factory', () => {
  it('F227 makes four pipelines of two templates', async () => {
    const { result } = await runFlow(pipelineTemplateFactory, {})

    expect(result).toMatchObject({ templatesUsed: ['etl_basic', 'etl_full'], instancesCreated: 4 })
    // by hand: 200 · 0.95 and 1,000 · 0.8
    expect(result?.stages.map(({ recordsOut }) => recordsOut)).toEqual(
      [
        [50, 50],
        [500, 500],
        [200, 190, 200, 200],
        [1_000, 800, 1_000, 1_000],
      ].flat(),
    )
  })

  it('R6 hands each stage what the one before gave when they are run', async () => {
    const { result } = await runFlow(pipelineTemplateFactory, { run: true })

    expect(result?.stages.slice(4, 8).map(({ recordsOut }) => recordsOut)).toEqual([200, 190, 190, 190])
  })

  it('F229 names an override that no stage knows', async () => {
    const { run } = await runFlow(pipelineTemplateFactory, {
      instances: [{ template: 'etl_basic', overrides: { batchsize: 50 } }],
    })

    expect(run.failure).toMatchObject({ code: 'config/params', hint: 'did you mean "batchSize"?' })
  })
})

describe('data-transfer', () => {
  it('finds every row unchanged at the target', async () => {
    const { result } = await runFlow(dataTransfer, {})

    expect(result).toMatchObject({ rows: 8, verified: true, sizes: { large: 5, medium: 1, small: 1, town: 1 } })
    // coreutils: printf 'Bergen:285000|Copenhagen:800000|…|Tromso:77000' | sha256sum | cut -c1-16
    expect(result?.hash).toBe('307b25ffa6f9774a')
  })

  it('fails when the target holds something else', async () => {
    // a name with a lone quote and a line end comes back as it was; two cities of one name in another order do not differ
    const { state } = await runFlow(dataTransfer, { cities: [{ city: 'a "b"\nc', population: 1 }] })
    expect(state.type).toBe('completed')

    const blocked = await runFlow(dataTransfer, { target: '/dev/null/cities.csv' })
    expect(blocked.run.failure?.code).toBe('data/file')
  })
})

describe('parallel-export', () => {
  it('writes three files side by side and reads each back', async () => {
    const { result, steps } = await runFlow(parallelExport, { outputDir: await ownFolder() })

    expect(result).toMatchObject({ total: 45, byFormat: { csv: 2, json: 1 } })
    const counts = await Promise.all(
      (result?.paths ?? []).map(async (path) => (await collect(readRecords(path))).length),
    )
    expect(counts).toEqual([15, 20, 10])
    expect(steps).toHaveLength(3)
  })
})
