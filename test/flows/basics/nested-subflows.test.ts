import { levelOf, nestedSubflows } from 'd2flow/flows/basics/nested-subflows'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F006 has three levels, and each task belongs to the group that called it', async () => {
  const { result, run, store } = await runFlow(nestedSubflows, {})

  // 60, 120, 180, 240, 300
  expect(result).toEqual({ records: 5, high: 2 })
  const groups = (await store?.runs.list({ parentRunId: run.id })) ?? []
  const tasks = await Promise.all(
    groups.map(async ({ id, flowName }) => [flowName, (await store?.taskRuns.list(id))?.length]),
  )
  expect(Object.fromEntries(tasks)).toEqual({ 'ingest-group': 5, 'classify-group': 5 })
  expect(await store?.taskRuns.list(run.id)).toEqual([])
})

it('calls 200 high', () => {
  expect([199.9, 200].map(levelOf)).toEqual(['normal', 'high'])
})
