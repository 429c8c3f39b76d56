import { failureEscalation } from 'd2flow/flows/basics/failure-escalation'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('tells once, when every attempt has failed', async () => {
  const { result, state, artifacts, waitsMs } = await runFlow(failureEscalation, {})

  expect(result).toEqual({ sent: false, attempts: 4 })
  expect(state.name).toBe('CompletedWithErrors')
  expect(waitsMs).toEqual([])
  expect(artifacts.map(({ key, content }) => [key, content])).toEqual([
    [
      'failure-escalation',
      {
        kind: 'markdown',
        text: '**send-report** failed in each of 4 attempts. Call the data team.\n\nthe server refused (attempt 4)',
      },
    ],
  ])
})

it('tells nobody of attempts that are followed by a good one', async () => {
  const { result, state, artifacts } = await runFlow(failureEscalation, { failures: 3 })

  expect(result).toEqual({ sent: true, attempts: 4 })
  expect(state.name).toBe('Completed')
  expect(artifacts).toEqual([])
})
