import { taskFactories } from 'd2flow/flows/basics/task-factories'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('makes a task for each source, known by its own name', async () => {
  const { result, steps } = await runFlow(taskFactories, { sources: ['clinics', 'pharmacies'] })

  expect(result).toEqual({ records: 6, bySource: { clinics: 3, pharmacies: 3 } })
  expect(steps.map(({ taskName }) => taskName)).toEqual(['read-clinics', 'read-pharmacies'])
})

it('refuses a source that no task was made for', async () => {
  await expect(runFlow(taskFactories, { sources: ['ships' as 'clinics'] })).rejects.toMatchObject({
    code: 'config/params',
  })
})
