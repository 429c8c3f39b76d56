import { flow } from 'd2flow'
import { createMemoryStore, type Store } from 'd2flow/store'
import { createFakeClock } from 'd2flow/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import { createRun } from '../../src/engine/start-run.ts'
import { thisProcess } from '../../src/worker/identity.ts'
import { createWorker } from '../../src/worker/worker.ts'

const LEASE_MS = 30_000
const me = thisProcess()

let clock: ReturnType<typeof createFakeClock>
let store: Store
/** Why each run was asked to stop. */
let stopped: unknown[]

beforeEach(() => {
  clock = createFakeClock()
  store = createMemoryStore({ clock })
  stopped = []
})

/** A worker whose runs last until they are asked to stop. */
function workerOn(given: Store) {
  return createWorker({
    store: given,
    me,
    clock,
    log: silentLog,
    leaseMs: LEASE_MS,
    flowNames: ['long'],
    execute: (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          stopped.push(signal.reason)
          resolve(null)
        }),
      ),
  })
}

async function oneRun(): Promise<string> {
  const long = flow({ name: 'long', run: () => null })
  return (await createRun(long, {}, { host: { store, clock, identity: me } })).id
}

describe('a worker', () => {
  it('aborts a run that somebody has asked to stop', async () => {
    const worker = workerOn(store)
    const runId = await oneRun()
    await worker.take()
    await worker.heed()
    const before = stopped.length
    await cancelRun(store, runId, { now: clock.now(), by: 'amina' })

    await worker.heed()

    expect(before).toBe(0)
    expect(stopped).toMatchObject([{ code: 'engine/cancelled', message: 'cancelled by amina' }])
  })

  it('takes its runs for lost when the store cannot be asked for as long as a lease lasts', async () => {
    let away = false
    const beat: Store['leases']['beat'] = async (held, leaseMs) => {
      if (away) throw new Error('the database is away')
      return await store.leases.beat(held, leaseMs)
    }
    const worker = workerOn({ ...store, leases: { ...store.leases, beat } })
    await oneRun()
    await worker.take()
    clock.advance(LEASE_MS / 3)
    await worker.beat()
    away = true

    clock.advance(LEASE_MS - 1)
    await expect(worker.beat()).rejects.toThrow('away')
    const withinTheLease = stopped.length
    clock.advance(2)
    await expect(worker.beat()).rejects.toThrow('away')

    expect(withinTheLease).toBe(0)
    expect(stopped).toMatchObject([{ code: 'engine/lease-lost' }])
  })

  it('aborts a run that another process has taken over', async () => {
    const worker = workerOn(store)
    const runId = await oneRun()
    await worker.take()
    const run = await store.runs.get(runId)
    const again = {
      id: 's',
      type: 'scheduled',
      name: 'Scheduled',
      at: '2026-01-01',
      message: null,
      details: {},
    } as const
    await store.write([{ kind: 'run-state', runId, epoch: run?.epoch ?? 0, state: again, nextEpoch: 2 }])

    await worker.beat()

    expect(stopped).toMatchObject([{ code: 'engine/lease-lost' }])
  })
})
