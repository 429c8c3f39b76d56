/** Tasks that wait for each other: what could never end fails with a message, and what can end does. */
import { runFlow } from 'd2flow/testing'
import { allowFailure, atOnce, concurrent, flow, task, type Future, type Task } from 'd2flow'
import { describe, expect, it } from 'vitest'

const turn = () => new Promise(setImmediate)
const double = task({ name: 'double', run: (n: number) => n * 2 })

/** A task whose body awaits a future that the flow made. */
function awaiting(name = 'awaiting') {
  return task({ name, run: async ({ future }: { future: () => Promise<unknown> }) => await future() })
}

describe('a task that waits for another on a full pool', () => {
  it('fails with a message when that one waits for its place', async () => {
    const outer = awaiting()
    const waits = flow({
      name: 'waits',
      runner: atOnce(1),
      async run() {
        let later: Future<number> | undefined
        const first = outer({ future: async () => await later })
        later = double(1)
        return await first
      },
    })

    const { error, state, steps } = await runFlow(waits, {})

    expect(error).toMatchObject({
      code: 'engine/standstill',
      message: 'awaiting-0 waits for double, which waits for a place, and all 1 that have one wait like this',
      hint: expect.stringContaining('waitFor'),
    })
    expect(state.type).toBe('failed')
    expect(steps.map((step) => [step.name, step.state.type])).toEqual([
      ['awaiting-0', 'failed'],
      ['double-0', 'completed'],
    ])
  })

  it('fails one of several that wait like this, and the others go on', async () => {
    const outer = awaiting()
    const waits = flow({
      name: 'waits',
      runner: atOnce(3),
      async run() {
        const later: Future<number>[] = []
        const first = outer.map(
          [0, 1, 2].map((n) => ({ future: async () => await Promise.all([later[n], double(n)]) })),
        )
        later.push(...double.map([10, 11, 12]))
        return (await Promise.all(first.map((future) => future.settled()))).map(({ state }) => state.type)
      },
    })

    const { result, steps } = await runFlow(waits, {})

    expect((result as string[]).filter((type) => type === 'failed')).toHaveLength(1)
    expect(steps).toHaveLength(9)
    expect(new Set(steps.map(({ state }) => state.type))).toEqual(new Set(['completed', 'failed']))
  })

  it('fails when the mapped sibling it waits for has no place in the map', async () => {
    const siblings: Future<unknown>[] = []
    const outer = task({ name: 'outer', run: async (n: number) => (n === 0 ? await siblings[1]?.settled() : n) })
    const mapped = flow({
      name: 'mapped',
      async run() {
        siblings.push(...outer.map([0, 1], { atOnce: 1 }))
        return (await Promise.all(siblings.map((future) => future.settled()))).map(({ state }) => state.type)
      },
    })

    expect((await runFlow(mapped, {})).result).toEqual(['failed', 'completed'])
  })

  it('fails also when it is seen only after others have ended', async () => {
    const siblings: Future<unknown>[] = []
    const outer = task({ name: 'outer', run: async (n: number) => (n === 0 ? await siblings[1] : n) })
    const other = task({
      name: 'other',
      async run() {
        for (let turns = 0; turns < 20; turns += 1) await turn()
      },
    })
    const mapped = flow({
      name: 'mapped',
      async run() {
        const busy = other()
        siblings.push(...outer.map([0, 1], { atOnce: 1 }))
        await busy
        return (await Promise.all(siblings.map((future) => future.settled()))).map(({ state }) => state.type)
      },
    })

    expect((await runFlow(mapped, {})).result).toEqual(['failed', 'completed'])
  })

  it('fails when what it waits for is fed with what has no place', async () => {
    const outer = awaiting()
    const waits = flow({
      name: 'waits',
      runner: atOnce(1),
      async run() {
        let later: Future<number> | undefined
        const first = outer({ future: async () => await later })
        later = double(double(1))
        return await first
      },
    })

    expect((await runFlow(waits, {})).error).toMatchObject({ code: 'engine/standstill' })
  })

  it('fails when a task within it waits for what has no place', async () => {
    const inner = awaiting('inner')
    const outer = task({
      name: 'outer',
      run: async ({ future }: { future: () => Promise<unknown> }) => await inner({ future }),
    })
    const waits = flow({
      name: 'waits',
      runner: atOnce(1),
      async run() {
        let later: Future<number> | undefined
        const first = outer({ future: async () => await later })
        later = double(1)
        return await first
      },
    })

    expect((await runFlow(waits, {})).error).toMatchObject({
      message: 'inner-0 waits for double, which waits for a place, and all 1 that have one wait like this',
    })
  })

  it('is refused when two wait for each other, however many places there are', async () => {
    const outer = awaiting()
    const circle = flow({
      name: 'circle',
      runner: concurrent(),
      async run() {
        const both: Future<unknown>[] = []
        both.push(outer({ future: async () => await both[1] }), outer({ future: async () => await both[0] }))
        return await Promise.all(both)
      },
    })

    expect((await runFlow(circle, {})).error).toMatchObject({
      code: 'engine/standstill',
      message: 'awaiting-1 waits for awaiting-0, which waits for awaiting-1',
    })
  })

  it('is refused when it asks for the cached value that it computes, and may ask for others', async () => {
    const factorial: Task<number, number> = task({
      name: 'factorial',
      cache: { by: 'inputs' },
      run: async (n: number): Promise<number> => (n <= 1 ? 1 : n * (await factorial(n === 7 ? 7 : n - 1))),
    })
    const computes = flow({ name: 'computes', run: async (of: { n: number }) => await factorial(of.n) })

    expect((await runFlow(computes, { n: 5 })).result).toBe(120)
    expect((await runFlow(computes, { n: 7 })).error).toMatchObject({
      code: 'engine/standstill',
      message: 'factorial waits for a cached value that it is itself computing',
    })
  })

  it('is refused when it waits for itself', async () => {
    const outer = awaiting()
    const self = flow({
      name: 'self',
      async run() {
        let own: Future<unknown> | undefined
        own = outer({ future: async () => await own })
        return await own
      },
    })

    expect((await runFlow(self, {})).error).toMatchObject({
      message: 'awaiting-0 waits for awaiting-0, which is itself',
    })
  })
})

describe('a task that waits for another', () => {
  it('gets its value when somebody else frees a place', async () => {
    const gate = Promise.withResolvers<void>()
    const outer = awaiting()
    const slow = task({ name: 'slow', run: async () => await gate.promise })
    const waits = flow({
      name: 'waits',
      runner: atOnce(2),
      async run() {
        let later: Future<number> | undefined
        const first = outer({ future: async () => await later })
        const other = slow()
        later = double(21)
        for (let turns = 0; turns < 10; turns += 1) await turn()
        gate.resolve()
        await other
        return await first
      },
    })

    expect((await runFlow(waits, {})).result).toBe(42)
  })

  it('gets its value from tasks within it on the last place, mapped and chained ones too', async () => {
    const outer = task({
      name: 'outer',
      run: async (n: number) => await Promise.all(double.map(double.map([n, n + 1], { atOnce: 1 }), { atOnce: 1 })),
    })
    const nested = flow({ name: 'nested', runner: atOnce(1), run: async () => await Promise.all(outer.map([1, 2])) })

    expect((await runFlow(nested, {})).result).toEqual([
      [4, 8],
      [8, 12],
    ])
  })

  it('may look on without waiting', async () => {
    const seen: unknown[] = []
    const looksOn = task({
      name: 'looks-on',
      async run({ future }: { future: () => Promise<unknown> | undefined }) {
        void future()?.then((value) => seen.push(value))
        await turn()
        return 'gone on'
      },
    })
    const waits = flow({
      name: 'waits',
      runner: atOnce(1),
      async run() {
        let later: Future<number> | undefined
        const first = looksOn({ future: () => later })
        later = double(4)
        return [await first, await later]
      },
    })

    expect((await runFlow(waits, {})).result).toEqual(['gone on', 8])
    expect(seen).toEqual([8])
  })

  it('fails when the other needs its place back for a retry', async () => {
    let tries = 0
    const shaky = task({
      name: 'shaky',
      retry: { attempts: 2, firstDelayMs: 1_000 },
      run() {
        tries += 1
        if (tries === 1) throw new Error('not yet')
        return tries
      },
    })
    const outer = task({
      name: 'outer',
      async run({ future }: { future: () => Promise<unknown> }) {
        await future()
        return 'after it'
      },
    })
    const waits = flow({
      name: 'waits',
      runner: atOnce(1),
      async run() {
        const first = shaky()
        return await outer({ future: async () => await first })
      },
    })

    const { error } = await runFlow(waits, {})

    // the outer one took the place while the first waited for its retry: nobody could go on
    expect(error).toMatchObject({ code: 'engine/standstill' })
  })

  it('is fed by what it needs in place of waiting for it', async () => {
    const total = task({ name: 'total', run: ({ values }: { values: number[] }) => values.length })
    const fedFlow = flow({
      name: 'fed',
      runner: atOnce(1),
      run: async () => await total({ values: double.map([1, 2, 3]) }, { waitFor: [allowFailure(double(4))] }),
    })

    expect((await runFlow(fedFlow, {})).result).toBe(3)
  })
})
