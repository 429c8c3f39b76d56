import { configDrivenPipeline } from 'd2flow/flows/pipelines/config-driven-pipeline'
import { errorRecovery } from 'd2flow/flows/pipelines/error-recovery'
import { idempotentOperations } from 'd2flow/flows/pipelines/idempotent-operations'
import { consumeFolder, producePackage, producerConsumer } from 'd2flow/flows/pipelines/producer-consumer'
import { runFlow } from 'd2flow/testing'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../../patterns/folder.ts'

describe('config-driven-pipeline', () => {
  it('F170 runs its default stages, each on what the one before gave', async () => {
    const { result } = await runFlow(configDrivenPipeline, {})

    expect(result?.stages.map(({ recordsIn, recordsOut }) => [recordsIn, recordsOut])).toEqual([
      [0, 20],
      [20, 15],
      [15, 15],
      [15, 15],
    ])
    // by hand: 1.5 · (50 + 60 + … + 190)
    expect(result?.records.reduce((sum, { value }) => sum + value, 0)).toBe(2_700)
  })

  it('F168 runs another pipeline through the same code', async () => {
    const pipeline = { name: 'short', stages: [{ type: 'extract', params: { count: 3 } }] }

    expect((await runFlow(configDrivenPipeline, { pipeline })).result?.records).toHaveLength(3)
  })

  it('F172 fails with the place of an unknown type', async () => {
    const pipeline = { name: 'bad', stages: [{ type: 'extract' }, { type: 'explode' }] }

    const { run, state } = await runFlow(configDrivenPipeline, { pipeline })

    expect(state.type).toBe('failed')
    expect(run.failure).toMatchObject({ code: 'config/params', message: expect.stringContaining('stages[1].type') })
  })
})

describe('error-recovery', () => {
  it('F187 recovers the stages that completed before the failure, and F188 ends with the same records', async () => {
    const checkpoint = join(await ownFolder(), 'checkpoint.json')

    const broken = await runFlow(errorRecovery, { checkpoint, failOn: 'transform' })
    const mended = await runFlow(errorRecovery, { checkpoint })
    const clean = await runFlow(errorRecovery, {})

    expect(broken.state).toMatchObject({ type: 'failed', message: expect.stringContaining('transform') })
    expect(mended.result).toMatchObject({ recovered: 2, executed: 2 })
    expect(clean.result).toMatchObject({ recovered: 0, executed: 4 })
    // by hand: twice 0, 10 … 40
    expect(mended.result?.rows.map(({ value }) => value)).toEqual([0, 20, 40, 60, 80])
    expect(mended.result?.rows).toEqual(clean.result?.rows)
  })

  it('F189 runs every stage again for other parameters, and says so', async () => {
    const checkpoint = join(await ownFolder(), 'checkpoint.json')
    await runFlow(errorRecovery, { checkpoint })

    const { result, logs } = await runFlow(errorRecovery, { checkpoint, multiplier: 3 })

    expect(result).toMatchObject({ recovered: 0, executed: 4 })
    expect(logs.map(({ message }) => message)).toContain(
      'the checkpoint belongs to other parameters: every stage runs again',
    )
  })

  it('F189 fails over a damaged checkpoint', async () => {
    const checkpoint = join(await ownFolder(), 'checkpoint.json')
    await writeFile(checkpoint, '{"version":1')

    expect((await runFlow(errorRecovery, { checkpoint })).run.failure?.code).toBe('data/file')
  })
})

describe('idempotent-operations', () => {
  it('F185 executes four of six, and gives the stored result of the others', async () => {
    const { result } = await runFlow(idempotentOperations, {})

    expect(result).toMatchObject({ executed: 4, repeated: 2 })
    expect(result?.operations.map(({ executed, result: own }) => [executed, own])).toEqual([
      [true, 84],
      [true, 10],
      [true, true],
      [false, 84],
      [false, 10],
      [true, false],
    ])
  })

  it('F185 executes nothing when a later run asks again', async () => {
    const ledger = join(await ownFolder(), 'ledger.json')
    await runFlow(idempotentOperations, { ledger })

    expect((await runFlow(idempotentOperations, { ledger })).result).toMatchObject({ executed: 0, repeated: 6 })
  })
})

describe('producer-consumer', () => {
  it('F175 runs both in flows of their own, and the consumer sees twenty records', async () => {
    const { result, store, run } = await runFlow(producerConsumer, {})

    expect(result?.packages.map(({ producer, records }) => [producer, records]).toSorted()).toEqual([
      ['alpha', 8],
      ['beta', 12],
    ])
    expect(result?.records).toBe(20)
    const children = (await store?.runs.list({}))?.filter(({ parentRunId }) => parentRunId === run.id) ?? []
    expect(children.map(({ flowName }) => flowName).toSorted()).toEqual([
      'consume-folder',
      'produce-package',
      'produce-package',
    ])
  })

  it('F175 consumes nothing from an empty folder', async () => {
    const { result, state } = await runFlow(consumeFolder, { folder: await ownFolder(), consumerId: 'reader' })

    expect(state.type).toBe('completed')
    expect(result).toEqual({ packages: [], damaged: [] })
  })

  it('F173 drops a package without a consumer', async () => {
    const { result } = await runFlow(producePackage, { folder: await ownFolder(), producerId: 'alpha' })

    expect(result).toMatchObject({ producerId: 'alpha', recordCount: 8 })
  })

  it('F174 takes each package once', async () => {
    const folder = await ownFolder()
    await runFlow(producePackage, { folder, producerId: 'alpha' })

    const first = await runFlow(consumeFolder, { folder, consumerId: 'reader' })
    const second = await runFlow(consumeFolder, { folder, consumerId: 'reader' })

    expect([first.result?.packages.length, second.result?.packages.length]).toEqual([1, 0])
  })
})
