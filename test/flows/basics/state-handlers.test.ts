import { stateHandlers } from 'd2flow/flows/basics/state-handlers'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('calls the hooks of the state it ends in, and makes no step of them', async () => {
  const { run, state, steps, artifacts, logs } = await runFlow(stateHandlers, {})

  expect(state.type).toBe('completed')
  expect(steps).toHaveLength(1)
  expect(logs.map(({ message }) => message)).toContain('count-reports-0 of count-reports is Completed')
  expect(artifacts.map(({ content }) => content)).toEqual([
    { kind: 'markdown', text: `Sample data: run ${run.name} of state-handlers ended well.` },
  ])
})

it('tells the same hook what the failure was', async () => {
  const { state, artifacts } = await runFlow(stateHandlers, { fails: true })

  expect(state.type).toBe('failed')
  expect(artifacts[0]?.content).toMatchObject({
    text: expect.stringContaining('did not end well: count-reports-0 failed: no report came from District B'),
  })
})
