import { SECOND } from 'd2flow'
import { createMemoryStore, type Store, type WorkerIdentity } from 'd2flow/store'
import { hostname } from 'node:os'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { newRun } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { thisProcess } from '../../src/worker/identity.ts'
import { reap } from '../../src/worker/reap.ts'

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

  it('is left alone while its process lives', async () => {
    const runId = await runningUnder(me)

    await look()

    expect((await store.runs.get(runId))?.state.type).toBe('running')
  })
})
