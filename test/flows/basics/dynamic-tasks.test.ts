import { dynamicTasks } from 'd2flow/flows/basics/dynamic-tasks'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it.each([0, 1, 7])('F007 F008 F011 runs each step once per district, of which there are %i', async (districts) => {
  const { result, steps } = await runFlow(dynamicTasks, { districts })

  expect(result?.districts).toBe(districts)
  for (const step of ['count-reports', 'rate']) {
    expect(steps.filter(({ taskName }) => taskName === step)).toHaveLength(districts)
  }
})

it('F010 hands the rates of all to the last task', async () => {
  // received: 10 and 1, 2, 0, of 12 each
  expect((await runFlow(dynamicTasks, { districts: 3 })).result).toEqual({ districts: 3, lowest: 'District 3' })
})
