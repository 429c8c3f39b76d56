/** What every flow on the shelves of sample data keeps to: it runs with nothing, and says that its figures are made up. */
import type { Flow } from 'd2flow'
import { pipelines } from '../../flows/pipelines/shelf.ts'
import { statistics } from '../../flows/statistics/shelf.ts'
import { runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'

const NEEDS_A_SERVICE = ['s3-parquet-export']

const shelved = [...pipelines, ...statistics]

const names = shelved.map(({ name }) => name).filter((name) => !NEEDS_A_SERVICE.includes(name))

describe.each(names)('%s on sample data', (name) => {
  const load = async () =>
    (await shelved.find((each) => each.name === name)?.load()) as unknown as Flow<unknown, unknown>

  it('R3 says in the log and in every artifact that it is sample data', async () => {
    const { state, artifacts, logs } = await runFlow(await load(), {})

    expect(state.type).toBe('completed')
    expect(artifacts.map(({ key }) => key)).toEqual(expect.arrayContaining([name, `${name}-summary`]))
    for (const { description, content } of artifacts) {
      expect(description).toContain('Sample data')
      expect(content.kind !== 'image' || content.svg.includes('Sample data')).toBe(true)
    }
    expect(logs.map(({ message }) => message).join('\n')).toContain('sample data')
  })

  it('F241 gives the same without a store', async () => {
    const flow = await load()
    const options = { dueAt: '2026-03-10T06:00:00Z' }

    const kept = await runFlow(flow, {}, options)
    const dropped = await runFlow(flow, {}, { ...options, store: null })

    expect(dropped.state.type).toBe('completed')
    expect(withoutPlaces(dropped.result)).toEqual(withoutPlaces(kept.result))
    expect(dropped.artifacts).toEqual([])
  })
})

/** Paths and ids hold the id of the run. */
function withoutPlaces(result: unknown): unknown {
  return JSON.parse(
    JSON.stringify(result)
      .replaceAll(/"[^"]*d2flow-[^"]*"/g, '"…"')
      .replaceAll(/_[0-9a-f]{16}/g, ''),
  )
}
