/** What only a store on the disk shows: the same engine, the real clock, and a file that is opened again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flow, markdown, task } from 'd2flow'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/engine/host.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { keepResult, loadResult } from '../../src/store/results.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { thisProcess } from '../../src/worker/identity.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'd2flow-engine-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Opens the store, as a process does, and closes it when the work is done. */
async function within<T>(
  work: (host: Host & { readonly store: NonNullable<Host['store']> }) => Promise<T>,
): Promise<T> {
  const store = await openSqliteStore({ path: join(folder, 'd2flow.db'), clock: systemClock })
  try {
    return await work({
      store,
      clock: systemClock,
      identity: thisProcess(),
      results: { keep: (value) => keepResult(store, 'results', value), load: (kept) => loadResult(store, kept) },
    })
  } finally {
    await store.close()
  }
}

it('F048 keeps cached values from one process to the next', async () => {
  let bodies = 0
  const expensive = task({
    name: 'expensive',
    cache: { by: 'inputs', for: '1h' },
    run({ rows }: { rows: number }) {
      bodies += 1
      return Array.from({ length: rows }, (_, index) => index)
    },
  })
  // the larger one is kept in a file beside the store
  const both = flow({
    name: 'both',
    run: async () => [(await expensive({ rows: 3 })).length, (await expensive({ rows: 20_000 })).length],
  })

  const first = await within((host) => startRun(both, {}, { host }))
  const second = await within((host) => startRun(both, {}, { host }))

  expect([first.result, second.result]).toEqual([
    [3, 20_000],
    [3, 20_000],
  ])
  expect(bodies).toBe(2)
})

it('tries a flow again when it falls due by the clock of the store', async () => {
  let tries = 0
  const shaky = flow({
    name: 'shaky',
    retry: { attempts: 3, firstDelayMs: 5 },
    run() {
      tries += 1
      if (tries < 3) throw new Error('not yet')
      return tries
    },
  })

  const { run, result } = await within((host) => startRun(shaky, {}, { host }))

  expect(result).toBe(3)
  expect(run).toMatchObject({ runCount: 3, epoch: 3, crashCount: 0 })
})

it('writes lines, artifacts, states and the end in the order in which they came', async () => {
  const step = task({
    name: 'step',
    async run(n: number, ctx) {
      ctx.log.info(`at ${n}`)
      return await ctx.publish(markdown(null, `${n}`))
    },
  })
  const all = flow({
    name: 'all',
    async run(_, ctx) {
      ctx.log.info('begins')
      const ids = await Promise.all(step.map([1, 2, 3]))
      ctx.log.info('ends')
      return ids
    },
  })

  const { run, result, logs, artifacts, history } = await within(async (host) => {
    const ended = await startRun(all, {}, { host })
    const { id } = ended.run
    return {
      ...ended,
      logs: await host.store.logs.list(id),
      artifacts: await host.store.artifacts.listByRun(id),
      history: await host.store.runs.history(id),
    }
  })

  expect(logs.map(({ message }) => message)).toEqual(['begins', 'at 1', 'at 2', 'at 3', 'ends'])
  expect(artifacts.map(({ id }) => id)).toEqual(result)
  expect(history.map(({ type }) => type)).toEqual(['pending', 'running', 'completed'])
  expect(run.endedAt).not.toBeNull()
})

it('runs a thousand items and keeps one row for each', async () => {
  const double = task({ name: 'double', run: (n: number) => n * 2 })
  const many = flow({
    name: 'many',
    run: async () => (await Promise.all(double.map(Array.from({ length: 1_000 }, (_, index) => index)))).length,
  })

  const { result, steps } = await within(async (host) => {
    const ended = await startRun(many, {}, { host })
    return { ...ended, steps: await host.store.taskRuns.list(ended.run.id) }
  })

  expect(result).toBe(1_000)
  expect(steps.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  expect(steps.every(({ state, result: kept }) => state.type === 'completed' && kept?.kind === 'value')).toBe(true)
})
