import { complexPipeline } from 'd2flow/flows/basics/complex-pipeline'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('reads, checks and sums up four regions, and counts what it dropped', async () => {
  const { result, waitsMs, logs, run } = await runFlow(complexPipeline, {})

  expect(result).toEqual({
    read: 8,
    dropped: 1,
    byRegion: [
      { region: 'North', rows: 2, cases: 55 },
      { region: 'East', rows: 2, cases: 44 },
      { region: 'South', rows: 1, cases: 50 },
      { region: 'West', rows: 2, cases: 44 },
    ],
  })
  expect(waitsMs).toEqual([50])
  expect(logs.map(({ message }) => message)).toContain(`${run.name} ended as Completed`)
})
