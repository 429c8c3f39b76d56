import { asyncMapAndSubmit } from 'd2flow/flows/basics/async-map-and-submit'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F052 has a future for each call at once, and their values when they are awaited', async () => {
  const clock = createFakeClock()

  const { result, steps } = await runFlow(asyncMapAndSubmit, { waitMs: 40 }, { clock })

  expect(result).toEqual({ thereAtOnce: 0, squares: [1, 4, 9, 16, 25], submitted: 100 })
  expect(steps).toHaveLength(6)
  expect(clock.monotonicMs()).toBe(40)
})
