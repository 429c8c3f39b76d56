import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { productionPipelineV2 } from 'd2flow/flows/pipelines/production-pipeline-v2'
import { runFlow } from 'd2flow/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-v2-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const host = () => ({ workDir: () => folder })

it('R6 reads, validates and writes in three group flows, and calls 200 high', async () => {
  const { result, run, store } = await runFlow(productionPipelineV2, {}, { host: host() })

  // 40, 80 … 400: the fifth is 200
  expect(result).toEqual({ records: 10, validated: 10, high: 6 })
  const groups = (await store?.runs.list({ parentRunId: run.id })) ?? []
  expect(groups.map(({ flowName }) => flowName).toSorted()).toEqual([
    'v2-load-group',
    'v2-read-group',
    'v2-validate-group',
  ])
  expect(readFileSync(join(folder, 'classified.csv'), 'utf8').split('\n').at(5)).toMatch(/^5,200,high/)
})

it('removes what it had accepted, and writes nothing, when one value does not fit', async () => {
  const rows = [
    { id: 1, value: 250 },
    { id: 2, value: -1 },
  ]

  const { error, artifacts } = await runFlow(productionPipelineV2, { rows }, { host: host() })

  expect(error).toMatchObject({ code: 'data/value', message: 'records 2 have a value below 0' })
  expect(existsSync(join(folder, 'accepted.json'))).toBe(false)
  expect(existsSync(join(folder, 'classified.csv'))).toBe(false)
  expect(artifacts).toEqual([])
})
