import { createFakeClock, runFlow } from 'd2flow/testing'
import { concurrencyLimits } from 'd2flow/flows/basics/concurrency-limits'
import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory.ts'

it('lets as many ask at once as the new limit says, whichever task they belong to', async () => {
  const { result, artifacts, store } = await runFlow(concurrencyLimits, { slots: 3, requests: 5 })

  expect(result).toEqual({ requests: 10, mostAtOnce: 3, reports: 2 })
  expect(artifacts.map(({ key, description }) => [key, description])).toEqual([
    ['concurrency-limits', 'Sample data: at most 3 at once'],
  ])
  expect(await store?.limits.list()).toMatchObject([
    { name: 'example-reports', size: 10, tokens: 8 },
    { name: 'example-server', size: 3, held: 0 },
  ])
})

it('goes by the limit that is there already', async () => {
  const store = createMemoryStore({ clock: createFakeClock() })
  await store.limits.create({ name: 'example-server', size: 1, perMs: null })

  const { result } = await runFlow(concurrencyLimits, { slots: 3 }, { store })

  expect(result?.mostAtOnce).toBe(1)
})

it('keeps its reports to the pace of the rate', async () => {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  await store.limits.create({ name: 'example-reports', size: 1, perMs: 6_000 })

  const { result } = await runFlow(concurrencyLimits, { requests: 1, reports: 3, askMs: 0 }, { store, clock })

  expect(result?.reports).toBe(3)
  // the first token was saved up, the others came one every six seconds
  expect(clock.monotonicMs()).toBe(12_000)
})

it('counts within its process when there is no store', async () => {
  const { result } = await runFlow(concurrencyLimits, {}, { store: null })

  expect(result).toEqual({ requests: 8, mostAtOnce: 2, reports: 2 })
})
