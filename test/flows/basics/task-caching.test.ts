import { taskCaching } from 'd2flow/flows/basics/task-caching'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory.ts'

it('F043 F045 F046 gives the kept value wherever the key is the same', async () => {
  const { result } = await runFlow(taskCaching, {})

  expect(result?.rows.map(({ result: value, state }) => [value, state])).toEqual([
    [21, 'Completed'],
    [21, 'Cached'],
    [24, 'Completed'],
    [21, 'Completed'],
    [21, 'Cached'],
    ['vaccine 7, looked up for Amina', 'Completed'],
    ['vaccine 7, looked up for Amina', 'Cached'],
  ])
})

it('F044 F048 gives kept values to a later run, and those with an expiry for five minutes', async () => {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  await runFlow(taskCaching, {}, { clock, store })

  const soon = await runFlow(taskCaching, {}, { clock, store })
  clock.advance(300_001)
  const later = await runFlow(taskCaching, {}, { clock, store })

  expect([soon.result?.kept, later.result?.kept]).toEqual([7, 6])
})
