import { runtimeContext } from 'd2flow/flows/operations/runtime-context'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('knows its run, its task and its parameters, and calls itself local when it is run by hand', async () => {
  const { run, result, artifacts, steps } = await runFlow(runtimeContext, { audience: 'the ministry' })

  expect(result).toEqual({ origin: 'local', flowName: 'runtime-context', parameters: { audience: 'the ministry' } })
  expect(artifacts[0]?.content).toMatchObject({
    rows: expect.arrayContaining([
      { fact: 'flow run', value: run.name },
      { fact: 'flow run id', value: run.id },
      { fact: 'task run', value: steps[0]?.name },
    ]),
  })
})

it('knows the deployment that asked for it and the moment it was due', async () => {
  const { result, artifacts } = await runFlow(
    runtimeContext,
    {},
    { deployment: { id: 'd', name: 'nightly', scheduleSlug: null }, dueAt: '2026-02-03T04:05:06Z' },
  )

  expect(result).toMatchObject({ origin: 'nightly' })
  expect(artifacts[0]?.content).toMatchObject({
    rows: expect.arrayContaining([{ fact: 'due', value: '2026-02-03T04:05:06.000Z' }]),
  })
})
