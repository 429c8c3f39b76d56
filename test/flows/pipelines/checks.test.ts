import { writeCsv } from 'd2flow/files'
import { crossDatasetValidation } from 'd2flow/flows/pipelines/cross-dataset-validation'
import { dataProfiling } from 'd2flow/flows/pipelines/data-profiling'
import { errorHandlingEtl } from 'd2flow/flows/pipelines/error-handling-etl'
import { pipelineHealthMonitor } from 'd2flow/flows/pipelines/pipeline-health-monitor'
import { qualityRulesEngine } from 'd2flow/flows/pipelines/quality-rules-engine'
import { recordValidation } from 'd2flow/flows/pipelines/record-validation'
import { runFlow } from 'd2flow/testing'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../../patterns/folder.ts'

describe('quality-rules-engine', () => {
  it('scores each rule and the whole', async () => {
    const { result } = await runFlow(qualityRulesEngine, {})

    // by hand: 18 of 20 names; 19 of 20 values within 0–500; ids all there and unique; 20 rows of 15
    expect(result?.results.map(({ name, score, status }) => [name, score, status])).toEqual([
      ['id is there', 1, 'passed'],
      ['name is there', 0.9, 'failed'],
      ['value is plausible', 0.95, 'failed'],
      ['id is unique', 1, 'passed'],
      ['enough rows', 1, 'passed'],
    ])
    expect(result?.score).toBeCloseTo((1 + 0.9 + 0.95 + 1 + 1) / 5, 12)
    expect(result?.grade).toBe('green')
  })

  it('F167 shows an unknown type as a failed rule, and no rows as not assessed', async () => {
    const unknown = await runFlow(qualityRulesEngine, { rules: [{ name: 'odd', ruleType: 'zzz' }] })
    const empty = await runFlow(qualityRulesEngine, { rows: [] })

    expect(unknown.result?.results[0]).toMatchObject({ status: 'failed', score: 0, reason: '"zzz" is no rule type' })
    expect(empty.result).toMatchObject({ score: null, grade: 'red', reason: 'there are no rows' })
    expect(empty.state.name).toBe('CompletedWithErrors')
  })

  it('F164 refuses a rule without a type', async () => {
    await expect(
      runFlow(qualityRulesEngine, { rules: [{ name: 'x' } as unknown as { name: string; ruleType: string }] }),
    ).rejects.toMatchObject({ code: 'config/params', message: expect.stringContaining('ruleType') })
  })
})

describe('cross-dataset-validation', () => {
  it('lists every reference that points nowhere', async () => {
    const { result } = await runFlow(crossDatasetValidation, {})

    // by hand: orders 11–15 name customer 99, orders 13–15 product 50
    expect(result).toMatchObject({ customerOrphans: 5, productOrphans: 3, validOrders: 10 })
    expect(result?.orphans.at(-1)).toEqual({ orderId: 15, reference: 'productId', key: 50 })
  })

  it('has nothing to say about no orders', async () => {
    const { result, state } = await runFlow(crossDatasetValidation, {
      data: { customers: [], products: [], orders: [] },
    })

    expect(result?.orphans).toEqual([])
    expect(state.name).toBe('Completed')
  })
})

describe('data-profiling', () => {
  it('profiles each column', async () => {
    const { result } = await runFlow(dataProfiling, {})

    // by hand: 5 names and 7 values of 50 · 4 cells are missing
    expect(result).toMatchObject({ rows: 50, missing: 12, completeness: 1 - 12 / 200 })
    const value = result?.columns.find(({ column }) => column === 'value')
    // values 2·i without i = 7, 14 … 49: (2 550 − 2·196) / 43
    expect(value?.numbers?.mean).toBeCloseTo((2_550 - 392) / 43, 10)
    expect(value).toMatchObject({ count: 43, missing: 7, distinct: 43 })
    expect(result?.columns.find(({ column }) => column === 'name')?.lengths).toEqual({ shortest: 6, longest: 7 })
  })

  it('says nothing about no cells', async () => {
    expect((await runFlow(dataProfiling, { rows: [] })).result?.completeness).toBeNull()
  })
})

describe('error-handling-etl', () => {
  it('F150 loads the good records and sets the bad ones aside with their reasons', async () => {
    const { result, state } = await runFlow(errorHandlingEtl, {})

    expect(result?.errors).toEqual(['Record 2: missing name', 'Record 3: missing value', 'Record 4: negative value'])
    expect(result?.goodRecords.map(({ id }) => id)).toEqual([1, 5, 6])
    expect(result?.sum).toBe(70)
    expect(state.name).toBe('CompletedWithErrors')
  })

  it('F152 completes when all records are bad', async () => {
    const { result, state } = await runFlow(errorHandlingEtl, { records: [{ id: 1 }, { id: 2, name: 'x' }] })

    expect(state.type).toBe('completed')
    expect(result).toMatchObject({ goodRecords: [], errors: ['Record 1: missing name', 'Record 2: missing value'] })
  })
})

describe('record-validation', () => {
  it('keeps what is within the limits, both included, and names every field that is not', async () => {
    const { result } = await runFlow(recordValidation, {})

    expect(result?.valid.map(({ id }) => id)).toEqual([1, 3])
    expect(result?.invalid).toBe(3)
    expect(result?.errors).toEqual([
      'Record 2: temperatureC: is above 60 °C',
      'Record 4: humidityPercent: is above 100 %',
      'Record 5: station: is blank; temperatureC: is no number',
    ])
  })
})

describe('pipeline-health-monitor', () => {
  const DUE_AT = '2026-03-10T06:00:00Z'

  async function fileOf(values: readonly unknown[], ageHours: number) {
    const file = await writeCsv(
      join(await ownFolder(), 'output.csv'),
      values.map((value, id) => ({ id, value })),
    )
    const writtenAt = new Date(Date.parse(DUE_AT) - ageHours * 3_600_000)
    await utimes(file, writtenAt, writtenAt)
    return file
  }
  const TEN = Array.from({ length: 10 }, (_, i) => i)

  it.each([
    ['a fresh file', TEN, 24, {}, 'healthy'],
    ['a file that is a little old', TEN, 24.1, {}, 'degraded'],
    ['a file that is more than twice as old as it may be', TEN, 48.1, {}, 'critical'],
    ['too few rows', TEN.slice(1), 1, {}, 'critical'],
    ['too many rows', TEN, 1, { maxRows: 9 }, 'degraded'],
    ['one value of eleven out of range', [...TEN, -1], 1, {}, 'degraded'],
    ['one value of ten out of range', [...TEN.slice(1), -1], 1, {}, 'critical'],
    ['no numbers', TEN.map(() => 'x'), 1, {}, 'degraded'],
  ])('judges %s', async (_, values, ageHours, limits, overall) => {
    const file = await fileOf(values, ageHours)

    const { result } = await runFlow(pipelineHealthMonitor, { file, ...limits }, { dueAt: DUE_AT })

    expect(result?.overall).toBe(overall)
  })

  it('is critical when there is no file', async () => {
    const { result, state } = await runFlow(pipelineHealthMonitor, { file: join(await ownFolder(), 'none.csv') })

    expect(result).toEqual({
      overall: 'critical',
      checks: [{ check: 'file', status: 'critical', found: 'it is not there' }],
    })
    expect(state.name).toBe('CompletedWithErrors')
  })

  it('counts what is missing apart from what is out of range', async () => {
    const file = await fileOf([...TEN, '', 'x'], 1)

    const { result } = await runFlow(pipelineHealthMonitor, { file }, { dueAt: DUE_AT })

    expect(result?.checks.at(-1)).toEqual({
      check: 'range',
      status: 'healthy',
      found: '0 of 10 values outside 0–1000, 2 missing',
    })
  })
})
