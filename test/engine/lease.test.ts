import { createFakeClock, runFlow } from 'd2flow/testing'
import { flow, task } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { EngineError, StoreError } from '../../src/base/errors.ts'
import type { Host } from '../../src/engine/host.ts'
import { executeRun } from '../../src/engine/run-flow.ts'
import { createRun, startRun } from '../../src/engine/start-run.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

const worker = { workerId: 'w1', pid: 1, bootId: 'b', hostName: 'h' }

function house() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const host = (more: Partial<Host> = {}): Host => ({ store, clock, identity: worker, leaseMs: 30, ...more })
  return { clock, store, host }
}

/** The store, with some of its writes failing first. */
function shaky(store: Store, failures: (write: number) => Error | null): Store {
  let writes = 0
  return {
    ...store,
    async write(changes) {
      writes += 1
      const failure = failures(writes)
      if (failure !== null) throw failure
      await store.write(changes)
    },
  }
}

describe('a run that is started here', () => {
  it('is held from its first moment, so that no worker takes it in between', async () => {
    const { store, host } = house()
    let lease: unknown
    let claimed: unknown
    const at: Host['at'] = async (point) => {
      if (point !== 'run-claimed') return
      lease = (await store.leases.list())[0]
      claimed = await store.leases.claim(worker, { limit: 5, leaseMs: 1_000 })
    }

    const { run } = await startRun(flow({ name: 'quick', run: () => 1 }), {}, { host: host({ at }) })

    expect(lease).toMatchObject({ runId: run.id, epoch: 1, worker })
    expect(claimed).toEqual([])
    expect(await store.leases.list()).toEqual([])
  })

  it('keeps its lease alive while it runs', async () => {
    const { clock, store, host } = house()
    const ends: string[] = []
    const long = flow({
      name: 'long',
      async run() {
        clock.advance(20)
        while (new Set(ends).size < 2) {
          ends.push((await store.leases.list())[0]?.expiresAt ?? 'none')
          await new Promise(setImmediate)
        }
      },
    })

    await startRun(long, {}, { host: host() })

    expect(new Set(ends)).toEqual(new Set(['2026-01-01T00:00:00.030Z', '2026-01-01T00:00:00.050Z']))
  })

  it('keeps the lease of a subflow alive, also when a worker keeps that of its parent', async () => {
    const { clock, store, host } = house()
    const ends: string[] = []
    const child = flow({
      name: 'child',
      async run(_, ctx) {
        clock.advance(20)
        while (new Set(ends).size < 2) {
          const lease = (await store.leases.list()).find(({ runId }) => runId === ctx.runId)
          ends.push(lease?.expiresAt ?? 'none')
          await new Promise(setImmediate)
        }
      },
    })
    const parent = flow({ name: 'parent', run: async () => await child() })
    await createRun(parent, {}, { host: host() })
    const [claimed] = await store.leases.claim(worker, { limit: 1, leaseMs: 60_000 })

    const ended = claimed === undefined ? null : await executeRun(parent, claimed, host())

    expect(ended?.state.type).toBe('completed')
    expect(new Set(ends).size).toBe(2)
  })

  it('stops when a beat says that the run belongs to another process by now', async () => {
    const { store, host } = house()
    const taken = { ...store, leases: { ...store.leases, beat: async () => [lostId] } }
    let lostId = ''
    const long = flow({
      name: 'long',
      async run(_, ctx) {
        lostId = ctx.runId
        await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()))
      },
    })

    const started = startRun(long, {}, { host: host({ store: taken }) })

    await expect(started).rejects.toMatchObject({ code: 'engine/lease-lost' })
    expect((await store.runs.get(lostId))?.state.type).toBe('running')
  })

  it('takes the run for lost when it cannot beat for as long as the lease lasts', async () => {
    const { clock, store, host } = house()
    const away = {
      ...store,
      leases: {
        ...store.leases,
        beat: () => {
          clock.advance(20)
          return Promise.reject(new StoreError('store/unavailable', 'the store is away'))
        },
      },
    }
    const long = flow({ name: 'long', run: async () => await new Promise(() => {}) })

    const started = startRun(long, {}, { host: host({ store: away }) })

    await expect(started).rejects.toMatchObject({
      code: 'engine/lease-lost',
      cause: { code: 'store/unavailable' },
    })
  })
})

describe('two processes that start a run with one key at once', () => {
  it('make one run: the other is told who has it, or waits for its end', async () => {
    const { store, host } = house()
    let bodies = 0
    const one = flow({
      name: 'one',
      async run() {
        bodies += 1
        await new Promise(setImmediate)
        return bodies
      },
    })
    const start = async (whenRunning: 'refuse' | 'follow') =>
      await startRun(one, {}, { host: host({ beats: false, leaseMs: 60_000 }), key: 'nightly', whenRunning })

    const [first, second, third] = await Promise.allSettled([start('refuse'), start('refuse'), start('follow')])

    expect(first).toMatchObject({ value: { result: 1 } })
    expect(second).toMatchObject({ reason: { code: 'engine/lease-lost' } })
    expect(third).toMatchObject({ value: { result: 1 } })
    expect(bodies).toBe(1)
    expect(await store.runs.list()).toHaveLength(1)
  })
})

describe('a store that cannot be reached', () => {
  it('is asked again for a while, and the run does not notice', async () => {
    const { clock, store } = house()
    const away = new StoreError('store/unavailable', 'the store is away', { retryable: true })
    const step = task({ name: 'step', run: (n: number) => n })

    const { result, waitsMs } = await runFlow(
      flow({ name: 'steps', run: async () => await Promise.all(step.map([1, 2, 3])) }),
      {},
      { clock, store: shaky(store, (write) => (write === 3 || write === 4 ? away : null)) },
    )

    expect(result).toEqual([1, 2, 3])
    expect(waitsMs).toEqual([100, 200])
  })

  it('ends the execution when it stays away, and the run can be resumed', async () => {
    const { clock, store } = house()
    const away = new StoreError('store/unavailable', 'the disk is full', { retryable: true })
    let effects = 0
    const step = task({ name: 'step', run: () => (effects += 1) })
    const one = flow({ name: 'one', run: async () => await step() })

    const failing = runFlow(one, {}, { clock, store: shaky(store, (write) => (write > 3 ? away : null)), key: 'k' })
    await expect(failing).rejects.toMatchObject({ code: 'store/unavailable', message: 'the disk is full' })
    const { result, run } = await runFlow(one, {}, { clock, store, key: 'k', host: { isGone: () => true } })

    // the effect happened and was not recorded: it happens again
    expect(result).toBe(2)
    expect(run.crashCount).toBe(1)
  })

  it('does not make a wish to cancel of a step that could not be recorded', async () => {
    const { clock, store } = house()
    const hooks: string[] = []
    const step = task({ name: 'step', run: () => 1 })
    const one = flow({
      name: 'one',
      onCancellation: [() => void hooks.push('cancelled')],
      run: async () => await step(),
    })
    const bug = new EngineError('engine/transition', 'a bug')

    const failing = runFlow(one, {}, { clock, store: shaky(store, (write) => (write === 4 ? bug : null)) })

    await expect(failing).rejects.toBe(bug)
    expect((await store.runs.list()).map(({ state }) => state.type)).toEqual(['running'])
    expect(hooks).toEqual([])
  })

  it('costs a parent nothing when it kept a subflow from being recorded: it waits for its end', async () => {
    const { clock, store, host } = house()
    const away = new StoreError('store/unavailable', 'the disk is full')
    let effects = 0
    const step = task({ name: 'step', run: () => (effects += 1) })
    const child = flow({ name: 'child', run: async () => await step() })
    const parent = flow({ name: 'parent', run: async () => await child() })
    const failing = shaky(store, (write) => (write === 6 ? away : null))
    // as after a refusal that lasts longer than a write is tried again
    const lent = host({ store: failing, clock: { ...clock, sleep: (ms) => (clock.advance(ms), Promise.reject(away)) } })

    const { run, result } = await startRun(parent, {}, { host: { ...lent, isGone: () => true } })

    expect(run.state.type).toBe('completed')
    expect(result).toBe(2)
  })
})

describe('a run that is asked for', () => {
  it('waits in the store for a worker, due when it was asked to be', async () => {
    const { store, host } = house()
    const later = flow({ name: 'later', run: () => 1 })

    const run = await createRun(later, {}, { host: host(), dueAt: new Date('2026-02-01T00:00:00Z'), tags: ['x'] })

    expect(await store.runs.get(run.id)).toMatchObject({
      state: { type: 'scheduled', details: { scheduledFor: '2026-02-01T00:00:00.000Z' } },
      dueAt: '2026-02-01T00:00:00.000Z',
      tags: ['x'],
      epoch: 0,
    })
    expect(await store.leases.claim(worker, { limit: 1, leaseMs: 1_000 })).toEqual([])
  })

  it('needs a store', async () => {
    const asked = createRun(flow({ name: 'later', run: () => 1 }), {}, { host: house().host({ store: null }) })

    await expect(asked).rejects.toMatchObject({ code: 'config/setting' })
  })
})
