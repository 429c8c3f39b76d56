import { createFakeClock } from 'd2flow/testing'
import { flow, handleTask, SECOND, task, type Confirmed } from 'd2flow'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AnyFlow } from '../../src/engine/flow.ts'
import type { Host, KillPoint } from '../../src/engine/host.ts'
import { retryRun, type RetryRunOptions } from '../../src/engine/retry-run.ts'
import { resumeRun, startRun } from '../../src/engine/start-run.ts'
import { handedBack } from '../../src/engine/stop.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** A process that dies never gets past a named point: nothing of it is heard again, and its lease runs out. */
function house() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  let processes = 0
  const host = (more: Partial<Host> = {}): Host => {
    processes += 1
    const identity = { workerId: `w${processes}`, pid: processes, bootId: 'b', hostName: 'h' }
    return { store, clock, identity, beats: false, ...more }
  }
  const onlyRun = async () => {
    const [run] = await store.runs.list()
    if (run === undefined) throw new Error('there is no run')
    return run
  }
  return {
    clock,
    store,
    onlyRun,
    start: async (of: Pick<AnyFlow, 'core'>, more: Partial<Host> = {}) =>
      await startRun(of, {}, { host: host(more), key: 'nightly' }),
    async dieAt(of: AnyFlow, point: KillPoint, stepName: string) {
      await new Promise<void>((dead) => {
        const at: Host['at'] = (reached, { step }) => {
          if (reached !== point || step?.name !== stepName) return undefined
          dead()
          return new Promise(() => {})
        }
        void startRun(of, {}, { host: host({ at }), key: 'nightly' })
      })
      clock.advance(31 * SECOND)
    },
    async retry(of: Pick<AnyFlow, 'core'>, options: RetryRunOptions = {}) {
      const run = await onlyRun()
      await retryRun(store, run, { by: 'amina', ...options }, clock)
      return await resumeRun(of, run.id, host())
    },
    async historyOf(stepName: string) {
      const steps = await store.taskRuns.list((await onlyRun()).id)
      const step = steps.findLast(({ name }) => name === stepName)
      return (await store.taskRuns.history(step?.id ?? '')).map(({ name }) => name)
    },
  }
}

let place = house()
beforeEach(() => {
  place = house()
})

/** Posts into a list that stands for the other side, and may be able to look there. */
function posting(confirm?: 'sees' | 'sees nothing' | 'is away once') {
  const posted: string[] = []
  let away = confirm === 'is away once'
  const look = (): Confirmed<{ id: string }> => {
    if (away) {
      away = false
      throw new Error('the server is away')
    }
    return posted.length > 0 && confirm !== 'sees nothing' ? { done: true, result: { id: 'abc' } } : { done: false }
  }
  const post = task({
    name: 'post',
    sideEffect: 'once',
    ...(confirm === undefined ? {} : { confirm: look, retry: { attempts: 2 } }),
    run() {
      posted.push('values')
      return { id: 'abc' }
    },
  })
  return { posted, flow: flow({ name: 'posting', run: async () => (await post()).id }) }
}

describe('a task whose effect must not be repeated blindly', () => {
  it('is not run again when reading back shows that it was done; the crash stands in its history', async () => {
    const { posted, flow: sending } = posting('sees')
    await place.dieAt(sending, 'after-body', 'post-0')

    const { result } = await place.start(sending)

    expect(result).toBe('abc')
    expect(posted).toEqual(['values'])
    expect(await place.historyOf('post-0')).toEqual([
      'Pending',
      'Running',
      'Crashed',
      'Recovering',
      'Confirming',
      'Completed',
    ])
  })

  it('is run when reading back shows that it was not done', async () => {
    const { posted, flow: sending } = posting('sees')
    await place.dieAt(sending, 'before-body', 'post-0')

    const { result } = await place.start(sending)

    expect(result).toBe('abc')
    expect(posted).toEqual(['values'])
    expect((await place.historyOf('post-0')).slice(-3)).toEqual(['Confirming', 'Rerunning', 'Completed'])
  })

  it('is looked after with the patience of the task', async () => {
    const { posted, flow: sending } = posting('is away once')
    await place.dieAt(sending, 'after-body', 'post-0')

    expect((await place.start(sending)).result).toBe('abc')
    expect(posted).toEqual(['values'])
  })

  it('stops for a person when it cannot be looked after, and does as they say', async () => {
    const { posted, flow: sending } = posting()
    await place.dieAt(sending, 'after-body', 'post-0')

    const { run, error } = await place.start(sending)
    const again = await place.retry(sending, { done: { step: 'post-0', result: { id: 'abc' } } })

    expect(error).toMatchObject({
      code: 'engine/unsure',
      retryable: false,
      hint: expect.stringContaining(`d2flow flow-run retry ${run.name} --done post-0`),
    })
    expect(again.result).toBe('abc')
    expect(posted).toEqual(['values'])
  })

  it('is run again when the person asks for the run without saying that it was done', async () => {
    const { posted, flow: sending } = posting()
    await place.dieAt(sending, 'before-body', 'post-0')
    await place.start(sending)

    const { result } = await place.retry(sending)

    expect(result).toBe('abc')
    expect(posted).toEqual(['values'])
  })

  it('is in doubt too when its process went away in good order, or it was cancelled in the middle', async () => {
    for (const reason of [handedBack('the service stops'), new DOMException('stop', 'AbortError')]) {
      place = house()
      const { posted, flow: sending } = posting()
      const stop = new AbortController()
      const at: Host['at'] = (point) => (point === 'after-body' ? stop.abort(reason) : undefined)
      const post = task({
        name: 'post',
        sideEffect: 'once',
        async run(_: undefined, ctx) {
          posted.push('values')
          stop.abort(reason)
          await ctx.sleep(1)
        },
      })
      const cutOff = flow({ name: sending.name, run: async () => await post() })
      await place.start(cutOff, { signal: stop.signal, at })

      const { error } = await place.start(cutOff)

      expect(error).toMatchObject({ code: 'engine/unsure' })
      expect(posted).toEqual(['values'])
    }
  })

  it('asks before each of its own retries', async () => {
    let tries = 0
    const post = task({
      name: 'post',
      sideEffect: 'once',
      retry: { attempts: 3 },
      confirm: () => (tries < 2 ? { done: false } : { done: true, result: 'found' }),
      run(): string {
        tries += 1
        throw new Error('the line broke')
      },
    })

    const { result } = await place.start(flow({ name: 'posting', run: async () => await post() }))

    expect(result).toBe('found')
    expect(tries).toBe(2)
  })

  it.each([
    ['retries and nothing to look with', { sideEffect: 'once', retry: { attempts: 2 } }, 'has retries'],
    ['a look that nobody asks for', { confirm: () => ({ done: false as const }) }, 'never asked'],
  ] as const)('cannot have %s', (_, options, message) => {
    expect(() => task({ name: 'post', ...options, run: () => 1 })).toThrow(message)
  })

  it('cannot be said to be done when it never began, or has ended', async () => {
    const { flow: sending } = posting()
    const failing = flow({
      name: 'posting',
      async run() {
        await sending.fn({})
        throw new Error('boom')
      },
    })
    await place.start(failing)

    await expect(place.retry(failing, { done: { step: 'post-0' } })).rejects.toMatchObject({
      code: 'engine/transition',
    })
    await expect(place.retry(failing, { done: { step: 'pull' } })).rejects.toMatchObject({ code: 'config/params' })
  })
})

/** Jobs of another system: each is over after two looks. */
function jobs(options: { readonly fails?: boolean; readonly findable?: boolean } = {}) {
  const calls: string[] = []
  const looks = new Map<string, number>()
  const build = handleTask({
    name: 'build',
    intervalMs: 1_000,
    timeoutMs: 60_000,
    submit(input: { year: number }) {
      const id = `job-${looks.size + 1}`
      looks.set(id, 0)
      calls.push(`submit ${input.year}`)
      return { id }
    },
    ...(options.findable === true ? { find: () => (looks.size === 0 ? null : { id: `job-${looks.size}` }) } : {}),
    follow({ id }) {
      looks.set(id, (looks.get(id) ?? 0) + 1)
      return (looks.get(id) ?? 0) > 2
    },
    collect({ id }) {
      calls.push(`collect ${id}`)
      return { id, ok: options.fails !== true }
    },
    judge({ id, ok }) {
      if (!ok) throw new Error(`${id} did not do its work`)
      return `${id} is done`
    },
    cancel: ({ id }) => void calls.push(`cancel ${id}`),
  })
  return { calls, looks, flow: flow({ name: 'building', run: async () => await build({ year: 2026 }) }) }
}

describe('a task whose work is done elsewhere', () => {
  it('hands it in, follows it, and says what came of it', async () => {
    const { calls, flow: building } = jobs()

    const { result, run } = await place.start(building)

    expect(result).toBe('job-1 is done')
    expect(calls).toEqual(['submit 2026', 'collect job-1'])
    expect((await place.store.taskRuns.list(run.id)).map(({ name, state }) => `${name} ${state.type}`)).toEqual([
      'build-0 completed',
      'build-submit-0 completed',
      'build-collect-0 completed',
    ])
  })

  it.each([
    ['step-recorded', 'build-submit-0', ['submit 2026', 'collect job-1']],
    ['after-body', 'build-collect-0', ['submit 2026', 'collect job-1', 'collect job-1']],
    ['step-recorded', 'build-collect-0', ['submit 2026', 'collect job-1']],
  ] as const)('follows the job that is there when its process died at %s of %s', async (point, step, expected) => {
    const { calls, flow: building } = jobs()
    await place.dieAt(building, point, step)

    const { result } = await place.start(building)

    expect(result).toBe('job-1 is done')
    expect(calls).toEqual(expected)
  })

  it('is not blamed for the processes that died while it waited for the job', async () => {
    let lives = 0
    let submitted = 0
    let dead = () => {}
    const build = handleTask({
      name: 'build',
      submit: () => (submitted += 1),
      follow() {
        if (lives > 3) return true
        dead()
        return new Promise<never>(() => {})
      },
      collect: (job) => `job ${job}`,
    })
    const building = flow({
      name: 'building',
      async run() {
        lives += 1
        return await build()
      },
    })
    for (let deaths = 0; deaths < 3; deaths += 1) {
      await new Promise<void>((resolve) => {
        dead = resolve
        void place.start(building)
      })
      place.clock.advance(31 * SECOND)
    }

    const { result, run } = await place.start(building)

    expect(result).toBe('job 1')
    expect([submitted, run.crashCount]).toEqual([1, 3])
  })

  it('finds the job of an attempt that died before it could say so', async () => {
    const { calls, flow: building } = jobs({ findable: true })
    await place.dieAt(building, 'after-body', 'build-submit-0')

    const { result } = await place.start(building)

    expect(result).toBe('job-1 is done')
    expect(calls).toEqual(['submit 2026', 'collect job-1'])
  })

  it('keeps what was collected before it is judged', async () => {
    const { flow: building } = jobs({ fails: true })

    const { run, error } = await place.start(building)

    expect(error).toMatchObject({ message: 'job-1 did not do its work' })
    const collected = (await place.store.taskRuns.list(run.id)).find(({ name }) => name === 'build-collect-0')
    expect(collected).toMatchObject({ state: { type: 'completed' }, result: { value: { id: 'job-1', ok: false } } })
  })

  it.each([
    ['tells the job to stop when the run is cancelled', new DOMException('stop', 'AbortError'), ['cancel job-1']],
    ['leaves the job alone when its process goes away', handedBack('the service stops'), []],
  ] as const)('%s', async (_, reason, expected) => {
    const { calls, looks, flow: building } = jobs()
    const stop = new AbortController()
    const clock: Host['clock'] = {
      now: () => place.clock.now(),
      monotonicMs: () => place.clock.monotonicMs(),
      async sleep(ms, signal) {
        if (looks.size > 0) stop.abort(reason)
        await place.clock.sleep(ms, signal)
      },
    }

    await place.start(building, { signal: stop.signal, clock })

    expect(calls).toEqual(['submit 2026', ...expected])
  })

  it('is followed with the patience it was given', async () => {
    const waits: number[] = []
    let away = 2
    const build = handleTask({
      name: 'build',
      retry: { attempts: 3, delaysMs: [100, 200] },
      submit: () => ({ id: 'job-1' }),
      follow() {
        away -= 1
        if (away >= 0) throw new Error('the server is away')
        return true
      },
      collect: ({ id }) => id,
    })

    const { result } = await place.start(flow({ name: 'building', run: async () => await build(undefined) }))
    waits.push(...place.clock.waitsMs)

    expect(result).toBe('job-1')
    expect(waits).toEqual([100, 200])
  })

  it('tells the job to stop when it takes too long', async () => {
    const { calls, looks, flow: building } = jobs()
    looks.set = () => looks // it never gets on

    const { error } = await place.start(building)

    expect(error).toMatchObject({ code: 'engine/timeout' })
    expect(calls).toEqual(['submit 2026', 'cancel job-1'])
  })
})
