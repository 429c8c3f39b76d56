import { flow, task } from 'd2flow'
import { createFakeClock } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import type { Host } from '../../src/engine/host.ts'
import { createRun, startRun } from '../../src/engine/start-run.ts'
import { newRun } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

const worker = { workerId: 'w1', pid: 1, bootId: 'b', hostName: 'h' }

function house() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const host = (more: Partial<Host> = {}): Host => ({ store, clock, identity: worker, leaseMs: 60_000, ...more })
  const cancel = (runId: string, isGone = false) =>
    cancelRun(store, runId, { now: clock.now(), by: 'amina', isGone: () => isGone })
  const historyOf = async (runId: string) => (await store.runs.history(runId)).map(({ type }) => type)
  return { clock, store, host, cancel, historyOf }
}

const quick = flow({ name: 'quick', run: () => 1 })

describe('cancelling a run', () => {
  it('ends one that has not begun at once', async () => {
    const { host, cancel } = house()
    const { id } = await createRun(quick, {}, { host: host() })

    const { state } = await cancel(id)

    expect(state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
  })

  it('is heard by the process that executes it, which says when it has ended', async () => {
    const { store, host, cancel, historyOf } = house()
    const asked: string[] = []
    const waiting = task({
      name: 'waiting',
      async run(_: void, ctx) {
        asked.push((await cancel(ctx.runId)).state.type)
        await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('aborted'))))
      },
    })
    const long = flow({ name: 'long', run: async () => await waiting() })

    const { run, error } = await startRun(long, {}, { host: host() })

    expect(asked).toEqual(['cancelling'])
    expect(error).toMatchObject({ code: 'engine/cancelled', message: 'cancelled by amina' })
    expect(await historyOf(run.id)).toEqual(['pending', 'running', 'cancelling', 'cancelled'])
    expect((await store.taskRuns.list(run.id))[0]?.state.type).toBe('cancelled')
  })

  it('says what was left to itself when a body does not stop', async () => {
    const { host, cancel } = house()
    const deaf = flow({
      name: 'deaf',
      async run(_, ctx) {
        await cancel(ctx.runId)
        await new Promise(() => {})
      },
    })

    const { run } = await startRun(deaf, {}, { host: host({ cancelGraceMs: 20 }) })

    expect(run.state).toMatchObject({
      type: 'cancelled',
      message: 'cancelled by amina; what it was doing did not stop and was left to itself',
    })
  })

  it('reaches the subflows that a run has under way, also those that wait to go on elsewhere', async () => {
    const { clock, store, host, cancel, historyOf } = house()
    const waiting = newRun({ flowName: 'child', parameters: {}, at: clock.now() })
    const parent = flow({
      name: 'parent',
      async run(_, ctx) {
        await store.write([{ kind: 'run-created', run: { ...waiting, parentRunId: ctx.runId } }])
        await cancel(ctx.runId)
        await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('aborted'))))
      },
    })

    const { run } = await startRun(parent, {}, { host: host() })

    expect(run.state.type).toBe('cancelled')
    expect(await historyOf(waiting.id)).toEqual(['scheduled', 'cancelled'])
  })

  it('is done at once when the process of the run is gone', async () => {
    const { clock, store, host, cancel, historyOf } = house()
    const { id } = await createRun(quick, {}, { host: host() })
    const [claimed] = await store.leases.claim(worker, { limit: 1, leaseMs: 60_000 })
    const epoch = claimed?.epoch ?? 0
    await store.write([{ kind: 'run-state', runId: id, epoch, state: newState('running', clock.now()) }])

    const { state } = await cancel(id, true)

    expect(state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina; its process is gone' })
    expect(await historyOf(id)).toEqual(['scheduled', 'pending', 'running', 'cancelling', 'cancelled'])
    // the process that was thought gone writes nothing more
    const late = store.write([{ kind: 'run-patched', runId: id, epoch, patch: {} }])
    await expect(late).rejects.toMatchObject({ code: 'store/stale' })
  })

  it('twice is cancelling once', async () => {
    const { host, cancel, historyOf } = house()
    const doubly = flow({
      name: 'doubly',
      async run(_, ctx) {
        await cancel(ctx.runId)
        await cancel(ctx.runId)
        return 'done'
      },
    })

    const { run } = await startRun(doubly, {}, { host: host() })

    expect(await historyOf(run.id)).toEqual(['pending', 'running', 'cancelling', 'cancelled'])
    expect(run.state.message).toContain('it had finished by itself')
  })

  it('is refused for a run that has ended, and for one that is not there', async () => {
    const { host, cancel } = house()
    const { run } = await startRun(quick, {}, { host: host() })

    await expect(cancel(run.id)).rejects.toMatchObject({
      code: 'engine/transition',
      message: `run ${run.name} of quick has ended: Completed`,
      hint: expect.any(String),
    })
    await expect(cancel('nowhere')).rejects.toMatchObject({ code: 'store/not-found', hint: expect.any(String) })
  })
})
