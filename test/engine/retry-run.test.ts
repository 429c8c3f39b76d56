import { createFakeClock } from 'd2flow/testing'
import { flow, task } from 'd2flow'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Host } from '../../src/engine/host.ts'
import { retryRun, type RetryRunOptions } from '../../src/engine/retry-run.ts'
import { resumeRun, startRun } from '../../src/engine/start-run.ts'
import { answerRun } from '../../src/engine/answer-run.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** Five stages; one breaks as long as it is told to. Each takes a second of the clock. */
function fiveStages() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const effects: string[] = []
  const world: { broken: string | null } = { broken: 'push' }
  const stage = (name: string) =>
    task({
      name,
      run(n: number) {
        clock.advance(1_000)
        effects.push(`${name} ${n}`)
        if (name === world.broken) throw new Error('the server is gone')
        return n + 1
      },
    })
  const all = ['fetch', 'clean', 'plan', 'push', 'check'].map(stage)
  const stages = flow({
    name: 'stages',
    async run({ n }: { n: number }) {
      let last = n
      for (const each of all) last = await each(last)
      return last
    },
  })
  const identity = { workerId: 'w', pid: 1, bootId: 'b', hostName: 'h' }
  const host: Host = { store, clock, identity, beats: false }
  return {
    clock,
    store,
    effects,
    world,
    stages,
    host,
    /** Fails in its fourth stage. */
    fail: async () => (await startRun(stages, { n: 1 }, { host })).run,
    async retry(runId: string, options: RetryRunOptions = {}) {
      const run = await store.runs.get(runId)
      if (run === null) throw new Error('the run is gone')
      await retryRun(store, run, { by: 'amina', ...options }, clock)
      return await resumeRun(stages, runId, host)
    },
  }
}

let place = fiveStages()
beforeEach(() => {
  place = fiveStages()
})

describe('asking for a failed run again', () => {
  it.each([
    ['keeps what finished', {}, ['push 4', 'check 5']],
    [
      'from a step does it and what came after it anew',
      { from: 'clean-0' },
      ['clean 2', 'plan 3', 'push 4', 'check 5'],
    ],
    ['takes the name of a task for its first step', { from: 'plan' }, ['plan 3', 'push 4', 'check 5']],
    ['from the step that failed keeps all before it', { from: 'push' }, ['push 4', 'check 5']],
    ['afresh does everything anew', { fresh: true }, ['fetch 1', 'clean 2', 'plan 3', 'push 4', 'check 5']],
  ] as const)('%s', async (_, options, expected) => {
    const { id } = await place.fail()
    place.effects.length = 0
    place.world.broken = null

    const { run, result } = await place.retry(id, options)

    expect(result).toBe(6)
    expect(place.effects).toEqual(expected)
    expect(run).toMatchObject({ id, state: { type: 'completed', name: 'Completed' }, failure: null })
  })

  it('says who asked and shows what was done before', async () => {
    const { id } = await place.fail()
    place.world.broken = null

    await place.retry(id, { from: 'clean-0' })

    const steps = await place.store.taskRuns.list(id)
    expect(steps.map(({ name, state }) => `${name} ${state.name}`)).toEqual([
      'fetch-0 Completed',
      'clean-0 Superseded',
      'plan-0 Superseded',
      'push-0 Completed',
      'clean-1 Completed',
      'plan-1 Completed',
      'check-0 Completed',
    ])
    expect(await place.store.runs.history(id)).toContainEqual(
      expect.objectContaining({ name: 'Resuming', message: 'asked for again by amina, from clean-0 on' }),
    )
  })

  it('finds in a later retry what was done anew, and not what it took the place of', async () => {
    const { id } = await place.fail()
    await place.retry(id, { from: 'clean-0' })
    place.world.broken = null
    place.effects.length = 0

    const { result } = await place.retry(id)

    expect(result).toBe(6)
    expect(place.effects).toEqual(['push 4', 'check 5'])
  })

  it('does anew what ended after a step that was done anew itself, though it was first begun before', async () => {
    const { id } = await place.fail()
    place.world.broken = 'check'
    await place.retry(id, { from: 'plan' })
    place.world.broken = null
    place.effects.length = 0

    await place.retry(id, { from: 'plan-1' })

    expect(place.effects).toEqual(['plan 3', 'push 4', 'check 5'])
  })

  it.each(['crashed', 'cancelled'] as const)('does the same for one that was %s', async (type) => {
    const stop = new AbortController()
    const { store, host, stages, world, effects } = place
    const { run } = await startRun(
      stages,
      { n: 1 },
      {
        host: { ...host, signal: stop.signal, at: (point, { step }) => stopAt(point, step?.name, () => stop.abort()) },
      },
    )
    if (type === 'crashed') {
      await store.write([
        { kind: 'run-state', runId: run.id, epoch: run.epoch, state: { ...run.state, id: 'again', type: 'scheduled' } },
        { kind: 'run-state', runId: run.id, epoch: run.epoch, state: { ...run.state, id: 'up', type: 'pending' } },
        { kind: 'run-state', runId: run.id, epoch: run.epoch, state: { ...run.state, id: 'down', type: 'crashed' } },
      ])
    }
    world.broken = null
    effects.length = 0

    const { result } = await place.retry(run.id)

    expect(result).toBe(6)
    expect(effects).toEqual(['push 4', 'check 5'])
  })

  it('computes anew what a cache has kept of the step, and leaves the cache with the new value', async () => {
    const { clock, store, host, world } = place
    let fetches = 0
    const fetch = task({
      name: 'fetch',
      cache: { by: 'inputs' },
      run({ year }: { year: number }) {
        clock.advance(1_000)
        fetches += 1
        return `${year}, asked ${fetches} times`
      },
    })
    const failing = flow({
      name: 'failing',
      async run() {
        const rows = [await fetch({ year: 2026 }), await fetch({ year: 2026 })]
        if (world.broken !== null) throw new Error('the server is gone')
        return rows
      },
    })
    const { run } = await startRun(failing, {}, { host })
    world.broken = null
    await retryRun(store, run, { from: 'fetch' }, clock)

    const { result } = await resumeRun(failing, run.id, host)
    const other = await startRun(failing, {}, { host })

    expect(result).toEqual(['2026, asked 2 times', '2026, asked 2 times'])
    expect(other.result).toEqual(result)
  })

  it('is refused for a run that completed and for a step that is not there', async () => {
    const failed = await place.fail()
    await expect(place.retry(failed.id, { from: 'pull' })).rejects.toMatchObject({
      code: 'config/params',
      hint: 'its steps: fetch-0, clean-0, plan-0, push-0',
    })
    place.world.broken = null
    await place.retry(failed.id)

    await expect(place.retry(failed.id)).rejects.toMatchObject({
      code: 'engine/transition',
      hint: expect.stringContaining('d2flow run stages'),
    })
  })

  it('asks again what was answered on the strength of a step that is done anew', async () => {
    const { clock, store, host, world } = place
    const preview = task({
      name: 'preview',
      run() {
        clock.advance(1_000)
        return 'twelve rows'
      },
    })
    const send = task({
      name: 'send',
      run() {
        if (world.broken !== null) throw new Error('the server is gone')
        return 'sent'
      },
    })
    const asking = flow({
      name: 'asking',
      async run(_, ctx) {
        await ctx.waitForApproval({ question: 'Begin?' })
        await ctx.waitForApproval({ question: `Send ${await preview()}?` })
        return await send()
      },
    })
    let { run } = await startRun(asking, {}, { host })
    const asked: (string | null)[] = []
    const answerAll = async () => {
      while (run.state.type === 'paused') {
        asked.push(run.state.message)
        await answerRun(store, run, { verb: 'approve', by: 'amina' }, clock)
        ;({ run } = await resumeRun(asking, run.id, host))
      }
    }
    await answerAll()
    world.broken = null
    await retryRun(store, run, { from: 'preview' }, clock)
    ;({ run } = await resumeRun(asking, run.id, host))

    await answerAll()

    expect(asked).toEqual(['Begin?', 'Send twelve rows?', 'Send twelve rows?'])
    expect(run.state.type).toBe('completed')
  })
})

function stopAt(point: string, step: string | undefined, stop: () => void): void {
  if (point === 'before-body' && step === 'plan-0') stop()
}
