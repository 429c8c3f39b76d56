import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { defineBlock, flow, MINUTE, task, type TaskContext } from 'd2flow'
// loaded before the clock of the limited request runs
import 'undici'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHttpClient } from '../../src/http/client.ts'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import { executeRun } from '../../src/engine/run-flow.ts'
import { createRun, startRun } from '../../src/engine/start-run.ts'
import { cancelledBy, handedBack, leaseLost } from '../../src/engine/stop.ts'
import type { Host } from '../../src/engine/host.ts'
import { newState } from '../../src/model/new-state.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** A body that ends only with its signal, as a request does. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** A store with a claim for the newest run. */
const claimable = () => {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const host: Host = { store, clock, identity: worker, beats: false }
  const claim = async () => {
    const [run] = await store.leases.claim(worker, { limit: 1, leaseMs: 30_000 })
    if (run === undefined) throw new Error('nothing was due')
    return run
  }
  return { clock, store, host, claim }
}

const worker = { workerId: 'w1', pid: 1, bootId: 'b', hostName: 'h' }

describe('a time limit', () => {
  it('fails the attempt, named TimedOut, and may be retried', async () => {
    let tries = 0
    const slow = task({
      name: 'slow',
      timeoutMs: 20,
      retry: { attempts: 2 },
      async run(_: void, ctx) {
        tries += 1
        if (tries === 2) return 'in time'
        return await untilAborted(ctx.signal)
      },
    })

    const { result, steps, store } = await runFlow(flow({ name: 'one', run: async () => await slow() }), {})

    expect(result).toBe('in time')
    expect((await store?.taskRuns.history(steps[0]?.id ?? ''))?.map(({ name }) => name)).toEqual([
      'Pending',
      'Running',
      'Retrying',
      'Completed',
    ])
  })

  it('ends a task that has no retry left, and says how long it had', async () => {
    const slow = task({ name: 'slow', timeoutMs: 20, run: async (_: void, ctx) => await untilAborted(ctx.signal) })

    const { error, steps } = await runFlow(flow({ name: 'one', run: async () => await slow() }), {})

    expect(error).toMatchObject({
      code: 'engine/timeout',
      retryable: true,
      message: 'slow-0 took longer than its 20 ms',
    })
    expect(steps[0]?.state).toMatchObject({ type: 'failed', name: 'TimedOut' })
  })

  it('of a flow ends what it has under way', async () => {
    const slow = task({ name: 'slow', run: async (_: void, ctx) => await untilAborted(ctx.signal) })
    const limited = flow({ name: 'limited', timeoutMs: 20, run: async () => await slow() })

    const { state, error, steps } = await runFlow(limited, {})

    expect(state).toMatchObject({ type: 'failed', name: 'TimedOut' })
    expect(error).toMatchObject({ code: 'engine/timeout' })
    expect(steps[0]?.state.type).toBe('cancelled')
  })

  it('reaches the request that is under way, and only that one', async () => {
    let aborted = 0
    const server = createServer((request, response) => {
      if (request.url === '/slow') request.on('close', () => (aborted += 1))
      else response.setHeader('content-type', 'application/json').end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const block = defineBlock({
      slug: 'stalled',
      schema: z.object({ baseUrl: z.string() }),
      open: ({ baseUrl }, io) => createHttpClient({ baseUrl }, io),
    })
    const send = async (path: string, ctx: TaskContext) => (await (await ctx.open(block, 'x')).send({ path })).status
    const hurried = task({ name: 'hurried', timeoutMs: 100, run: send })
    const patient = task({ name: 'patient', run: send })
    const asking = flow({
      name: 'asking',
      run: async () => [(await hurried.settle('/slow')).state.name, await patient('/quick')],
    })

    const { result } = await runFlow(
      asking,
      {},
      { blocks: [{ block, name: 'x', values: { baseUrl: `http://127.0.0.1:${port}` } }] },
    )
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))

    expect(result).toEqual(['TimedOut', 200])
    expect(aborted).toBe(1)
  })
})

describe('a run that is asked to stop', () => {
  it('ends cancelled, with its steps, and tells why', async () => {
    const stop = new AbortController()
    const called: string[] = []
    const slow = task({
      name: 'slow',
      async run(_: void, ctx) {
        stop.abort(cancelledBy('amina'))
        return await untilAborted(ctx.signal)
      },
    })
    const stopped = flow({
      name: 'stopped',
      onCancellation: [(_, __, state) => called.push(state.type)],
      onFailure: [() => called.push('failure')],
      async run() {
        await slow()
        called.push('not reached')
      },
    })

    const { run, error, steps, store } = await runFlow(stopped, {}, { signal: stop.signal })

    expect(run.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
    expect(error).toMatchObject({ code: 'engine/cancelled' })
    expect((await store?.runs.history(run.id))?.map(({ type }) => type)).toEqual([
      'pending',
      'running',
      'cancelling',
      'cancelled',
    ])
    expect(steps[0]?.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
    expect(called).toEqual(['cancelling'])
  })

  it('starts nothing new', async () => {
    const stop = new AbortController()
    let started = 0
    const step = task({
      name: 'step',
      run(n: number) {
        started += 1
        if (n === 0) stop.abort()
      },
    })
    const stopped = flow({
      name: 'stopped',
      runner: { kind: 'promises', atOnce: 1 },
      run: async () => await Promise.all(step.map([0, 1, 2, 3])),
    })

    const { state, steps } = await runFlow(stopped, {}, { signal: stop.signal })

    expect(state).toMatchObject({ type: 'cancelled', message: 'asked to stop' })
    expect(started).toBe(1)
    // the step that was done when the wish came is kept as done
    expect(steps.map((each) => each.state.type)).toEqual(['completed'])
  })

  it('wakes from the wait before a retry', async () => {
    const stop = new AbortController()
    const clock = {
      ...createFakeClock(),
      sleep: async (_: number, signal?: AbortSignal) => {
        stop.abort(cancelledBy('amina'))
        signal?.throwIfAborted()
      },
    }
    const risky = task({
      name: 'risky',
      retry: { attempts: 3, firstDelayMs: 60_000 },
      run() {
        throw new Error('not yet')
      },
    })

    const { state, steps } = await runFlow(
      flow({ name: 'one', run: async () => await risky() }),
      {},
      { clock, signal: stop.signal },
    )

    expect(state.type).toBe('cancelled')
    expect(steps[0]).toMatchObject({ runCount: 1, state: { type: 'cancelled' } })
  })

  it('says so when it had finished by itself meanwhile', async () => {
    const stop = new AbortController()
    const quick = flow({
      name: 'quick',
      run() {
        stop.abort(cancelledBy('amina'))
        return 'done'
      },
    })

    const { state } = await runFlow(quick, {}, { signal: stop.signal })

    expect(state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina; it had finished by itself' })
  })

  it('is not waited for for ever when its body does not heed its signal', async () => {
    const stop = new AbortController()
    const deaf = task({
      name: 'deaf',
      async run() {
        stop.abort(cancelledBy('amina'))
        await new Promise(() => {})
      },
    })

    const { state } = await runFlow(
      flow({ name: 'one', run: async () => await deaf() }),
      {},
      { signal: stop.signal, host: { cancelGraceMs: 20 } },
    )

    expect(state.type).toBe('cancelled')
  })

  it('does not leave anybody waiting for the place of a body that does not heed its signal', async () => {
    const stop = new AbortController()
    const deaf = task({
      name: 'deaf',
      async run(n: number) {
        stop.abort(cancelledBy(`amina, at ${n}`))
        await new Promise(() => {})
      },
    })

    const { state, steps } = await runFlow(
      flow({ name: 'many', run: async () => await Promise.all(deaf.map([1, 2, 3], { atOnce: 1 })) }),
      {},
      { signal: stop.signal, host: { cancelGraceMs: 20 } },
    )

    expect(state.type).toBe('cancelled')
    expect(steps.map((step) => step.state.type)).toEqual(['cancelled'])
  })

  it('ends cancelled when the wish came through the store', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const wished = flow({
      name: 'wished',
      async run(_, ctx) {
        const run = await store.runs.get(ctx.runId)
        const state = newState('cancelling', clock.now(), { message: 'cancelled by amina' })
        await store.write([{ kind: 'run-state', runId: ctx.runId, epoch: run?.epoch ?? 0, state }])
        return 'done'
      },
    })

    const { state } = await runFlow(wished, {}, { clock, store })

    expect(state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina; it had finished by itself' })
  })

  it('is cancelled without a body when somebody asked between its claim and its beginning', async () => {
    const { store, clock, host, claim } = claimable()
    let begun = 0
    const quick = flow({ name: 'quick', run: () => (begun += 1) })
    const { id } = await createRun(quick, {}, { host })
    const claimed = await claim()
    await cancelRun(store, id, { now: clock.now(), by: 'amina' })

    const ended = await executeRun(quick, claimed, host)

    expect(ended.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
    expect(begun).toBe(0)
  })

  it('passes the wish on to its children', async () => {
    const stop = new AbortController()
    const child = flow({
      name: 'child',
      async run(_, ctx) {
        stop.abort(cancelledBy('amina'))
        return await untilAborted(ctx.signal)
      },
    })
    const parent = flow({ name: 'parent', run: async () => await child() })

    const { store } = await runFlow(parent, {}, { signal: stop.signal })

    expect((await store?.runs.list())?.map(({ state }) => state.type)).toEqual(['cancelled', 'cancelled'])
  })
})

describe('a process that goes away in good order', () => {
  it('hands its run back, and the next one goes on from the last finished step', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const host: Host = { store, clock, identity: worker, beats: false }
    const counts = { first: 0, second: 0 }
    const stop = new AbortController()
    const first = task({ name: 'first', run: () => (counts.first += 1) })
    const second = task({
      name: 'second',
      async run(_: void, ctx) {
        counts.second += 1
        if (counts.second > 1) return 'done'
        stop.abort(handedBack('the machine is restarted'))
        return await untilAborted(ctx.signal)
      },
    })
    const long = flow({ name: 'long', run: async () => [await first(), await second()] })
    const { id } = await createRun(long, {}, { host })
    const claim = async () => (await store.leases.claim(worker, { limit: 1, leaseMs: 30_000 }))[0]

    const claimed = await claim()
    const left = claimed === undefined ? null : await executeRun(long, claimed, { ...host, signal: stop.signal })
    const again = await claim()
    const ended = again === undefined ? null : await executeRun(long, again, host)

    expect(left?.state).toMatchObject({ type: 'scheduled', name: 'Resuming', message: 'the machine is restarted' })
    expect(ended).toMatchObject({ id, crashCount: 0, state: { type: 'completed' }, result: { value: [1, 'done'] } })
    expect(counts).toEqual({ first: 1, second: 2 })
    expect((await store.taskRuns.list(id)).map(({ state, crashCount }) => [state.type, crashCount])).toEqual([
      ['completed', 0],
      ['completed', 0],
    ])
  })
})

describe('a run that waits for its next attempt', () => {
  it('is asked to stop where it goes on, when another process was faster than the wish', async () => {
    const { store, clock, host } = claimable()
    const stop = new AbortController()
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2, delaysMs: [MINUTE] },
      run() {
        throw new Error('not yet')
      },
    })
    const onState: Host['onState'] = (state) => {
      if (state.type !== 'scheduled') return
      clock.advance(MINUTE)
      void store.leases.claim({ ...worker, workerId: 'w2' }, { limit: 1, leaseMs: 30_000 })
      stop.abort(cancelledBy('amina'))
    }

    const { run } = await startRun(shaky, {}, { host: { ...host, onState, signal: stop.signal } })

    expect(run.state.type).toBe('cancelling')
    expect((await store.runs.get(run.id))?.state.message).toBe('cancelled by the process that waited for it')
  })
})

describe('a run that is handed back', () => {
  it('is cancelled when somebody has asked for that meanwhile', async () => {
    const { store, clock, host, claim } = claimable()
    const stop = new AbortController()
    const long = flow({
      name: 'long',
      async run(_, ctx) {
        await cancelRun(store, ctx.runId, { now: clock.now(), by: 'amina' })
        stop.abort(handedBack('the machine is restarted'))
        return await untilAborted(ctx.signal)
      },
    })
    await createRun(long, {}, { host })

    const ended = await executeRun(long, await claim(), { ...host, signal: stop.signal })

    expect(ended.state).toMatchObject({ type: 'cancelled', message: 'cancelled by amina' })
  })

  it('before an attempt began has no more attempts for it', async () => {
    const { clock, host, claim } = claimable()
    let attempts = 0
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2, delaysMs: [MINUTE] },
      run() {
        attempts += 1
        throw new Error('not yet')
      },
    })
    await createRun(shaky, {}, { host })
    await executeRun(shaky, await claim(), host)
    clock.advance(MINUTE)
    const stopped = AbortSignal.abort(handedBack('the machine is restarted'))
    await executeRun(shaky, await claim(), { ...host, signal: stopped })

    const ended = await executeRun(shaky, await claim(), host)

    expect([ended.state.type, attempts]).toEqual(['failed', 2])
  })
})

describe('a process that has lost its run', () => {
  it('is refused by the store, stops, and writes nothing more', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const host: Host = { store, clock, identity: worker, beats: false }
    let heard: unknown
    const step = task({ name: 'step', run: (n: number) => n })
    const zombie = flow({
      name: 'zombie',
      async run(_, ctx) {
        await step(1)
        // somebody else takes the run over
        const state = newState('crashed', clock.now())
        await store.write([{ kind: 'run-state', runId: ctx.runId, epoch: 1, state, nextEpoch: 2 }])
        ctx.signal.addEventListener('abort', () => (heard = ctx.signal.reason))
        ctx.log.info('still here')
        await step(2).settled()
        await ctx.publish({ key: null, description: null, content: { kind: 'markdown', text: 'late' } })
      },
    })
    const { id } = await createRun(zombie, {}, { host })
    const [claimed] = await store.leases.claim(worker, { limit: 1, leaseMs: 30_000 })

    const execution = claimed === undefined ? null : executeRun(zombie, claimed, host)

    await expect(execution).rejects.toMatchObject({ code: 'engine/lease-lost' })
    expect(heard).toMatchObject({ code: 'engine/lease-lost' })
    expect((await store.taskRuns.list(id)).map(({ name }) => name)).toEqual(['step-0'])
    expect(await store.artifacts.listByRun(id)).toEqual([])
    expect(await store.logs.list(id)).toEqual([])
    expect((await store.runs.get(id))?.state.type).toBe('crashed')
  })

  it('stops at once when its beat tells it so', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const stop = new AbortController()
    const zombie = flow({
      name: 'zombie',
      async run() {
        stop.abort(leaseLost('r1'))
        await new Promise(() => {})
      },
    })
    const host: Host = { store, clock, identity: worker, beats: false, signal: stop.signal }
    await createRun(zombie, {}, { host })
    const [claimed] = await store.leases.claim(worker, { limit: 1, leaseMs: 30_000 })

    const execution = claimed === undefined ? null : executeRun(zombie, claimed, host)

    await expect(execution).rejects.toMatchObject({ code: 'engine/lease-lost' })
  })
})
