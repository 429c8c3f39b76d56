import { deployment, flow } from 'd2flow'
import { createFakeClock, type FakeClock } from 'd2flow/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../src/base/duration.ts'
import type { DeploymentLimit } from '../../src/model/deployment-record.ts'
import { newState } from '../../src/model/new-state.ts'
import type { FlowRun } from '../../src/model/run.ts'
import { admit } from '../../src/project/admit.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { given, loaded, worker } from '../store/given.ts'

let clock: FakeClock
let store: Store
beforeEach(() => {
  clock = createFakeClock()
  store = createMemoryStore({ clock })
})

/** A deployment under this limit, with so many runs that were due a minute apart; the oldest first. */
async function due(concurrencyLimit: DeploymentLimit, count: number): Promise<readonly FlowRun[]> {
  const a = given(clock)
  await store.deployments.save(a.deployment({ overlap: 'allow', concurrencyLimit }))
  const runs = Array.from({ length: count }, (_, minute) =>
    a.scheduled(new Date(clock.now().getTime() + minute * MINUTE).toISOString()),
  )
  await store.write(runs.map((run) => ({ kind: 'run-created', run })))
  clock.advance(count * MINUTE)
  return runs
}

const admitted = async (runs: readonly FlowRun[]) => {
  const ids = await admit(store, clock.now(), ['gdp-comparison'])
  return runs.flatMap(({ id }, index) => (ids.includes(id) ? [index] : []))
}
const claim = async (run: FlowRun | undefined) =>
  await store.leases.claim(worker('w1'), { limit: 1, leaseMs: MINUTE, runIds: [run?.id ?? ''] })
const states = async (runs: readonly FlowRun[]) =>
  await Promise.all(runs.map(async ({ id }) => (await loaded(store, id)).state))

describe('the concurrency limit of a deployment', () => {
  it('lets so many begin, and tells the others what they wait for', async () => {
    const runs = await due({ limit: 2, onCollision: 'enqueue' }, 4)

    const first = await admitted(runs)
    await claim(runs[0])
    await claim(runs[1])
    const again = await admitted(runs)

    const reason = `deployment gdp-weekly has 2/2 runs under way: ${runs[0]?.name}, ${runs[1]?.name}`
    expect([first, again]).toEqual([[0, 1], []])
    expect((await states(runs)).map(({ type, name, details }) => [type, name, details.reason])).toEqual([
      ['pending', 'Pending', undefined],
      ['pending', 'Pending', undefined],
      ['scheduled', 'AwaitingConcurrencySlot', reason],
      ['scheduled', 'AwaitingConcurrencySlot', reason],
    ])
  })

  it('lets the next one begin when one has ended, oldest first, and says once why a run waits', async () => {
    const runs = await due({ limit: 1, onCollision: 'enqueue' }, 3)
    await admitted(runs)
    await claim(runs[0])
    await admitted(runs)
    const [run] = runs
    await store.write([
      { kind: 'run-state', runId: run?.id ?? '', epoch: 1, state: newState('running', clock.now()) },
      { kind: 'run-state', runId: run?.id ?? '', epoch: 1, state: newState('completed', clock.now()) },
    ])

    expect(await admitted(runs)).toEqual([1])
    expect((await store.runs.history(runs[2]?.id ?? '')).map(({ name }) => name)).toEqual([
      'Scheduled',
      'AwaitingConcurrencySlot',
    ])
    expect(await claim(runs[1])).toHaveLength(1)
  })

  it('counts a run that began long ago, whatever number of others is under way', async () => {
    const runs = await due({ limit: 1, onCollision: 'enqueue' }, 2)
    await claim(runs[0])
    const a = given(clock)
    const others = Array.from({ length: 250 }, () => a.run())
    await store.write(
      others.flatMap((run) => [
        { kind: 'run-created' as const, run: { ...run, deploymentId: null } },
        { kind: 'run-state' as const, runId: run.id, epoch: run.epoch, state: newState('pending', clock.now()) },
      ]),
    )

    expect(await admitted(runs)).toEqual([])
  })

  it('cancels what is too much when it says so, with the reason', async () => {
    const runs = await due({ limit: 1, onCollision: 'cancel-new' }, 2)

    expect(await admitted(runs)).toEqual([0])
    expect((await states(runs))[1]).toMatchObject({
      type: 'cancelled',
      name: 'Skipped',
      message: `deployment gdp-weekly has 1/1 runs under way: ${runs[0]?.name}`,
    })
  })

  it('goes on with a run that was begun before, whatever waits', async () => {
    const runs = await due({ limit: 1, onCollision: 'cancel-new' }, 2)
    await claim(runs[1])
    const again = newState('scheduled', clock.now(), { name: 'Recovering' })
    await store.write([{ kind: 'run-state', runId: runs[1]?.id ?? '', epoch: 1, state: again }])

    expect(await admitted(runs)).toEqual([1])
  })

  it('of 0 lets no run begin', async () => {
    const runs = await due({ limit: 0, onCollision: 'enqueue' }, 1)

    expect(await admitted(runs)).toEqual([])
    expect((await states(runs))[0]).toMatchObject({
      type: 'cancelled',
      message: 'the concurrency limit of deployment gdp-weekly is 0',
    })
  })

  it('is written with the deployment, and is its only rule for runs that meet', () => {
    const nothing = flow({ name: 'nothing', run: () => null })
    const made = deployment({ name: 'a', flow: nothing, concurrencyLimit: { limit: 2 } })

    expect(made).toMatchObject({ overlap: 'allow', concurrencyLimit: { limit: 2, onCollision: 'enqueue' } })
    expect(deployment({ name: 'b', flow: nothing }).concurrencyLimit).toBeNull()
    const both = { name: 'c', flow: nothing, overlap: 'skip', concurrencyLimit: { limit: 2 } } as const
    const half = { name: 'd', flow: nothing, concurrencyLimit: { limit: 0.5 } }
    expect(() => deployment(both)).toThrow('both an overlap and a concurrency limit')
    expect(() => deployment(half)).toThrow('a concurrency limit of 0.5')
  })
})
