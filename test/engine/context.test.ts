import { createFakeClock, runFlow, stubClient } from 'd2flow/testing'
import { defineBlock, flow, Future, link, markdown, progress, secret, secretBlock, table, task, type Io } from 'd2flow'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { seal } from '../../src/base/secret.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { StoreError } from '../../src/base/errors.ts'

describe('async bodies', () => {
  it('F049 F051 are mixed with plain ones: a call gives a future either way', async () => {
    const plain = task({ name: 'plain', run: (n: number) => n + 1 })
    const async = task({
      name: 'async',
      async run(n: number) {
        await Promise.resolve()
        return n + 1
      },
    })
    const mixed = flow({
      name: 'mixed',
      async run() {
        const future = plain(1)
        expect(future).toBeInstanceOf(Promise)
        expect(future.id).toMatch(/^[0-9a-f-]{36}$/)
        return await async(await future)
      },
    })

    const { state, result, steps } = await runFlow(mixed, {})

    expect(state.type).toBe('completed')
    expect(result).toBe(3)
    expect(steps.map(({ taskName, state }) => [taskName, state.type])).toEqual([
      ['plain', 'completed'],
      ['async', 'completed'],
    ])
  })

  it('F050 overlap when they are awaited together, and give their values in the order of the calls', async () => {
    const clock = createFakeClock()
    const ended: number[] = []
    const wait = task({
      name: 'wait',
      async run(ms: number, ctx) {
        await ctx.sleep(ms)
        ended.push(ms)
        return ms
      },
    })
    const together = flow({ name: 'together', run: async () => await Promise.all([wait(300), wait(100), wait(200)]) })

    const { result } = await runFlow(together, {}, { clock })

    expect(result).toEqual([300, 100, 200])
    expect(ended).toEqual([100, 200, 300])
    // the longest, not the sum
    expect(clock.monotonicMs()).toBe(300)
  })

  it('F052 are submitted by calling and collected by awaiting', async () => {
    const step = task({ name: 'step', run: async (n: number) => n * n })
    const collected = flow({
      name: 'collected',
      async run() {
        const one = step(9)
        const many = step.map([1, 2, 3, 4, 5])
        const futures = [one, ...many].filter((future) => future instanceof Future && !future.isSettled).length
        return { futures, one: await one, many: await Promise.all(many) }
      },
    })

    expect((await runFlow(collected, {})).result).toEqual({ futures: 6, one: 81, many: [1, 4, 9, 16, 25] })
  })

  it('F053 each have a definite end when one of a group fails', async () => {
    const ok = task({ name: 'ok', run: async () => await new Promise((resolve) => setImmediate(resolve, 1)) })
    const fail = task({
      name: 'fail',
      run() {
        throw new Error('boom')
      },
    })
    const group = flow({ name: 'group', run: async () => await Promise.all([ok(), fail(), ok()]) })

    const { state, steps } = await runFlow(group, {})

    expect(state.type).toBe('failed')
    expect(steps.map((step) => step.state.type)).toEqual(['completed', 'failed', 'completed'])
  })
})

describe('artifacts', () => {
  const publishing = flow({
    name: 'publishing',
    async run(_, ctx) {
      return [
        await ctx.publish(markdown('report', '# Done', 'the report')),
        await ctx.publish(table('rows', [{ a: 1 }, { a: 2, b: null }])),
        await ctx.publish(link('source', 'https://example.org/data')),
      ]
    },
  })

  it('F054 F055 F056 F059 are kept with their run and have an id', async () => {
    const { run, result, artifacts } = await runFlow(publishing, {})

    expect(artifacts.map(({ id }) => id)).toEqual(result)
    expect(artifacts).toMatchObject([
      { key: 'report', description: 'the report', runId: run.id, content: { kind: 'markdown', text: '# Done' } },
      { key: 'rows', content: { kind: 'table', columns: ['a', 'b'], totalRows: 2 } },
      { key: 'source', content: { kind: 'link', url: 'https://example.org/data' } },
    ])
  })

  it('F057 F059 are accepted and dropped when there is no store', async () => {
    const { state, result } = await runFlow(publishing, {}, { store: null })

    expect(state.type).toBe('completed')
    expect(result).toEqual([null, null, null])
  })

  it('F056 lead nowhere but to http, https and mailto', () => {
    expect(() => link('evil', 'javascript:alert(1)')).toThrow('cannot lead to')
  })

  it('F058 have versions: the same key again is a newer one', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const report = (text: string) =>
      flow({ name: 'reporting', run: async (_, ctx) => await ctx.publish(markdown('report', text)) })

    await runFlow(report('first'), {}, { clock, store })
    await runFlow(report('second'), {}, { clock, store })

    const versions = await store.artifacts.versions('report')
    expect(versions.map(({ content }) => content)).toEqual([
      { kind: 'markdown', text: 'second' },
      { kind: 'markdown', text: 'first' },
    ])
  })

  it('of a progress take the place of the earlier one', async () => {
    const working = flow({
      name: 'working',
      async run(_, ctx) {
        for (const percent of [10, 50, 100]) await ctx.publish(progress('work', percent))
      },
    })

    const { artifacts } = await runFlow(working, {})

    expect(artifacts.map(({ content }) => content)).toEqual([{ kind: 'progress', percent: 100 }])
  })

  it('F059 have keys of lower-case letters, digits and dashes', () => {
    expect(() => markdown('My Report', '')).toThrow('"My Report" cannot be the key of an artifact')
  })

  it('published by a task belong to its step', async () => {
    const step = task({ name: 'step', run: async (_: void, ctx) => await ctx.publish(markdown(null, 'x')) })

    const { artifacts, steps } = await runFlow(flow({ name: 'one', run: async () => await step() }), {})

    expect(artifacts[0]?.taskRunId).toBe(steps[0]?.id)
  })
})

describe('opening a connection', () => {
  const closed: string[] = []
  const opened: { url: string; io: Io }[] = []
  const service = defineBlock({
    slug: 'test-service',
    schema: z.object({ url: z.string(), token: secret().optional() }),
    fallbacks: { demo: { url: 'https://demo.example.org' } },
    open({ url, token }, io) {
      opened.push({ url, io })
      return {
        url: () => url,
        token: () => token?.reveal() ?? null,
        write() {
          if (io.readOnly === true) throw new Error('cannot write')
          return 'written'
        },
        close: () => void closed.push(url),
      }
    },
  })
  afterEach(() => {
    closed.length = 0
    opened.length = 0
  })

  it('F065 gives a client of the saved block, with its secret opened', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const key = new Uint8Array(32).fill(7)
    const at = clock.now().toISOString()
    const values = { url: 'https://a.example.org', token: { sealed: seal('s3cret', key, 'block-1') } }
    await store.blocks.save({ id: 'block-1', type: service.slug, name: 'prod', values, createdAt: at, updatedAt: at })
    const opening = flow({
      name: 'opening',
      async run(_, ctx) {
        const client = await ctx.open(service, 'prod')
        return [client.url(), client.token() === 's3cret']
      },
    })

    const { result } = await runFlow(opening, {}, { clock, store, host: { sealingKey: () => key } })

    expect(result).toEqual(['https://a.example.org', true])
  })

  it('opens each once in a run, for all its steps, and closes it at the end', async () => {
    const use = task({ name: 'use', run: async (_: number, ctx) => (await ctx.open(service, 'prod')).url() })
    const using = flow({ name: 'using', run: async () => await Promise.all(use.map([1, 2, 3])) })

    await runFlow(using, {}, { blocks: [{ block: service, name: 'prod', values: { url: 'u' } }] })

    expect(opened).toHaveLength(1)
    expect(closed).toEqual(['u'])
  })

  it('R7 F062 F070 fails for a name that the store does not hold, listing those it does, whatever the fallback', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const at = clock.now().toISOString()
    await store.blocks.save({
      id: 'b',
      type: service.slug,
      name: 'prod',
      values: { url: 'u' },
      createdAt: at,
      updatedAt: at,
    })
    const opening = flow({
      name: 'opening',
      run: async (_, ctx) => (await ctx.open(service, 'prdo', { fallback: 'demo' })).url(),
    })

    const { error } = await runFlow(opening, {}, { clock, store })

    expect(error).toMatchObject({
      code: 'config/block-missing',
      message: 'no test-service block is saved as "prdo"; saved are "prod"',
      hint: 'create it with: d2flow block create test-service prdo',
    })
  })

  it('needs no saving when the type brings it along, and a saved one of that name still wins', async () => {
    const keyless = defineBlock({
      slug: 'keyless',
      schema: z.object({ url: z.string().default('https://public.example.org') }),
      open: ({ url }) => ({ url: () => url }),
      builtIn: { public: {} },
    })
    const asking = flow({ name: 'asking', run: async (_, ctx) => (await ctx.open(keyless, 'public')).url() })
    const misspelt = flow({ name: 'misspelt', run: async (_, ctx) => (await ctx.open(keyless, 'pubic')).url() })
    const mirror = [{ block: keyless, name: 'public', values: { url: 'https://mirror.example.org' } }]

    const [bare, saved, wrong] = [
      await runFlow(asking, {}),
      await runFlow(asking, {}, { blocks: mirror }),
      await runFlow(misspelt, {}),
    ]

    expect(bare.result).toBe('https://public.example.org')
    expect(bare.run.fallbacks).toEqual([])
    expect(saved.result).toBe('https://mirror.example.org')
    expect(wrong.error).toMatchObject({
      code: 'config/block-missing',
      message: 'no keyless block is saved as "pubic"; built in are "public"',
    })
  })

  it('F070 does not take an unreachable store for none', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const down = {
      ...store,
      blocks: { ...store.blocks, get: () => Promise.reject(new StoreError('store/unavailable', 'the store is away')) },
    }
    const opening = flow({
      name: 'opening',
      run: async (_, ctx) => (await ctx.open(service, 'prod', { fallback: 'demo' })).url(),
    })

    expect((await runFlow(opening, {}, { clock, store: down })).error).toMatchObject({ code: 'store/unavailable' })
  })

  it('F070 F071 F072 uses the fallback the flow names when there is no store, visibly and without writing', async () => {
    const opening = flow({
      name: 'opening',
      async run(_, ctx) {
        const client = await ctx.open(service, 'dhis2', { fallback: 'demo' })
        return client.url()
      },
    })

    const { run, result, logs } = await runFlow(opening, {}, { store: null })

    expect(result).toBe('https://demo.example.org')
    expect(opened[0]?.io.readOnly).toBe(true)
    expect(run.fallbacks).toEqual(['test-service "dhis2": fallback demo'])
    expect(logs[0]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('the fallback "demo", and cannot write'),
    })
  })

  it('F072 lets a fallback write only when the flow says so', async () => {
    const writing = flow({
      name: 'writing',
      run: async (_, ctx) => (await ctx.open(service, 'dhis2', { fallback: 'demo', allowWrites: true })).write(),
    })

    expect((await runFlow(writing, {}, { store: null })).result).toBe('written')
  })

  it('F070 says what to do when there is neither a store nor a fallback', async () => {
    const opening = flow({ name: 'opening', run: async (_, ctx) => (await ctx.open(service, 'prod')).url() })

    await expect(opening()).rejects.toMatchObject({
      code: 'config/block-missing',
      hint: expect.stringContaining('fallback'),
    })
  })

  it('F061 opens a secret', async () => {
    const revealing = flow({
      name: 'revealing',
      run: async (_, ctx) => (await ctx.open(secretBlock, 'my-api-key')).reveal().length,
    })

    const { result } = await runFlow(
      revealing,
      {},
      { blocks: [{ block: secretBlock, name: 'my-api-key', values: { value: 'abc' } }] },
    )

    expect(result).toBe(3)
  })

  it('lends the client a signal that is the time limit of whoever calls', async () => {
    let signals: (AbortSignal | undefined)[] = []
    const client = defineBlock({
      slug: 'signalling',
      schema: z.object({}),
      open: (_, io) => ({ ask: () => signals.push(io.signal) }),
    })
    const ask = task({
      name: 'ask',
      timeoutMs: 60_000,
      async run(_: number, ctx) {
        ;(await ctx.open(client, 'x')).ask()
        signals = [...signals, ctx.signal]
      },
    })
    const asking = flow({ name: 'asking', run: async () => void (await Promise.all(ask.map([1, 2]))) })

    await runFlow(asking, {}, { blocks: [{ block: client, name: 'x', values: {} }] })

    const [first, firstOwn, second, secondOwn] = signals
    expect(first).toBe(firstOwn)
    expect(second).toBe(secondOwn)
    expect(first).not.toBe(second)
  })
})

describe('a test of a flow', () => {
  interface Client {
    fetchMetadata(endpoint: string): Promise<unknown[]>
    push(rows: unknown[]): Promise<void>
  }
  const dhis2 = defineBlock({
    slug: 'test-dhis2',
    schema: z.object({ url: z.string() }),
    open: (): Client => {
      throw new Error('the real one')
    },
  })

  it('F073 may call the bare function of a task, with nothing kept', async () => {
    let bodies = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 4 },
      async run({ name }: { name: string }, ctx): Promise<number> {
        bodies += 1
        const client = await ctx.open(dhis2, name)
        return (await client.fetchMetadata('x')).length
      },
    })
    const client = stubClient<Client>({ fetchMetadata: async () => [1, 2] })

    expect(await risky.fn({ name: 'prod' }, { open: async () => client as never })).toBe(2)
    await expect(risky.fn({ name: 'prod' })).rejects.toMatchObject({ code: 'config/block-missing' })
    expect(bodies).toBe(2)
  })

  it('F073 leaves no trace of a bare call within a run either, and tries it once', async () => {
    let bodies = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 4 },
      run() {
        bodies += 1
        throw new Error('boom')
      },
    })
    const bare = flow({
      name: 'bare',
      async run() {
        try {
          return await risky.fn(undefined)
        } catch {
          return 'caught'
        }
      },
    })

    const { result, steps } = await runFlow(bare, {})

    expect(result).toBe('caught')
    expect({ bodies, steps }).toEqual({ bodies: 1, steps: [] })
  })

  it('F074 F076 may put a stub in place of what a block opens, everywhere, while runs are kept as ever', async () => {
    const fetchUnits = task({
      name: 'fetch-units',
      run: async (_: void, ctx) => (await (await ctx.open(dhis2, 'prod')).fetchMetadata('organisationUnits')).length,
    })
    const counting = flow({ name: 'counting', run: async () => await fetchUnits() })
    const client = stubClient<Client>({ fetchMetadata: async () => [{ id: 'OU1' }] })

    const { run, result, store } = await runFlow(
      counting,
      {},
      { open: (block) => (block === dhis2 ? client : undefined) },
    )

    expect(result).toBe(1)
    expect((await store?.runs.history(run.id))?.map(({ type }) => type)).toEqual(['pending', 'running', 'completed'])
  })

  it('F075 may put stubs only in place of methods that the client has', () => {
    // @ts-expect-error the client has no such method
    stubClient<Client>({ fetchNothing: async () => [] })
    const untyped: object = { fetchNothing: async () => [] }

    expect(() => stubClient<Client>(untyped, { like: ['fetchMetadata', 'push'] })).toThrow(
      'the client has no method "fetchNothing"',
    )
    expect(() => stubClient<Client>({}).push([])).toThrow('nobody answers for push() of this stub')
  })

  it('F077 may ask for the final state in place of the value', async () => {
    const fine = flow({ name: 'fine', run: () => 42 })
    const broken = flow({
      name: 'broken',
      run() {
        throw new Error('boom')
      },
    })

    expect(await fine.settle()).toMatchObject({ state: { type: 'completed' }, result: 42 })
    const settled = await broken.settle()
    expect(settled.state.type).toBe('failed')
    await expect(broken()).rejects.toEqual(settled.error)
  })

  it('F077 may do so for a task, too', async () => {
    const fine = task({ name: 'fine', run: (n: number) => n + 1 })
    const broken = task({
      name: 'broken',
      run() {
        throw new Error('boom')
      },
    })

    expect(await fine.settle(41)).toMatchObject({ state: { type: 'completed' }, result: 42 })
    expect(await broken.settle()).toMatchObject({
      state: { type: 'failed', message: 'boom' },
      error: new Error('boom'),
    })
  })

  it('F033 F034 F036 may set variables, which are read with a default', async () => {
    const reading = flow({
      name: 'reading',
      params: z.object({ batchSize: z.int().optional() }),
      async run({ batchSize }, ctx) {
        const stored = await ctx.variable('batch', { orElse: { size: 10 } })
        const size = batchSize ?? (stored as { size: number }).size
        return [size, await ctx.variable('nope'), await ctx.variable('nope', { orElse: '{}' })]
      },
    })

    expect((await runFlow(reading, {}, { variables: { batch: { size: 100 } } })).result).toEqual([100, null, '{}'])
    expect((await runFlow(reading, { batchSize: 25 }, { variables: { batch: { size: 100 } } })).result?.[0]).toBe(25)
    expect((await runFlow(reading, {})).result?.[0]).toBe(10)
  })
})

describe('log lines', () => {
  it('F240 of a flow with logPrints are also what its bodies print', async () => {
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const step = task({ name: 'step', run: () => console.log('counted %d rows', 3) })
    const printing = flow({ name: 'printing', logPrints: true, run: async () => await step() })

    const { run, steps, store } = await runFlow(printing, {})
    print.mockRestore()

    expect(await store?.logs.list(run.id)).toMatchObject([
      { level: 'info', message: 'counted 3 rows', taskRunId: steps[0]?.id },
    ])
    expect(print).not.toHaveBeenCalled()
  })

  it('are in the store before the state that ends the run', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const atEnd: string[] = []
    const watching = {
      ...store,
      write: async (changes: Parameters<typeof store.write>[0]) => {
        const ends = changes.findIndex((change) => change.kind === 'run-state' && change.state.type === 'completed')
        const lines = changes.findIndex((change) => change.kind === 'logs')
        if (ends >= 0) atEnd.push(lines >= 0 && lines < ends ? 'with the end' : 'before')
        await store.write(changes)
      },
    }
    const talking = flow({ name: 'talking', run: (_, ctx) => ctx.log.info('last words', { rows: 3 }) })

    const { run } = await runFlow(talking, {}, { clock, store: watching })

    expect(atEnd).toEqual(['with the end'])
    expect((await store.logs.list(run.id)).map(({ message }) => message)).toEqual(['last words {"rows":3}'])
  })

  it('tell progress to whoever watches', async () => {
    const working = task({
      name: 'working',
      run(_: void, ctx) {
        ctx.progress(10, 40, 'rows')
      },
    })

    const { progress: told } = await runFlow(flow({ name: 'one', run: async () => await working() }), {})

    expect(told).toMatchObject([{ done: 10, total: 40, unit: 'rows', step: { name: 'working-0' } }])
  })
})
