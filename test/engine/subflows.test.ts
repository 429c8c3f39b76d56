import { createFakeClock, runFlow } from 'd2flow/testing'
import { failed, flow, runtime, task } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

describe('a flow that calls a flow', () => {
  it('F001 gets what the child returns, and hands values on by plain parameters', async () => {
    const extract = flow({ name: 'extract', run: () => [1, 2, 3] })
    const transform = flow({
      name: 'transform',
      params: z.object({ rows: z.array(z.number()) }),
      run: ({ rows }) => rows.map((row) => row * 10),
    })
    const pipeline = flow({
      name: 'pipeline',
      async run() {
        const rows = await extract()
        return { rows, doubled: await transform({ rows }) }
      },
    })

    const run = await runFlow(pipeline, {})

    expect(run.result).toEqual({ rows: [1, 2, 3], doubled: [10, 20, 30] })
  })

  it('F002 gives each call a run of its own, linked to the one that called it', async () => {
    const child = flow({ name: 'child', run: () => runtime.flowRun?.id })
    const parent = flow({ name: 'parent', run: async () => [await child(), await child(), await child()] })

    const { run, result, store } = await runFlow(parent, {})

    const runs = await store?.runs.list()
    expect(runs).toHaveLength(4)
    expect(runs?.filter(({ parentRunId }) => parentRunId === run.id)).toHaveLength(3)
    expect(new Set(result)).toHaveLength(3)
    expect(runs?.every(({ rootRunId }) => rootRunId === run.id)).toBe(true)
  })

  it('F003 goes on after a child that failed when it catches the error', async () => {
    const child = flow({
      name: 'child',
      run() {
        throw new Error('no such district')
      },
    })
    const parent = flow({
      name: 'parent',
      async run() {
        try {
          await child()
        } catch {
          return 'went on'
        }
        return 'not reached'
      },
    })

    const { state, result, store } = await runFlow(parent, {})

    expect(state.type).toBe('completed')
    expect(result).toBe('went on')
    expect((await store?.runs.list({ flowName: 'child' }))?.[0]?.state).toMatchObject({
      type: 'failed',
      message: 'no such district',
    })
  })

  it('F003 fails with a child that failed when nobody catches the error, and names it', async () => {
    const child = flow({
      name: 'child',
      run() {
        throw new Error('no such district')
      },
    })
    const parent = flow({ name: 'parent', run: async () => await child() })

    const { state, error, store } = await runFlow(parent, {})

    expect(state.type).toBe('failed')
    expect((await store?.runs.list({ flowName: 'child' }))?.[0]?.state.type).toBe('failed')
    expect(state.message).toContain('no such district')
    expect(error).toEqual(new Error('no such district'))
  })

  it('F004 leaves the retries of a child to the child', async () => {
    let parentBodies = 0
    let childBodies = 0
    const child = flow({
      name: 'child',
      retry: { attempts: 3, firstDelayMs: 1_000 },
      run() {
        childBodies += 1
        if (childBodies === 1) throw new Error('not yet')
        return childBodies
      },
    })
    const parent = flow({
      name: 'parent',
      async run() {
        parentBodies += 1
        return await child()
      },
    })

    const { state, result, waitsMs, store } = await runFlow(parent, {})

    expect(state.type).toBe('completed')
    expect({ parentBodies, childBodies, result }).toEqual({ parentBodies: 1, childBodies: 2, result: 2 })
    expect(waitsMs).toEqual([1_000])
    const [run] = (await store?.runs.list({ flowName: 'child' })) ?? []
    const names = (await store?.runs.history(run?.id ?? ''))?.map(({ name }) => name)
    expect(names).toEqual(['Pending', 'Running', 'AwaitingRetry', 'Pending', 'Retrying', 'Completed'])
  })

  it('F005 can be tested alone, with literal parameters and nothing around it', async () => {
    const transform = flow({
      name: 'transform',
      params: z.object({ rows: z.array(z.number()) }),
      run: ({ rows }) => rows.map((row) => row + 1),
    })

    expect(await transform({ rows: [1, 2] })).toEqual([2, 3])
    expect((await transform.settle({ rows: [] })).state.type).toBe('completed')
  })

  it('F006 nests to any depth and mixes with tasks of the same body', async () => {
    const step = task({ name: 'step', run: (place: string) => `${place} in ${runtime.flowRun?.flowName}` })
    const group = flow({ name: 'group', run: async () => await step('inner') })
    const pipeline = flow({ name: 'pipeline', run: async () => [await step('middle'), await group()] })
    const all = flow({ name: 'all', run: async () => [await step('outer'), ...(await pipeline())] })

    const { run, result, store } = await runFlow(all, {})

    expect(result).toEqual(['outer in all', 'middle in pipeline', 'inner in group'])
    const byName = new Map((await store?.runs.list())?.map((each) => [each.flowName, each]))
    expect(byName.get('group')?.parentRunId).toBe(byName.get('pipeline')?.id)
    expect(byName.get('pipeline')?.parentRunId).toBe(run.id)
    for (const each of byName.values()) expect(await store?.taskRuns.list(each.id)).toHaveLength(1)
  })

  it('answers for the deployment and the moment of the run that called it', async () => {
    const child = flow({ name: 'child', run: (_, ctx) => [runtime.deployment?.name, ctx.dueAt.toISOString()] })
    const parent = flow({ name: 'parent', run: async () => await child() })

    const { result } = await runFlow(
      parent,
      {},
      { dueAt: '2025-12-24T06:00:00Z', deployment: { id: 'd1', name: 'nightly', scheduleSlug: null } },
    )

    expect(result).toEqual(['nightly', '2025-12-24T06:00:00.000Z'])
  })

  it('runs children side by side when they are awaited together', async () => {
    const order: string[] = []
    const child = flow({
      name: 'child',
      params: z.object({ name: z.string() }),
      async run({ name }) {
        order.push(`${name} begins`)
        await new Promise(setImmediate)
        order.push(`${name} ends`)
        return name
      },
    })
    const parent = flow({
      name: 'parent',
      run: async () => await Promise.all([child({ name: 'a' }), child({ name: 'b' })]),
    })

    const { result } = await runFlow(parent, {})

    expect(result).toEqual(['a', 'b'])
    expect(order.indexOf('b begins')).toBeLessThan(order.indexOf('a ends'))
  })

  it('takes a future where the child takes a value', async () => {
    const fetchRows = task({ name: 'fetch-rows', run: () => [4, 5] })
    const count = flow({
      name: 'count',
      params: z.object({ rows: z.array(z.number()) }),
      run: ({ rows }) => rows.length,
    })
    const parent = flow({ name: 'parent', run: async () => await count({ rows: fetchRows() }) })

    expect((await runFlow(parent, {})).result).toBe(2)
  })
})

describe('the end of a flow', () => {
  it('is failed when it returns a failed state', async () => {
    const late = flow({ name: 'late', run: () => failed('the report is older than its sources') })

    const { state } = await runFlow(late, {})

    expect(state).toMatchObject({ type: 'failed', message: 'the report is older than its sources' })
  })

  it('is failed when a future among what it returns failed, and the others have their end', async () => {
    const check = task({
      name: 'check',
      run(n: number) {
        if (n === 2) throw new Error('two is wrong')
        return n
      },
    })
    const checks = flow({ name: 'checks', run: () => ({ results: check(1), other: check(2), last: check(3) }) })

    const { state, steps } = await runFlow(checks, {})

    expect(state).toMatchObject({ type: 'failed', message: 'check-1 failed: two is wrong' })
    expect(steps.map((step) => step.state.type)).toEqual(['completed', 'failed', 'completed'])
  })

  it('says which step failed first, through the subflows it failed in', async () => {
    const check = task({
      name: 'check',
      run() {
        throw new Error('no such district')
      },
    })
    const inner = flow({ name: 'inner', run: async () => await check() })
    const middle = flow({ name: 'middle', run: async () => await inner({}) })
    const outer = flow({ name: 'outer', run: async () => await middle({}) })

    const { state } = await runFlow(outer, {})

    expect(state).toMatchObject({
      message: 'middle › inner › check-0 failed: no such district',
      details: { step: 'middle › inner › check-0' },
    })
  })

  it('waits for a list of futures it returns and gives their values', async () => {
    const double = task({ name: 'double', run: (n: number) => n * 2 })
    const doubles = flow({ name: 'doubles', run: () => double.map([1, 2, 3]) })

    expect((await runFlow(doubles, {})).result).toEqual([2, 4, 6])
  })

  it('warns of failed tasks that nobody looked at', async () => {
    const risky = task({
      name: 'risky',
      run() {
        throw new Error('boom')
      },
    })
    const hasty = flow({
      name: 'hasty',
      run() {
        void risky()
        return 'ok'
      },
    })

    const { run, state, logs } = await runFlow(hasty, {})

    expect(state).toMatchObject({ type: 'completed', name: 'CompletedWithErrors' })
    expect(run.warning).toBe('1 task failed: risky-0 (boom)')
    expect(logs.map(({ message }) => message)).toContain('the flow returned before risky-0 ended')
  })

  it('does not warn of a failure that was caught, and is not green either', async () => {
    const risky = task({
      name: 'risky',
      run(): string {
        throw new Error('boom')
      },
    })
    const careful = flow({
      name: 'careful',
      async run() {
        const first = await risky().catch(() => 'instead')
        try {
          await risky()
        } catch {
          return `${first}, twice`
        }
        return first
      },
    })

    const { run, state, result } = await runFlow(careful, {})

    expect(result).toBe('instead, twice')
    expect(run.warning).toBeNull()
    expect(state).toMatchObject({
      name: 'CompletedWithErrors',
      message: '2 tasks failed: risky-0 (boom), risky-1 (boom), and the flow went on',
    })
  })

  it('is green when a step within a step failed and the outer one dealt with it', async () => {
    const inner = task({
      name: 'inner',
      run() {
        throw new Error('boom')
      },
    })
    const outer = task({ name: 'outer', run: async () => (await inner.settle()).state.type })
    const nested = flow({ name: 'nested', run: async () => await outer() })

    const { state, result } = await runFlow(nested, {})

    expect(result).toBe('failed')
    expect(state.name).toBe('Completed')
  })

  it('is not green when the flow itself says that not all is well', async () => {
    const half = flow({
      name: 'half',
      run(_, ctx) {
        ctx.warn('3 of 10 rows were refused')
        return 7
      },
    })

    const { run, state, result } = await runFlow(half, {})

    expect(state).toMatchObject({
      type: 'completed',
      name: 'CompletedWithErrors',
      message: '3 of 10 rows were refused',
    })
    expect(run.warning).toBe('3 of 10 rows were refused')
    expect(result).toBe(7)
  })

  it('is refused for a result that would come back as another one, naming the place', async () => {
    const dated = flow({ name: 'dated', run: () => ({ rows: [{ on: new Date(0) }] }) })

    const { state, error } = await runFlow(dated, {})

    expect(state.type).toBe('failed')
    expect(error).toMatchObject({ code: 'engine/result', retryable: false, hint: expect.stringContaining('ISO text') })
    expect(state.message).toContain('a Date at rows[0].on')
  })

  it('keeps the moment it was due apart from the moment it started', async () => {
    const clock = createFakeClock('2026-03-01T08:00:00Z')
    const when = flow({ name: 'when', run: (_, ctx) => ctx.dueAt.toISOString() })

    const { run, result } = await runFlow(when, {}, { clock, dueAt: '2026-02-28T06:00:00Z' })

    expect(result).toBe('2026-02-28T06:00:00.000Z')
    expect(run.startedAt).toBe('2026-03-01T08:00:00.000Z')
  })
})

describe('parameters', () => {
  const Params = z.object({
    countries: z.array(z.string().regex(/^[A-Z]{3}$/, 'three capital letters')).min(1),
    year: z.int().default(2024),
  })
  const report = flow({ name: 'report', params: Params, run: (params) => params })

  it('are checked before anything runs, with a message for each field', async () => {
    const asked = runFlow(report, { countries: ['KEN', 'xx'], year: 1.5 })

    await expect(asked).rejects.toMatchObject({
      code: 'config/params',
      details: {
        fields: { 'countries.1': 'three capital letters', year: expect.stringContaining('int') },
      },
    })
  })

  it('that the flow does not know are refused from outside, with the names it knows', async () => {
    const asked = runFlow(report, { countries: ['KEN'], yaer: 2020 } as never)

    await expect(asked).rejects.toMatchObject({
      message: 'report has no parameter "yaer"',
      hint: 'it takes countries, year',
    })
  })

  it('are kept with their defaults filled in', async () => {
    const { run, result } = await runFlow(report, { countries: ['UGA'] })

    expect(run.parameters).toEqual({ countries: ['UGA'], year: 2024 })
    expect(result).toEqual({ countries: ['UGA'], year: 2024 })
  })

  it('are kept as they were given where the schema makes something else of them', async () => {
    const since = flow({
      name: 'since',
      params: z.object({ from: z.iso.date().transform((text) => ({ year: Number(text.slice(0, 4)) })) }),
      run: ({ from }) => from.year,
    })

    const { run, result } = await runFlow(since, { from: '2021-05-04' })

    expect(run.parameters).toEqual({ from: '2021-05-04' })
    expect(result).toBe(2021)
  })

  it('F139 of a task are checked by the model the task names, and arrive typed', async () => {
    const User = z.object({ name: z.string(), email: z.string(), age: z.coerce.number() })
    const greet = task({ name: 'greet', input: User, run: ({ name, age }) => `${name} is ${age + 1} soon` })
    const greeting = flow({
      name: 'greeting',
      run: async (user: z.input<typeof User>) => await greet.settle(user),
    })

    const good = await runFlow(greeting, { name: 'A', email: 'a', age: '41' })
    const bad = await runFlow(greeting, { name: 'A', email: 'a', age: 'x' })

    expect(good.result).toMatchObject({ result: 'A is 42 soon' })
    expect(bad.steps[0]?.failure).toMatchObject({
      code: 'config/params',
      details: { fields: { age: expect.any(String) } },
    })
  })
})
