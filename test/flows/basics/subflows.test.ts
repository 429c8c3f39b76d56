import { extractReports, loadReports, subflows, transformReports } from 'd2flow/flows/basics/subflows'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F001 F002 gives what the three give one after the other, each with a run of its own', async () => {
  const { result, run, store, artifacts } = await runFlow(subflows, {})

  // 7 + 14 + 28; the third facility reported nothing
  expect(result).toEqual({ loaded: 4, missing: 1, cases: 49 })
  const children = (await store?.runs.list({ parentRunId: run.id })) ?? []
  expect(children.map(({ flowName }) => flowName).toSorted()).toEqual([
    'extract-reports',
    'load-reports',
    'transform-reports',
  ])
  expect(artifacts[0]?.description).toBe('Sample data: 49 cases, 1 reports without a number')
})

it('F005 can be tested part by part', async () => {
  const reports = await transformReports({
    reports: [
      { facility: 'Bo', cases: ' 5 ' },
      { facility: 'Kenema', cases: '' },
    ],
  })

  expect(reports).toEqual([
    { facility: 'Bo', cases: 5 },
    { facility: 'Kenema', cases: null },
  ])
  expect(await loadReports({ reports })).toEqual({ loaded: 2, missing: 1, cases: 5 })
  expect(await extractReports({ facilities: 1 })).toEqual([{ facility: 'Facility 1', cases: '7' }])
})
