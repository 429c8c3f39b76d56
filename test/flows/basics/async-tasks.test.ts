import { asyncTasks } from 'd2flow/flows/basics/async-tasks'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F049 F051 gives futures of sync and async bodies alike, and their values', async () => {
  const { result, steps } = await runFlow(asyncTasks, { values: 3 })

  expect(result).toEqual({
    sum: 6,
    rows: [
      { task: 'fetch-text', body: 'async', givesFuture: true, value: '1,2,3' },
      { task: 'parse', body: 'sync', givesFuture: true, value: '1+2+3' },
    ],
  })
  expect(steps.map(({ state }) => state.type)).toEqual(['completed', 'completed'])
})
