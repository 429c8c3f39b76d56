import { retriesAndHooks } from 'd2flow/flows/basics/retries-and-hooks'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('waits longer each time, and its hook hears nothing of attempts that are followed by another', async () => {
  const { result, waitsMs, logs } = await runFlow(retriesAndHooks, { failures: 3 })

  expect(result).toEqual({ attempts: 4 })
  expect(waitsMs).toEqual([200, 400, 400])
  expect(logs.filter(({ level }) => level === 'error')).toEqual([])
})

it('calls the hook once when every attempt has failed', async () => {
  const { state, logs } = await runFlow(retriesAndHooks, { failures: 4 })

  expect(state.type).toBe('failed')
  expect(logs.filter(({ message }) => message.includes('is given up')).map(({ message }) => message)).toEqual([
    'ask-server-0 is given up after 4 attempts: the server is busy (attempt 4)',
  ])
})
