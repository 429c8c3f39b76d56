/** Pipelines whose process dies on the way: nothing is lost, and nothing is handed over twice. */
import type { Flow } from 'd2flow'
import { writeCsv } from 'd2flow/files'
import { consumeFolder, producePackage } from 'd2flow/flows/pipelines/producer-consumer'
import { idempotentOperations } from 'd2flow/flows/pipelines/idempotent-operations'
import { incrementalProcessing } from 'd2flow/flows/pipelines/incremental-processing'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { ownFolder } from '../../patterns/folder.ts'

/**
 * Runs a flow in a process that is never heard of again from the moment a body is done and not recorded, and then again
 * under the same key.
 */
async function runAgainAfterDeath<Output, Given>(flow: Flow<never, Output, Given>, params: Given, stepName: string) {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const options = (pid: number) => ({
    clock,
    store,
    key: 'nightly',
    host: { identity: { workerId: `w${pid}`, pid, bootId: 'b', hostName: 'h' }, leaseMs: 30_000 },
  })
  await new Promise<void>((dead) => {
    const at = (point: string, { step }: { readonly step: { readonly name: string } | null }) => {
      if (point !== 'after-body' || step?.name !== stepName) return undefined
      dead()
      return new Promise<void>(() => {})
    }
    const first = options(1)
    void runFlow(flow, params, { ...first, host: { ...first.host, at } })
  })
  clock.advance(31_000)
  return await runFlow(flow, params, options(2))
}

describe('a pipeline whose process died before its step was recorded', () => {
  it('drops a package once', async () => {
    const folder = await ownFolder()

    const { state } = await runAgainAfterDeath(producePackage, { folder, producerId: 'alpha' }, 'drop-records-0')
    const { result } = await runFlow(consumeFolder, { folder, consumerId: 'reader' })

    expect(state.type).toBe('completed')
    expect(result?.packages.map(({ records }) => records)).toEqual([8])
  })

  it('executes no operation twice', async () => {
    const ledger = join(await ownFolder(), 'ledger.json')

    const { result } = await runAgainAfterDeath(idempotentOperations, { ledger }, 'perform-all-0')

    expect(result).toMatchObject({ executed: 0, repeated: 6 })
    expect(result?.operations.map(({ result: own }) => own)).toEqual([84, 10, true, 84, 10, false])
  })

  it('processes every file, and lists each once', async () => {
    const folder = await ownFolder()
    for (const name of ['a.csv', 'b.csv', 'c.csv']) await writeCsv(join(folder, name), [{ id: 1 }])

    const { result, state } = await runAgainAfterDeath(incrementalProcessing, { folder }, 'count-rows-1')

    expect(state.type).toBe('completed')
    // the first file was in the manifest when the process died
    expect(result).toMatchObject({ new: 2, skipped: 1, failed: [], totalProcessed: 3 })
  })
})
