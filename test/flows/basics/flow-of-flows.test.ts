import { flowOfFlows } from 'd2flow/flows/basics/flow-of-flows'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('goes on when one district cannot be closed, and says so', async () => {
  const { result, state, artifacts } = await runFlow(flowOfFlows, { reports: { North: 3, East: 0 } })

  expect(result).toEqual({ period: '202601', closed: 1, open: 1 })
  expect(state).toMatchObject({
    type: 'completed',
    name: 'CompletedWithErrors',
    message: '1 subflow failed: close-district (East has no reports for 202601), and the flow went on',
  })
  expect(artifacts[0]?.content).toMatchObject({
    rows: [
      { district: 'East', state: 'Failed', message: 'East has no reports for 202601' },
      { district: 'North', state: 'Completed', message: null },
    ],
  })
})

it('is green when every district could be closed', async () => {
  expect((await runFlow(flowOfFlows, { reports: { North: 3 } })).state.name).toBe('Completed')
})
