import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock } from 'd2flow/testing'
import { flow, task, type AnyFlow } from 'd2flow'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Host, KillPoint } from '../../src/engine/host.ts'
import { resumeRun, startRun } from '../../src/engine/start-run.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/**
 * A process that dies is an engine that never gets past a named point: nothing of it is heard again, and its lease runs
 * out.
 */
function house() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  let processes = 0
  const host = (more: Partial<Host> = {}): Host => {
    processes += 1
    const identity = { workerId: `w${processes}`, pid: processes, bootId: 'b', hostName: 'h' }
    return { store, clock, identity, beats: false, ...more }
  }
  return {
    clock,
    store,
    host,
    start: async (of: Pick<AnyFlow, 'core'>, params: unknown, more: Partial<Host> = {}) =>
      await startRun(of, params, { host: host(more), key: 'nightly' }),
    /** Starts the run and lets its process die at the point, reached by the flow itself or by the step of this name. */
    async dieAt(
      of: AnyFlow,
      params: unknown,
      point: KillPoint,
      stepName: string | null = null,
      more: Partial<Host> = {},
    ) {
      await new Promise<void>((dead) => {
        const at: Host['at'] = (reached, { run, step }) => {
          const here = run.flowName === of.name && (step?.name ?? null) === stepName
          if (reached !== point || !here) return undefined
          dead()
          return new Promise(() => {})
        }
        void startRun(of, params, { host: host({ at, ...more }), key: 'nightly' })
      })
      clock.advance(31_000)
    },
  }
}

let place = house()
beforeEach(() => {
  place = house()
})

/** Two steps whose effects are counted outside of the store. */
function twoSteps() {
  const effects: string[] = []
  const first = task({
    name: 'first',
    run(n: number) {
      effects.push(`first ${n}`)
      return n + 1
    },
  })
  const second = task({
    name: 'second',
    run(n: number) {
      effects.push(`second ${n}`)
      return n * 10
    },
  })
  const both = flow({ name: 'both', run: async ({ n }: { n: number }) => await second(await first(n)) })
  return { effects, both }
}

describe('a run whose process died', () => {
  it.each([
    ['run-claimed', null, ['first 1', 'second 2']],
    ['before-body', 'first-0', ['first 1', 'second 2']],
    ['after-body', 'first-0', ['first 1', 'first 1', 'second 2']],
    ['step-recorded', 'first-0', ['first 1', 'second 2']],
    ['before-body', 'second-0', ['first 1', 'second 2']],
    ['after-body', 'second-0', ['first 1', 'second 2', 'second 2']],
    ['step-recorded', 'second-0', ['first 1', 'second 2']],
    ['before-end', null, ['first 1', 'second 2']],
  ] as const)(
    'at %s of %s goes on under its key; only what was not recorded runs again',
    async (point, step, expected) => {
      const { effects, both } = twoSteps()
      await place.dieAt(both, { n: 1 }, point, step)

      const { run, result } = await place.start(both, { n: 1 })

      expect(result).toBe(20)
      expect(effects).toEqual(expected)
      expect(run).toMatchObject({ crashCount: 1, epoch: 3, state: { type: 'completed', name: 'Completed' } })
      expect(await place.store.runs.list()).toHaveLength(1)
    },
  )

  it('shows the crash in its history and in that of the step that was under way', async () => {
    const { both } = twoSteps()
    await place.dieAt(both, { n: 1 }, 'after-body', 'second-0')

    const { run } = await place.start(both, { n: 1 })

    const names = async (states: Promise<readonly { readonly name: string }[]>) =>
      (await states).map(({ name }) => name)
    const [first, second] = await place.store.taskRuns.list(run.id)
    expect(await names(place.store.runs.history(run.id))).toEqual([
      'Pending',
      'Running',
      'Crashed',
      'Recovering',
      'Pending',
      'Retrying',
      'Completed',
    ])
    expect(await names(place.store.taskRuns.history(first?.id ?? ''))).toEqual(['Pending', 'Running', 'Completed'])
    expect(await names(place.store.taskRuns.history(second?.id ?? ''))).toEqual([
      'Pending',
      'Running',
      'Crashed',
      'Recovering',
      'Rerunning',
      'Completed',
    ])
    expect(second).toMatchObject({ runCount: 2, crashCount: 1 })
  })

  it('tells the caller that a step was not run again, and gives its stored value', async () => {
    const seen: string[] = []
    const step = task({ name: 'step', run: () => ({ rows: [1, 2] }) })
    const one = flow({
      name: 'one',
      async run() {
        const { state, result } = await step.settle()
        seen.push(`${state.name} ${state.message ?? ''}`)
        return result
      },
    })
    await place.dieAt(one, {}, 'before-end')

    const { result } = await place.start(one, {})

    expect(seen).toEqual(['Completed ', 'Cached resumed'])
    expect(result).toEqual({ rows: [1, 2] })
  })

  it('knows the items of a map by their input, whatever the order they come in now', async () => {
    const effects: number[] = []
    let descending = false
    const step = task({
      name: 'step',
      run(n: number) {
        effects.push(n)
        return n * 2
      },
    })
    const mapped = flow({
      name: 'mapped',
      runner: { kind: 'promises', atOnce: 1 },
      run: async () => await Promise.all(step.map(descending ? [3, 2, 1, 1] : [1, 1, 2, 3])),
    })
    await place.dieAt(mapped, {}, 'before-body', 'step-2')
    descending = true

    const { result } = await place.start(mapped, {})

    expect(result).toEqual([6, 4, 2, 2])
    expect(effects).toEqual([1, 1, 3, 2])
  })

  it('offers every attempt of a step the same key for the other side to know it by', async () => {
    const keys: string[] = []
    const post = task({ name: 'post', run: (_: { id: number }, ctx) => void keys.push(ctx.idempotencyKey) })
    const posting = flow({
      name: 'posting',
      run: async () => void (await Promise.all([post({ id: 1 }), post({ id: 2 })])),
    })
    await place.dieAt(posting, {}, 'after-body', 'post-1')

    await place.start(posting, {})

    expect(new Set(keys).size).toBe(2)
    expect(keys.at(-1)).toBe(keys[1])
  })

  it('refuses a step that has the same key and another input, naming it', async () => {
    let input = 'a'
    const step = task({ name: 'step', run: (text: string) => text })
    const one = flow({ name: 'one', run: async () => await step(input, { key: 'the-file' }) })
    await place.dieAt(one, {}, 'before-end')
    input = 'b'

    const { run, error } = await place.start(one, {})

    expect(run.state.type).toBe('failed')
    expect(error).toMatchObject({
      code: 'engine/step-changed',
      message: 'the step "step:the-file" finished as step-0 with another input than it has now',
    })
  })

  it('runs a step with the same key and another input again where the task says so', async () => {
    let input = 'a'
    const step = task({ name: 'step', onChange: 'rerun', run: (text: string) => text })
    const one = flow({ name: 'one', run: async () => await step(input, { key: 'the-file' }) })
    await place.dieAt(one, {}, 'before-end')
    input = 'b'

    expect((await place.start(one, {})).result).toBe('b')
  })

  it('refuses two steps with one key at once, when they could still be told apart', async () => {
    const step = task({ name: 'step', run: (text: string) => text })
    const one = flow({ name: 'one', run: async () => [await step('a', { key: 'x' }), await step('b', { key: 'x' })] })

    const { run, error } = await place.start(one, {})

    expect(error).toMatchObject({
      code: 'config/params',
      message: 'two calls of step in one body have the key "x"',
    })
    expect((await place.store.taskRuns.list(run.id)).map(({ key, state }) => [key, state.type])).toEqual([
      ['step:x', 'completed'],
      ['step:x#1', 'failed'],
    ])
  })

  it('finds the steps within a step again, also when the outer one is tried a second time', async () => {
    const effects: string[] = []
    const inner = task({ name: 'inner', run: (n: number) => void effects.push(`inner ${n}`) })
    let tries = 0
    const outer = task({
      name: 'outer',
      retry: { attempts: 2 },
      async run() {
        tries += 1
        await inner(1)
        if (tries === 1) throw new Error('not yet')
        await inner(2)
      },
    })
    const nested = flow({ name: 'nested', run: async () => await outer() })
    await place.dieAt(nested, {}, 'step-recorded', 'inner-1')

    await place.start(nested, {})

    expect(effects).toEqual(['inner 1', 'inner 2'])
    expect(tries).toBe(3)
  })

  it('waits out what is left of the wait for a retry', async () => {
    let tries = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 3, firstDelayMs: 100_000 },
      run() {
        tries += 1
        if (tries === 1) throw new Error('not yet')
        return tries
      },
    })
    const one = flow({ name: 'one', run: async () => await risky() })
    const stuck = { ...place.clock, sleep: () => new Promise<never>(() => {}) }
    void startRun(one, {}, { host: place.host({ clock: stuck }), key: 'nightly' })
    const waiting = async () => {
      const [run] = await place.store.runs.list()
      const [step] = run === undefined ? [] : await place.store.taskRuns.list(run.id)
      return step?.state.name === 'AwaitingRetry'
    }
    while (!(await waiting())) await new Promise(setImmediate)
    place.clock.advance(31_000)

    const { result } = await place.start(one, {})

    expect(result).toBe(2)
    expect(place.clock.waitsMs).toEqual([69_000])
  })

  it('gives up on a step that was running each of the three times its process died', async () => {
    const { both, effects } = twoSteps()
    for (const _ of [1, 2, 3]) await place.dieAt(both, { n: 1 }, 'after-body', 'second-0')

    const { run, error } = await place.start(both, { n: 1 })

    expect(effects).toEqual(['first 1', 'second 2', 'second 2', 'second 2'])
    expect(run.state).toMatchObject({ type: 'failed' })
    expect(error).toMatchObject({
      code: 'engine/task-failed',
      message: 'second-0 was running each of the 3 times its process died',
    })
  })

  it('goes on with a step that was running at three deaths when another was completed in between', async () => {
    let lives = 0
    const other = task({ name: 'other', run: () => place.clock.advance(1) })
    const slow = task({ name: 'slow', run: () => (lives <= 3 ? new Promise<never>(() => {}) : 'done') })
    const both = flow({
      name: 'both',
      async run() {
        lives += 1
        const running = slow()
        for (let n = 1; n <= lives; n += 1) await other(undefined, { key: `${n}` })
        return await running
      },
    })
    for (const last of [0, 1, 2]) await place.dieAt(both, {}, 'step-recorded', `other-${last}`)

    const { result, run } = await place.start(both, {})

    expect(result).toBe('done')
    expect(run.crashCount).toBe(3)
  })

  it('keeps its retries for failures: a crash uses none of them', async () => {
    let bodies = 0
    const flaky = flow({
      name: 'flaky',
      retry: { attempts: 2 },
      run() {
        bodies += 1
        throw new Error('not yet')
      },
    })
    await place.dieAt(flaky, {}, 'before-end')

    const { run } = await place.start(flaky, {})

    expect(bodies).toBe(3)
    expect(run).toMatchObject({ runCount: 3, crashCount: 1, state: { type: 'failed', message: 'not yet' } })
  })

  it('is taken over at once when its process is known to be gone, and not while it may be alive', async () => {
    const { both } = twoSteps()
    await place.dieAt(both, { n: 1 }, 'before-body', 'second-0')
    place.clock.advance(-31_000)

    const refused = place.start(both, { n: 1 })
    await expect(refused).rejects.toMatchObject({
      code: 'engine/lease-lost',
      message: expect.stringMatching(/^run [a-z]+-[a-z]+ of both is with process 1 on h$/),
    })
    const { result } = await place.start(both, { n: 1 }, { isGone: () => true })

    expect(result).toBe(20)
  })
})

describe('a run that goes on', () => {
  it('says so when its code has another version than it began with', async () => {
    const counting = (version: string) => {
      const step = task({ name: 'step', version, run: () => version })
      return flow({ name: 'versioned', version, run: async () => await step() })
    }
    await place.dieAt(counting('1'), {}, 'before-end')

    const { run, result } = await place.start(counting('2'), {})

    expect(result).toBe('1')
    expect((await place.store.logs.list(run.id, { level: 'warn' })).map(({ message }) => message)).toEqual([
      expect.stringContaining('stopped without a word'),
      'begun under version 1, it goes on under version 2',
      'done under version 1 of step, which is 2 now: its result is kept',
    ])
  })

  it('is not taken for one that was asked for with other parameters', async () => {
    const { both } = twoSteps()
    await place.dieAt(both, { n: 1 }, 'before-end')

    const asked = place.start(both, { n: 2 })

    await expect(asked).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringMatching(/^run [a-z]+-[a-z]+ has the key "nightly" and other parameters$/),
    })
  })

  it('has the same folder to work in', async () => {
    const { mkdtemp, rm, readFile, writeFile } = await import('node:fs/promises')
    const parent = await mkdtemp(join(tmpdir(), 'd2flow-work-'))
    const workDir: Host['workDir'] = (run) => join(parent, run.id)
    let lives = 0
    const writing = flow({
      name: 'writing',
      async run(_, ctx) {
        lives += 1
        if (lives === 1) await writeFile(join(ctx.workDir, 'part.txt'), 'half')
        return await readFile(join(ctx.workDir, 'part.txt'), 'utf8')
      },
    })
    await place.dieAt(writing, {}, 'before-end', null, { workDir })

    const { result } = await place.start(writing, {}, { workDir })
    await rm(parent, { recursive: true })

    expect(result).toBe('half')
  })
})

describe('a run that failed', () => {
  it('goes on from its failed step when it is asked for again', async () => {
    let broken = true
    const effects: string[] = []
    const stage = (name: string) =>
      task({
        name,
        run(n: number) {
          effects.push(name)
          if (name === 'd' && broken) throw new Error('the disk is full')
          return n + 1
        },
      })
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(stage)
    const stages = flow({
      name: 'stages',
      async run() {
        let n = 0
        for (const each of [a, b, c, d, e]) if (each !== undefined) n = await each(n)
        return { n, steps: 5 }
      },
    })
    const failing = await place.start(stages, {})
    broken = false

    const { run, result } = await place.start(stages, {})
    const byId = await resumeRun(stages, run.id, place.host())

    expect(failing.run.state).toMatchObject({ type: 'failed', message: 'd-0 failed: the disk is full' })
    expect(run.id).toBe(failing.run.id)
    expect(effects).toEqual(['a', 'b', 'c', 'd', 'd', 'e'])
    expect(result).toEqual({ n: 5, steps: 5 })
    expect(byId.result).toEqual(result)
    expect(run.failure).toBeNull()
  })

  it('leaves a run that completed as it is: the same key starts another one', async () => {
    const { both, effects } = twoSteps()
    const first = await place.start(both, { n: 1 })

    const second = await place.start(both, { n: 1 })
    const reused = await startRun(both, { n: 1 }, { host: place.host(), key: 'nightly', whenCompleted: 'reuse' })

    expect(second.run.id).not.toBe(first.run.id)
    expect(reused.run.id).toBe(second.run.id)
    expect(reused.result).toBe(20)
    expect(effects).toHaveLength(4)
  })
})

describe('a parent that goes on', () => {
  it('attaches to a child that has finished, by its key', async () => {
    let children = 0
    const child = flow({ name: 'child', run: () => (children += 1) })
    const parent = flow({ name: 'parent', run: async () => [await child(), await child()] })
    await place.dieAt(parent, {}, 'before-end')

    const { result } = await place.start(parent, {})

    expect(result).toEqual([1, 2])
    expect(await place.store.runs.list({ flowName: 'child' })).toHaveLength(2)
  })

  it('asks a child that failed to go on from its own failed step', async () => {
    let broken = true
    const effects: string[] = []
    const fetch = task({ name: 'fetch', run: () => void effects.push('fetch') })
    const child = flow({
      name: 'child',
      async run() {
        await fetch()
        if (broken) throw new Error('refused')
        return 'stored'
      },
    })
    const parent = flow({ name: 'parent', run: async () => await child() })
    const failing = await place.start(parent, {})
    broken = false

    const { run, result } = await place.start(parent, {})

    expect(failing.error).toMatchObject({ message: 'refused' })
    expect(result).toBe('stored')
    expect(run.id).toBe(failing.run.id)
    expect(effects).toEqual(['fetch'])
    expect(await place.store.runs.list({ flowName: 'child' })).toHaveLength(1)
  })

  it('waits for a child that another process still executes', async () => {
    const child = flow({
      name: 'child',
      async run(_, ctx) {
        await ctx.sleep(5_000)
        return 'from the other process'
      },
    })
    const parent = flow({ name: 'parent', run: async () => await child() })
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const slept = Promise.withResolvers<void>()
    const at: Host['at'] = (point, { run }) => {
      if (point !== 'before-end' || run.flowName !== 'child') return undefined
      slept.resolve()
      return held
    }
    const lost = startRun(parent, {}, { host: place.host({ at, leaseMs: 1_000 }), key: 'nightly' }).catch(
      (error: unknown) => error,
    )
    await slept.promise
    // the lease of the parent has run out while the child slept; that of the child is kept
    const [one] = await place.store.runs.list({ flowName: 'child' })
    await place.store.leases.beat([{ runId: one?.id ?? '', epoch: 1 }], 1e9)
    const resumed = place.start(parent, {})
    await new Promise(setImmediate)
    release()

    const { result } = await resumed

    expect(result).toBe('from the other process')
    expect(await lost).toMatchObject({ code: 'engine/lease-lost' })
    expect(await place.store.runs.list({ flowName: 'child' })).toHaveLength(1)
  })
})

describe('the outcome of a run', () => {
  it('takes its messages along in the same write, and its event', async () => {
    const failing = flow({
      name: 'failing',
      run() {
        throw new Error('boom')
      },
    })
    const messages: Host['messages'] = async (run, state) => [
      {
        id: 'm1',
        key: `${run.id}/${state.id}`,
        runId: run.id,
        through: 'slack-webhook',
        named: 'data-team',
        subject: 'Flow Failed',
        body: `${run.failure?.message ?? 'nothing'} ${state.type}`,
        facts: {},
        createdAt: state.at,
        status: 'waiting',
        tries: 0,
        nextTryAt: state.at,
        lastError: null,
        deliveredAt: null,
      },
    ]

    await place.dieAt(failing, {}, 'run-ended')
    const before = await place.store.outbox.list()
    const { run } = await startRun(failing, {}, { host: place.host({ messages }) })

    expect(before).toEqual([])
    expect(await place.store.outbox.list({ runId: run.id })).toMatchObject([{ body: 'boom failed' }])
    expect(await place.store.events.list({ resource: `run/${run.id}`, limit: 1 })).toMatchObject([
      { name: 'run.failed' },
    ])
  })

  it('is not lost when its messages cannot be made', async () => {
    const fine = flow({ name: 'fine', run: () => 1 })
    const messages = () => Promise.reject(new Error('no such rule'))

    const { run } = await startRun(fine, {}, { host: place.host({ messages }) })

    expect(run.state.type).toBe('completed')
    expect((await place.store.logs.list(run.id)).map(({ message }) => message)).toEqual([
      'the messages about this run could not be made: no such rule',
    ])
  })
})
