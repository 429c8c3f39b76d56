import { openCheckpoint, runStages, stageType, type StageTypes } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ownFolder } from './folder.ts'

interface Row {
  readonly value: number
}

const FIVE = { name: 'five', stages: ['one', 'two', 'three', 'four', 'five'].map((type) => ({ type })) }

/** Five stages, each of which adds a row; `world.broken` names one that fails. */
function fiveStages(world: { broken: string | null; executed: string[] }): StageTypes<Row> {
  return Object.fromEntries(
    FIVE.stages.map(({ type }, index) => [
      type,
      stageType({
        params: z.object({}),
        run(records: readonly Row[]) {
          world.executed.push(type)
          if (world.broken === type) throw new Error(`${type} is broken`)
          return [...records, { value: index }]
        },
      }),
    ]),
  )
}

async function world() {
  const path = join(await ownFolder(), 'checkpoint.json')
  const state = { broken: 'four' as string | null, executed: [] as string[] }
  const run = async (boundTo: unknown = { rows: 1 }) => {
    state.executed = []
    const checkpoint = await openCheckpoint<Row>({ path, boundTo, clock: createFakeClock() })
    return { checkpoint, report: await runStages(FIVE, fiveStages(state), { checkpoint }) }
  }
  return { path, state, run }
}

describe('checkpoints', () => {
  it('F186 saves status, result and time after every stage', async () => {
    const { path, run } = await world()
    await run()

    const file = JSON.parse(await readFile(path, 'utf8')) as { stages: unknown[] }

    expect(file.stages).toHaveLength(3)
    expect(file.stages[2]).toEqual({
      stage: 'three',
      status: 'completed',
      completedAt: '2026-01-01T00:00:00.000Z',
      data: [{ value: 0 }, { value: 1 }, { value: 2 }],
    })
  })

  it('F187 recovers what was done, runs the rest, and then has nothing left to do', async () => {
    const { state, run } = await world()

    const first = await run()
    state.broken = null
    const second = await run()
    const third = await run()

    expect(first.report).toMatchObject({ executed: 3, failed: 1, recovered: 0, status: 'failed' })
    expect(second.report).toMatchObject({ executed: 2, failed: 0, recovered: 3, status: 'completed' })
    expect(third.report).toMatchObject({ executed: 0, failed: 0, recovered: 5, status: 'completed' })
    expect(state.executed).toEqual([])
  })

  it('F188 ends with the same records as a run that nothing happened to', async () => {
    const { state, run } = await world()
    await run()
    state.broken = null
    const recovered = await run()

    const clean = await runStages(FIVE, fiveStages({ broken: null, executed: [] }))

    expect(recovered.report.records).toEqual(clean.records)
  })

  it('R39 F189 does not reuse what belongs to other parameters', async () => {
    const { state, run } = await world()
    await run({ rows: 1 })
    state.broken = null

    const other = await run({ rows: 2 })

    expect(other.checkpoint.found).toBe('other')
    expect(other.report).toMatchObject({ executed: 5, recovered: 0 })
  })

  it('F189 takes the same parameters in another order for the same', async () => {
    const { run } = await world()
    await run({ a: 1, b: 2 })

    expect((await run({ b: 2, a: 1 })).checkpoint.found).toBe('usable')
  })

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['changed', (text: string) => text.replace('"value": 1', '"value": 7')],
    ['another document', () => '[]'],
  ])('F189 reports a file that is %s', async (_, damage) => {
    const { path, run } = await world()
    await run()
    await writeFile(path, damage(await readFile(path, 'utf8')))

    await expect(run()).rejects.toMatchObject({ code: 'data/file', hint: expect.stringContaining('move it away') })
  })

  it('F188 goes on from the last whole checkpoint when the process is killed while it writes the next', async () => {
    const { path, state, run } = await world()
    const child = fork(join(import.meta.dirname, 'checkpoint-child.ts'), [path], { execArgv: ['--conditions=source'] })
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    state.broken = null

    const { report } = await run()

    expect(signal).toBe('SIGKILL')
    expect(report).toMatchObject({ recovered: 2, executed: 3, status: 'completed' })
    expect(report.records.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4])
  })

  it('refuses records that would not come back the same', async () => {
    const path = join(await ownFolder(), 'checkpoint.json')
    const checkpoint = await openCheckpoint<Row>({ path, boundTo: null, clock: createFakeClock() })

    await expect(checkpoint.save(0, 'one', [{ value: NaN }])).rejects.toMatchObject({ code: 'data/json' })
  })
})
