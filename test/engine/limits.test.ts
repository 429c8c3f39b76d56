import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flow, MINUTE, SECOND, task, type TaskContext } from 'd2flow'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { startRun } from '../../src/engine/start-run.ts'
import { cancelledBy } from '../../src/engine/stop.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { thisProcess } from '../../src/worker/identity.ts'

/** How many are inside, and how many were at the most. */
function gauge() {
  const seen = { inside: 0, most: 0, entered: [] as unknown[] }
  const stay = async <Who>(who: Who, slots = 1, turns = 1): Promise<Who> => {
    seen.inside += slots
    seen.most = Math.max(seen.most, seen.inside)
    seen.entered.push(who)
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
    seen.inside -= slots
    return who
  }
  return { seen, stay }
}

async function storeWith(limits: Readonly<Record<string, number>>): Promise<Store> {
  const store = createMemoryStore({ clock: createFakeClock() })
  for (const [name, size] of Object.entries(limits)) await store.limits.create({ name, size, perMs: null })
  return store
}

const onRealClock = (store: Store) => ({ host: { store, clock: systemClock, identity: thisProcess() } })

describe('slots of a limit', () => {
  it('F027 let so many in at once, and the others wait until they are free', async () => {
    const store = createMemoryStore({ clock: systemClock })
    await store.limits.create({ name: 'api-limit', size: 2, perMs: null })
    let inside = 0
    let most = 0
    const hold = task({
      name: 'hold',
      async run(n: number, ctx) {
        return await ctx.withSlots('api-limit', 1, async () => {
          most = Math.max(most, (inside += 1))
          await ctx.sleep(50)
          inside -= 1
          return n
        })
      },
    })
    const six = flow({ name: 'six', run: async () => await Promise.all(hold.map([1, 2, 3, 4, 5, 6])) })

    const beganMs = systemClock.monotonicMs()
    const { run } = await startRun(six, {}, onRealClock(store))
    const tookMs = systemClock.monotonicMs() - beganMs

    expect(run.state.name).toBe('Completed')
    expect(most).toBe(2)
    // Node's timers may be early by a part of a millisecond
    expect(tookMs).toBeGreaterThanOrEqual(147)
  })

  it('F028 are shared by every task and every run that uses the name', async () => {
    const store = await storeWith({ 'api-limit': 1 })
    const { seen, stay } = gauge()
    const under = (name: string) =>
      task({ name, run: async (n: number, ctx) => await ctx.withSlots('api-limit', 1, () => stay(n, 1, 3)) })
    const [fetchRows, sendRows] = [under('fetch-rows'), under('send-rows')]
    const reading = flow({ name: 'reading', run: async () => await Promise.all(fetchRows.map([1, 2, 3])) })
    const writing = flow({ name: 'writing', run: async () => await Promise.all(sendRows.map([4, 5, 6])) })

    const ended = await Promise.all([runFlow(reading, {}, { store }), runFlow(writing, {}, { store })])

    expect(ended.map(({ state }) => state.name)).toEqual(['Completed', 'Completed'])
    expect(new Set(seen.entered)).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    expect(seen.most).toBe(1)
  })

  it('F029 can be taken several at once, all or none', async () => {
    const store = await storeWith({ db: 3 })
    const { seen, stay } = gauge()
    const hold = task({
      name: 'hold',
      run: async (slots: number, ctx) => await ctx.withSlots('db', slots, () => stay(slots, slots, 3)),
    })
    const three = flow({ name: 'three', run: async () => await Promise.all(hold.map([2, 1, 1, 3, 2])) })

    const { state } = await runFlow(three, {}, { store })

    expect(state.name).toBe('Completed')
    expect(seen.most).toBe(3)
    // oldest first: the one that wants all three is not overtaken by the smaller one behind it
    expect(seen.entered).toEqual([2, 1, 1, 3, 2])
  })

  it('F030 come back when the work throws', async () => {
    const store = await storeWith({ api: 1 })
    const { seen, stay } = gauge()
    const fail = flow({
      name: 'fail',
      async run(_, ctx) {
        await ctx
          .withSlots('api', 1, () => {
            throw new Error('no answer')
          })
          .catch(() => {})
        await ctx.withSlots('api', 1, () => stay('next'))
      },
    })

    const { state, logs } = await runFlow(fail, {}, { store })

    expect(state.name).toBe('Completed')
    expect(seen.entered).toEqual(['next'])
    expect(logs).toEqual([])
    expect((await store.limits.get('api'))?.held).toBe(0)
  })

  it('F031 of a limit that nobody created are refused, with the command that creates it', async () => {
    const unknown = flow({ name: 'unknown', run: async (_, ctx) => await ctx.withSlots('dhis2-api', 1, () => 'in') })

    const { state, error } = await runFlow(unknown, {})

    expect(state.type).toBe('failed')
    expect(error).toMatchObject({
      code: 'config/limit-missing',
      message: 'there is no limit "dhis2-api"',
      hint: expect.stringContaining('d2flow limit create dhis2-api N') as string,
      retryable: false,
    })
  })

  it('F031 of a limit that was to be created when missing are granted, and the limit is listed', async () => {
    const made = flow({
      name: 'made',
      run: async (_, ctx) => await ctx.withSlots('api', 1, () => 'in', { createIfMissing: 2 }),
    })

    const { result, store } = await runFlow(made, {})

    expect(result).toBe('in')
    expect(await store?.limits.list()).toMatchObject([{ name: 'api', size: 2, held: 0 }])
  })

  it('are counted within the process when there is no store', async () => {
    const { seen, stay } = gauge()
    const hold = task({
      name: 'hold',
      run: async (n: number, ctx) => await ctx.withSlots('api', 1, () => stay(n, 1, 3), { createIfMissing: 2 }),
    })
    const four = flow({ name: 'four', run: async () => await Promise.all(hold.map([1, 2, 3, 4])) })

    const { state } = await runFlow(four, {}, { store: null })

    expect(state.name).toBe('Completed')
    expect(seen.most).toBe(2)
  })

  it('say in the log of whoever waits how many are taken, and by which run', async () => {
    const store = await storeWith({ 'dhis2-api': 1 })
    const { stay } = gauge()
    const hold = task({
      name: 'hold',
      run: async (n: number, ctx) => await ctx.withSlots('dhis2-api', 1, () => stay(n)),
    })
    const two = flow({ name: 'two', run: async () => await Promise.all(hold.map([1, 2])) })

    const { run, logs, steps } = await runFlow(two, {}, { store })

    expect(logs.map(({ message, taskRunId }) => [message, taskRunId])).toEqual([
      [`waits for limit \`dhis2-api\` 1/1, held by run ${run.name}`, steps[1]?.id],
    ])
  })

  it.each([
    [4, {}, 'config/limit-too-small', /4 of the 3 slots/],
    [0, {}, 'config/params', /0 slots/],
    [1.5, {}, 'config/params', /1.5 slots/],
    [1, { leaseMs: 59_999 }, 'config/params', /59999 ms/],
    [1, { leaseMs: 86_400_001 }, 'config/params', /86400001 ms/],
    [1, { createIfMissing: -1 }, 'config/params', /size of -1/],
  ])('are refused at once when they can never be had: %s %o', async (slots, options, code, message) => {
    const store = await storeWith({ api: 3 })
    const never = flow({ name: 'never', run: async (_, ctx) => await ctx.withSlots('api', slots, () => 1, options) })

    const { error } = await runFlow(never, {}, { store })

    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('are refused to one that would wait for itself', async () => {
    const store = await storeWith({ api: 1 })
    const inner = task({ name: 'inner', run: async (_: undefined, ctx) => await ctx.withSlots('api', 1, () => 'in') })
    const outer = flow({ name: 'outer', run: async (_, ctx) => await ctx.withSlots('api', 1, () => inner()) })

    const { error } = await runFlow(outer, {}, { store })

    expect(error).toMatchObject({
      code: 'config/limit-too-small',
      message: expect.stringContaining('would wait for itself') as string,
    })
    expect((await store.limits.get('api'))?.held).toBe(0)
  })

  it('leave the place among the tasks under way to others while they are waited for', async () => {
    const store = await storeWith({ api: 1 })
    const waits = task({ name: 'waits', run: async (n: number, ctx) => await ctx.withSlots('api', 1, () => n) })
    const other = task({ name: 'other', run: () => 'done' })
    const crowded = flow({
      name: 'crowded',
      runner: { kind: 'promises', atOnce: 2 },
      async run(_, ctx) {
        const holding = ctx.withSlots('api', 1, async () => {
          while ((await store.limits.get('api'))?.waiters.length !== 3) await new Promise(setImmediate)
          return await other()
        })
        return await Promise.all([holding, ...waits.map([1, 2, 3])])
      },
    })

    const { result } = await runFlow(crowded, {}, { store })

    expect(result).toEqual(['done', 1, 2, 3])
  })

  it('are not waited for any longer when the run is cancelled', async () => {
    const store = await storeWith({ api: 1 })
    const stop = new AbortController()
    const holder = flow({
      name: 'holder',
      run: async (_, ctx) =>
        await ctx.withSlots('api', 1, async () => {
          const waiting = runFlow(waiter, {}, { store, signal: stop.signal })
          while ((await store.limits.get('api'))?.waiters.length !== 1) await new Promise(setImmediate)
          stop.abort(cancelledBy('a test'))
          return (await waiting).state.type
        }),
    })
    const waiter = flow({ name: 'waiter', run: async (_, ctx) => await ctx.withSlots('api', 1, () => 'in') })

    const { result } = await runFlow(holder, {}, { store })

    expect(result).toBe('cancelled')
    expect(await store.limits.get('api')).toMatchObject({ held: 0, waiters: [] })
  })
})

describe('slots that are lost while the work goes on', () => {
  /** Works until it is told to stop, or for some time after its slots were taken away. */
  const losing = (strict: boolean) =>
    flow({
      name: 'losing',
      async run(_, ctx) {
        return await ctx.withSlots(
          'api',
          1,
          async (signal) => {
            await store.limits.release((await store.limits.get('api'))?.holders[0]?.ticket ?? '')
            const stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped')))
            const told = (async () => {
              while (!logs.some((line) => line.includes('were lost'))) await ctx.sleep(1)
              await new Promise(setImmediate)
              return 'went on'
            })()
            return await Promise.race([stopped, told])
          },
          { strict },
        )
      },
    })
  let store: Store
  let logs: string[]
  beforeEach(async () => {
    logs = []
    store = createMemoryStore({ clock: systemClock })
    await store.limits.create({ name: 'api', size: 1, perMs: null })
  })
  const run = async (strict: boolean) => {
    const host = {
      ...onRealClock(store).host,
      slotLeaseMs: 40,
      onLog: (line: { message: string }) => logs.push(line.message),
    }
    return await startRun(losing(strict), {}, { host })
  }

  it('F031 stop a strict holder', async () => {
    const { run: ended, error } = await run(true)

    expect(ended.state.type).toBe('failed')
    expect(error).toMatchObject({ code: 'engine/slots-lost', retryable: true })
  })

  it('F031 are a warning to another one', async () => {
    const { run: ended, result } = await run(false)

    expect([ended.state.name, result]).toEqual(['Completed', 'went on'])
    expect(logs).toEqual([expect.stringContaining('the slots of api were lost while the work went on')])
  })

  it('F031 are not lost as long as the holder lives', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    try {
      const leaseMs = MINUTE
      const held: unknown[] = []
      const long = flow({
        name: 'long',
        run: async (_, ctx) =>
          await ctx.withSlots('api', 1, async () => {
            for (let leases = 0; leases < 4; leases += 1) {
              await vi.advanceTimersByTimeAsync(leaseMs)
              held.push((await store.limits.get('api'))?.held)
            }
          }),
      })

      const { run } = await startRun(long, {}, { host: { ...onRealClock(store).host, slotLeaseMs: leaseMs } })

      expect(run.state.name).toBe('Completed')
      expect(held).toEqual([1, 1, 1, 1])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the tags of a task', () => {
  it('take a slot of each tag that has a limit', async () => {
    const store = await storeWith({ dhis2: 2, heavy: 1 })
    const [light, heavy] = [gauge(), gauge()]
    const fetchRows = task({ name: 'fetch', tags: ['dhis2', 'no-limit'], run: (n: number) => light.stay(n, 1, 3) })
    const build = task({
      name: 'build',
      tags: ['dhis2', 'heavy'],
      run: (n: number) => Promise.all([light.stay(n, 1, 3), heavy.stay(n, 1, 3)]),
    })
    const both = flow({
      name: 'both',
      run: async () => await Promise.all([...fetchRows.map([1, 2, 3]), ...build.map([4, 5, 6])]),
    })

    const { state } = await runFlow(both, {}, { store })

    expect(state.name).toBe('Completed')
    expect([light.seen.most, heavy.seen.most]).toEqual([2, 1])
    expect(light.seen.entered).toHaveLength(6)
  })

  it('hold a step back as pending, with the reason', async () => {
    const store = await storeWith({ dhis2: 1 })
    const fetchRows = task({ name: 'fetch', tags: ['dhis2'], run: () => new Promise((done) => setImmediate(done, 1)) })
    const two = flow({ name: 'two', run: async () => await Promise.all([fetchRows(), fetchRows()]) })

    const { run, steps } = await runFlow(two, {}, { store })

    const histories = await Promise.all(steps.map(({ id }) => store.taskRuns.history(id)))
    const waited = histories.find(([first]) => first?.name !== 'Pending') ?? []
    expect(waited.map(({ name, details }) => [name, details.reason])).toEqual([
      ['AwaitingConcurrencySlot', `waits for limit \`dhis2\` 1/1, held by run ${run.name}`],
      ['Running', undefined],
      ['Completed', undefined],
    ])
  })

  it('are given back between the attempts', async () => {
    const store = await storeWith({ dhis2: 1 })
    const order: string[] = []
    const risky = task({
      name: 'risky',
      tags: ['dhis2'],
      retry: { attempts: 2, firstDelayMs: 1_000 },
      run(name: string, ctx: TaskContext) {
        order.push(`${name} ${ctx.attempt}`)
        if (name === 'a' && ctx.attempt === 1) throw new Error('no answer')
        return name
      },
    })
    const two = flow({ name: 'two', run: async () => await Promise.all(risky.map(['a', 'b'])) })

    const { state } = await runFlow(two, {}, { store })

    expect(state.name).toBe('Completed')
    expect(order).toEqual(['a 1', 'b 1', 'a 2'])
  })

  it('fail a task when the limit is 0', async () => {
    const store = await storeWith({ closed: 0 })
    const closed = task({ name: 'closed', tags: ['closed'], run: () => 'in' })
    const one = flow({ name: 'one', run: async () => await closed() })

    const { error, steps } = await runFlow(one, {}, { store })

    expect(error).toMatchObject({
      code: 'config/limit-too-small',
      message: 'limit "closed" lets nobody in: its size is 0',
    })
    expect(steps).toMatchObject([{ runCount: 0, state: { type: 'failed' } }])
  })
})

describe('the tokens of a rate', () => {
  it('are handed out at the pace of the rate, after what was saved up', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    await store.limits.create({ name: 'cds', size: 3, perMs: 30 * SECOND })
    const at: number[] = []
    const asking = flow({
      name: 'asking',
      async run(_, ctx) {
        for (let n = 0; n < 6; n += 1) {
          await ctx.takeTokens('cds')
          at.push(ctx.clock.monotonicMs())
        }
        await ctx.takeTokens('cds', 3)
        at.push(ctx.clock.monotonicMs())
      },
    })

    const { state } = await runFlow(asking, {}, { store, clock })

    expect(state.name).toBe('Completed')
    expect(at).toEqual([0, 0, 0, 10_000, 20_000, 30_000, 60_000])
  })

  it('are refused when there is no such rate, when it never holds so many, and for a limit of slots', async () => {
    const store = await storeWith({ api: 1 })
    const take = (name: string, tokens: number, createIfMissing?: { tokens: number; perMs: number }) =>
      runFlow(
        flow({
          name: 'take',
          run: async (_, ctx) =>
            await ctx.takeTokens(name, tokens, createIfMissing === undefined ? {} : { createIfMissing }),
        }),
        {},
        { store },
      )

    expect((await take('cds', 1)).error).toMatchObject({ code: 'config/limit-missing' })
    expect((await take('cds', 3, { tokens: 2, perMs: MINUTE })).error).toMatchObject({ code: 'config/limit-too-small' })
    expect((await take('api', 1)).error).toMatchObject({ code: 'config/params' })
    expect((await take('cds', 2)).error).toBeNull()
    expect((await store.limits.get('api'))?.held).toBe(0)
  })
})

describe('two processes on one store', () => {
  const SCRIPT = fileURLToPath(new URL('./limits-child.ts', import.meta.url))
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'd2flow-limits-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  const open = async () => await openSqliteStore({ path: join(folder, 'd2flow.db'), clock: systemClock })
  const start = (name: string, times: string): ChildProcess =>
    spawn(
      process.execPath,
      ['--conditions=source', SCRIPT, join(folder, 'd2flow.db'), join(folder, 'ledger'), name, times],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
  const said = (child: ChildProcess) =>
    new Promise<string>((resolve) => child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim())))

  it('F028 share the slots of a limit: the tasks of both never overlap', async () => {
    const store = await open()
    await store.limits.create({ name: 'api-limit', size: 1, perMs: null })
    await store.close()

    const ended = await Promise.all([said(start('fetch-rows', '12')), said(start('send-rows', '12'))])

    const lines = (await readFile(join(folder, 'ledger'), 'utf8')).trim().split('\n')
    const pairs = lines.map((line, index) => (index % 2 === 0 ? line.replace('enter', 'leave') : line))
    expect(ended).toEqual(['completed', 'completed'])
    expect(lines).toHaveLength(48)
    expect(pairs.filter((_, index) => index % 2 === 0)).toEqual(pairs.filter((_, index) => index % 2 === 1))
  })

  it('F031 lose nothing to a holder that is killed: its slot is free when the lease of its run ends', async () => {
    const store = await open()
    await store.limits.create({ name: 'api-limit', size: 1, perMs: null })
    const holder = start('holder', 'hold')
    const next = flow({ name: 'next', run: async (_, ctx) => await ctx.withSlots('api-limit', 1, () => 'in') })

    expect(await said(holder)).toBe('held')
    const waiting = startRun(next, {}, onRealClock(store))
    while ((await store.limits.get('api-limit'))?.waiters.length !== 1) await systemClock.sleep(5)
    const held = (await store.limits.get('api-limit'))?.held
    holder.kill('SIGKILL')

    expect((await waiting).result).toBe('in')
    expect(held).toBe(1)
    expect(await readFile(join(folder, 'ledger'), 'utf8')).toBe('enter holder 0\n')
    expect((await store.limits.get('api-limit'))?.held).toBe(0)
    await store.close()
  })
})
