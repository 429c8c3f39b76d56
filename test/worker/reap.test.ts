import { SECOND } from 'd2flow'
import { createMemoryStore, type Store, type WorkerIdentity } from 'd2flow/store'
import { hostname } from 'node:os'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import { newRun } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { thisProcess } from '../../src/worker/identity.ts'
import { reap } from '../../src/worker/reap.ts'
import { given } from '../store/given.ts'

const LEASE_MS = 30 * SECOND
const me = thisProcess()
/** Larger than any process number that Linux gives. */
const gone: WorkerIdentity = { ...me, workerId: 'gone', pid: 2 ** 30 }
const elsewhere: WorkerIdentity = { ...me, workerId: 'elsewhere', hostName: `not-${hostname()}` }

let clock: ReturnType<typeof createFakeClock>
let store: Store

beforeEach(() => {
  clock = createFakeClock()
  store = createMemoryStore({ clock })
})

async function runningUnder(worker: WorkerIdentity): Promise<string> {
  const run = newRun({ flowName: 'sync', parameters: {}, at: clock.now() })
  await store.write([{ kind: 'run-created', run }])
  const [claimed] = await store.leases.claim(worker, { limit: 1, leaseMs: LEASE_MS })
  if (claimed === undefined) throw new Error('nothing to claim')
  await store.write([
    { kind: 'run-state', runId: run.id, epoch: claimed.epoch, state: newState('running', clock.now()) },
  ])
  return run.id
}

const look = () => reap({ store, me, now: clock.now(), log: silentLog })

describe('a run whose process is gone', () => {
  it('is offered again at once when it ran on this machine', async () => {
    const runId = await runningUnder(gone)

    await look()

    const run = await store.runs.get(runId)
    expect(run?.state).toMatchObject({ type: 'scheduled', name: 'Recovering' })
    expect(run?.crashCount).toBe(1)
    expect((await store.runs.history(runId)).map(({ type }) => type)).toEqual([
      'scheduled',
      'pending',
      'running',
      'crashed',
      'scheduled',
    ])
    expect(await store.leases.claim(me, { limit: 1, leaseMs: LEASE_MS })).toHaveLength(1)
  })

  it('keeps its lease until it runs out when it ran on another machine', async () => {
    const runId = await runningUnder(elsewhere)

    await look()
    const before = await store.runs.get(runId)
    clock.advance(LEASE_MS + SECOND)
    await look()
    const after = await store.runs.get(runId)

    expect([before?.state.type, after?.state.name]).toEqual(['running', 'Recovering'])
  })

  it('fences off a process that wakes after its lease was given away', async () => {
    const runId = await runningUnder(elsewhere)
    clock.advance(LEASE_MS + SECOND)
    await look()

    const writing = store.write([{ kind: 'run-state', runId, epoch: 1, state: newState('completed', clock.now()) }])

    await expect(writing).rejects.toMatchObject({ code: 'store/stale' })
  })

  it('is given up after more than three crashes, and somebody is told', async () => {
    const runId = await runningUnder(gone)
    const told: string[] = []
    const lookAndTell = () =>
      reap({
        store,
        me,
        now: clock.now(),
        log: silentLog,
        messages: (run, state) => {
          told.push(`${run.flowName} ${state.type}`)
          return Promise.resolve([])
        },
      })

    for (let crash = 0; crash < 4; crash += 1) {
      await lookAndTell()
      clock.advance(10 * SECOND)
      const [claimed] = await store.leases.claim(gone, { limit: 1, leaseMs: LEASE_MS })
      if (claimed !== undefined) {
        await store.write([{ kind: 'run-state', runId, epoch: claimed.epoch, state: newState('running', clock.now()) }])
      }
    }

    expect((await store.runs.get(runId))?.state.type).toBe('crashed')
    expect(told).toEqual(['sync crashed'])
  })

  it('tells what ran when its process died, and how to go on when it is given up', async () => {
    const runId = await runningUnder(gone)
    const held = await store.runs.get(runId)
    if (held === null) throw new Error('no run')
    const running = newState('running', clock.now())
    const { taskRun, states } = given(clock).step(held, { name: 'import-0' })
    const step = { taskRun: { ...taskRun, state: running }, states: [...states, running] }
    await store.write([{ kind: 'task-runs-created', runId, epoch: held.epoch, taskRuns: [step] }])

    await reap({ store, me, now: clock.now(), log: silentLog, crashBudget: 0 })

    const run = await store.runs.get(runId)
    expect(run?.state.type).toBe('crashed')
    expect(run?.state.message).toBe(
      `process ${gone.pid} on ${gone.hostName} is gone while import-0 ran; it crashed 1 time; go on with: d2flow flow-run retry ${run?.name}`,
    )
    expect((await store.logs.list(runId)).map(({ message }) => message)).toEqual([
      `process ${gone.pid} on ${gone.hostName} is gone while import-0 ran`,
    ])
  })

  it('stays crashed at once when its flow is not to go on by itself, and its hooks are called', async () => {
    const runId = await runningUnder(gone)
    const called: string[] = []

    await reap({
      store,
      me,
      now: clock.now(),
      log: silentLog,
      recovers: async (name) => name !== 'sync',
      onGivenUp: async (run, state) => void called.push(`${run.id === runId} ${state.type}`),
    })

    expect((await store.runs.get(runId))?.state).toMatchObject({
      type: 'crashed',
      message: expect.stringContaining('sync is not to go on by itself; go on with: d2flow flow-run retry'),
    })
    expect(called).toEqual(['true crashed'])
  })

  it('ends cancelled when it was asked to stop, and is not tried again', async () => {
    const runId = await runningUnder(gone)
    await cancelRun(store, runId, { now: clock.now(), by: 'amina' })

    await look()

    const run = await store.runs.get(runId)
    expect(run?.state).toMatchObject({
      type: 'cancelled',
      message: expect.stringMatching(/^cancelled by amina; process \d+ on .* is gone$/),
    })
    expect((await store.events.list({ resource: `run/${runId}`, limit: 1 })).map(({ name }) => name)).toEqual([
      'run.cancelled',
    ])
  })

  it('is judged once when two processes look at the same time', async () => {
    const runId = await runningUnder(gone)

    const found = await Promise.all([look(), look()])

    expect(found.flat()).toHaveLength(1)
    expect((await store.runs.get(runId))?.crashCount).toBe(1)
  })

  it('is left alone while its process lives', async () => {
    const runId = await runningUnder(me)

    await look()

    expect((await store.runs.get(runId))?.state.type).toBe('running')
  })
})
