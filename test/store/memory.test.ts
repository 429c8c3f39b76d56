import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { storeContract } from './contract.ts'
import { given, loaded } from './given.ts'

describe('the memory store', () => {
  storeContract(async (clock) => {
    const store = createMemoryStore({ clock })
    return { store, close: () => store.close() }
  })

  it('hands out nothing that a reader could change', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const run = given(clock).run()
    await store.write([{ kind: 'run-created', run }])

    const read = (await loaded(store, run.id)) as unknown as { name: string; parameters: { year: number } }

    expect(() => (read.name = 'changed')).toThrow(TypeError)
    expect(() => (read.parameters.year = 1)).toThrow(TypeError)
  })
})
