import { concurrentAsync } from 'd2flow/flows/basics/concurrent-async'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F050 takes as long as the longest wait when they are awaited together, and their sum one by one', async () => {
  const clock = createFakeClock()

  const { result } = await runFlow(concurrentAsync, { waitMs: 300 }, { clock })

  const servers = 'DHIS2, WorldPop, World Bank'
  expect(result?.rows).toEqual([
    { how: 'awaited together', servers, mostAtOnce: 3 },
    { how: 'one by one', servers, mostAtOnce: 1 },
  ])
  expect(clock.monotonicMs()).toBe(300 + 3 * 300)
})
