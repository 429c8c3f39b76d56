import { workPools } from 'd2flow/flows/operations/work-pools'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('says of a run by hand that it has neither a deployment nor a pool, and waited for nobody', async () => {
  const { result, artifacts, logs } = await runFlow(workPools, {})

  expect(result).toEqual({ deployment: null, pool: null, waitedMs: 0 })
  expect(artifacts[0]?.content).toMatchObject({
    rows: expect.arrayContaining([
      { fact: 'asked for by', value: 'a person' },
      { fact: 'taken from', value: 'no pool' },
    ]),
  })
  expect(logs.filter(({ level }) => level === 'warn')).toEqual([])
})

it('F099 names the pool that a worker took it from, and warns when it waited too long there', async () => {
  const { result, artifacts, logs } = await runFlow(
    workPools,
    { patienceMs: 1_000 },
    {
      dueAt: '2025-12-31T23:59:00Z',
      deployment: { id: 'd', name: 'nightly', scheduleSlug: 'schedule-1' },
      host: { workPool: 'night-runs' },
    },
  )

  expect(result).toEqual({ deployment: 'nightly', pool: 'night-runs', waitedMs: 60_000 })
  expect(artifacts[0]).toMatchObject({ key: 'work-pools', description: 'A run of night-runs' })
  expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'it waited 60000 ms for its place; see d2flow work-pool inspect night-runs',
  ])
})
