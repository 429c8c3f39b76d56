import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { startChild } from './child-process.ts'
import { given } from './given.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-processes-'))
  path = join(folder, 'd2flow.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('several processes on one SQLite file', () => {
  it('share the runs that are due: each run goes to one of them, and nobody is told that the file is busy', async () => {
    const store = await openSqliteStore({ path, clock: systemClock })
    const a = given(systemClock)
    const runs = Array.from({ length: 120 }, () => a.run())
    await store.write(runs.map((run) => ({ kind: 'run-created', run })))

    const children = ['w1', 'w2', 'w3'].map((name) => startChild('claiming-child.ts', [path, name]))
    const codes = await Promise.all(children.map(({ ended }) => ended))

    expect(codes).toEqual([0, 0, 0])
    expect(children.flatMap(({ lines }) => lines).sort()).toEqual(runs.map(({ id }) => id))
    expect((await store.runs.list({ types: ['completed'], limit: 200 })).map(({ epoch }) => epoch)).toEqual(
      runs.map(() => 1),
    )
    expect(await store.leases.list()).toEqual([])
    await store.close()
  })

  it('may all be the first to open it', async () => {
    const codes: (number | null)[] = []

    for (let round = 0; round < 3; round += 1) {
      const [store, gun] = [join(folder, `${round}.db`), join(folder, `${round}.go`)]
      const children = Array.from({ length: 4 }, () => startChild('opening-child.ts', [store, gun]))
      await Promise.all(children.map(async (child) => await child.printed(1)))
      writeFileSync(gun, '')
      codes.push(...(await Promise.all(children.map(({ ended }) => ended))))
    }

    expect(codes).toEqual(codes.map(() => 0))
  })
})

describe('a writer that is killed', () => {
  // one step at a time, and many that share a commit; killed after different numbers of acknowledged steps
  it.each([
    [1, 5],
    [1, 40],
    [1, 150],
    [20, 10],
    [20, 300],
    [50, 1_000],
  ])('loses nothing that was acknowledged (%i at once, killed after %i)', async (atOnce, steps) => {
    const child = startChild('writing-child.ts', [path, `${atOnce}`])
    await child.printed(steps)
    child.process.kill('SIGKILL')
    await child.ended

    const store = await openSqliteStore({ path, clock: systemClock })
    const [run] = await store.runs.list()
    const kept = await store.taskRuns.list(run?.id ?? '')
    const completed = new Set(kept.filter(({ state }) => state.type === 'completed').map(({ id }) => id))
    await store.close()

    expect(child.lines.length).toBeGreaterThanOrEqual(steps)
    expect(child.lines.filter((id) => !completed.has(id))).toEqual([])
    expect(new DatabaseSync(path).prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  })
})
