import { asyncFlowPatterns } from 'd2flow/flows/basics/async-flow-patterns'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('collects all, whatever came, the first, and a chain', async () => {
  const clock = createFakeClock()

  const { result, run, store, state } = await runFlow(asyncFlowPatterns, { waitMs: 100 }, { clock })

  expect(result?.rows.map(({ answers }) => answers)).toEqual(['slow, quick', 'well, Failed', 'sooner', 'link'])
  expect(state.name).toBe('CompletedWithErrors')
  // 300 for all, 100 for whatever came, 200 for the first; the chain of 200 is over before the much later one is
  expect(clock.monotonicMs()).toBe(300 + 100 + 500)
  const children = (await store?.runs.list({ parentRunId: run.id })) ?? []
  expect(children.map((child) => child.state.type).toSorted()).toEqual([
    ...Array.from({ length: 7 }, () => 'completed'),
    'failed',
  ])
})
