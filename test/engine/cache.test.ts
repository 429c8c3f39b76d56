import fc from 'fast-check'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { flow, task, type CachePolicy, type TaskContext } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { cacheKey, type CacheFacts, type CachePart } from '../../src/model/cache-key.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

interface Factors {
  readonly a: number
  readonly b: number
  readonly note?: string
}

function expensive(cache: CachePolicy<Factors, TaskContext>, name = 'expensive') {
  const counts = { bodies: 0 }
  const multiply = task({
    name,
    cache,
    run({ a, b }: Factors) {
      counts.bodies += 1
      return a * b
    },
  })
  return { counts, multiply }
}

/** A flow of one call, to be run again and again on one store. */
function once(multiply: ReturnType<typeof expensive>['multiply'], input: Factors = { a: 3, b: 7 }) {
  return flow({ name: 'once', run: async () => await multiply.settle(input) })
}

describe('a cached task', () => {
  it('F043 gives the kept value for the same input without running its body', async () => {
    const { counts, multiply } = expensive({ by: 'inputs' })
    const twice = flow({
      name: 'twice',
      run: async () => [await multiply({ a: 3, b: 7 }), await multiply({ b: 7, a: 3 }), await multiply({ a: 3, b: 8 })],
    })

    const { result, steps } = await runFlow(twice, {})

    expect(result).toEqual([21, 21, 24])
    expect(counts.bodies).toBe(2)
    expect(steps.map(({ state }) => [state.type, state.name])).toEqual([
      ['completed', 'Completed'],
      ['completed', 'Cached'],
      ['completed', 'Completed'],
    ])
  })

  it('F043 does so without a store, within one run', async () => {
    const { counts, multiply } = expensive({ by: 'inputs' })
    const twice = flow({
      name: 'twice',
      run: async () => [await multiply({ a: 3, b: 7 }), await multiply({ a: 3, b: 7 })],
    })

    await twice()

    expect(counts.bodies).toBe(1)
  })

  it('F043 computes once when two calls with the same input are under way together', async () => {
    const { counts, multiply } = expensive({ by: 'inputs' })
    const together = flow({
      name: 'together',
      run: async () => await Promise.all([multiply({ a: 3, b: 7 }), multiply({ a: 3, b: 7 })]),
    })

    await runFlow(together, {})

    expect(counts.bodies).toBe(1)
  })

  it.each([
    ['forMs: 300_000', { by: 'inputs', forMs: 300_000 }],
    ["for: '5m'", { by: 'inputs', for: '5m' }],
  ] as const)('F044 reuses a value as long as %s says', async (_, cache) => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive(cache)

    await runFlow(once(multiply), {}, { clock, store })
    clock.advance(299_000)
    const hit = await runFlow(once(multiply), {}, { clock, store })
    const bodiesAfterHit = counts.bodies
    clock.advance(2_000)
    await runFlow(once(multiply), {}, { clock, store })

    expect(hit.result?.state.name).toBe('Cached')
    expect({ bodiesAfterHit, inTheEnd: counts.bodies }).toEqual({ bodiesAfterHit: 1, inTheEnd: 2 })
  })

  it('F044 refuses both ways of saying it at once', () => {
    expect(() => expensive({ by: 'inputs', forMs: 1, for: '5m' })).toThrow(
      'the cache of expensive has both for and forMs',
    )
  })

  it('F045 by source and inputs forgets its values when its code changes, and has them again when it changes back', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const bodies: string[] = []
    const first = task({
      name: 'step',
      cache: { by: ['source', 'inputs'] },
      run: (n: number) => bodies.push('first') + n,
    })
    const second = task({
      name: 'step',
      cache: { by: ['inputs', 'source'] },
      run: (n: number) => bodies.push('second') - n,
    })
    const run = async (step: typeof first) =>
      await runFlow(flow({ name: 'one', run: async () => await step(1) }), {}, { clock, store })

    await run(first)
    await run(second)
    await run(first)

    expect(bodies).toEqual(['first', 'second'])
  })

  it('F045 by source counts the version, too', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    let bodies = 0
    const step = (version: string) =>
      task({
        name: 'step',
        version,
        cache: { by: 'source' },
        run: () => {
          bodies += 1
        },
      })

    for (const version of ['1', '1', '2']) {
      // a body that gives nothing has nothing to keep, so this one is watched by its count
      await runFlow(flow({ name: 'one', run: async () => await step(version)() }), {}, { clock, store })
    }

    expect(bodies).toBe(3)
  })

  it('F046 goes by a key of its own, and what the key leaves out makes no difference', async () => {
    const { counts, multiply } = expensive({ key: ({ a, b }) => `${a}:${b}` })
    const twice = flow({
      name: 'twice',
      run: async () => [await multiply({ a: 3, b: 7, note: 'x' }), await multiply({ a: 3, b: 7, note: 'y' })],
    })

    await runFlow(twice, {})

    expect(counts.bodies).toBe(1)
  })

  it('F047 neither reads nor writes the cache when its bare function is called', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive({ by: 'inputs' })

    await multiply.fn({ a: 3, b: 7 })
    await runFlow(once(multiply), {}, { clock, store })
    await multiply.fn({ a: 3, b: 7 })

    expect(counts.bodies).toBe(3)
  })

  it('F048 keeps its values as long as the store does', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive({ by: 'inputs' })

    await runFlow(once(multiply), {}, { clock, store })
    const { result } = await runFlow(once(multiply), {}, { clock, store })

    expect(counts.bodies).toBe(1)
    expect(result).toMatchObject({ result: 21, state: { name: 'Cached' } })
  })

  it('F048 does not cache under a null key, nor a failure', async () => {
    const never = expensive({ by: 'inputs', key: () => null })
    let tries = 0
    const shaky = task({
      name: 'shaky',
      cache: { by: 'inputs' },
      run() {
        tries += 1
        throw new Error('boom')
      },
    })
    const calls = flow({
      name: 'calls',
      async run() {
        await never.multiply({ a: 1, b: 1 })
        await never.multiply({ a: 1, b: 1 })
        await shaky.settle()
        await shaky.settle()
      },
    })

    await runFlow(calls, {})

    expect({ never: never.counts.bodies, tries }).toEqual({ never: 2, tries: 2 })
  })

  it('F048 names the member of an input that cannot be hashed', async () => {
    const step = task({ name: 'step', cache: { by: 'inputs' }, run: ({ rows }: { rows: unknown }) => typeof rows })
    const one = flow({ name: 'one', run: async () => await step({ rows: new Map() }) })

    const { error, steps } = await runFlow(one, {})

    expect(error).toMatchObject({
      code: 'config/params',
      message: 'step cannot be cached by its input: rows is not data',
      hint: "leave it out with without: ['rows'], or give a key of your own",
    })
    expect(steps[0]?.state.type).toBe('failed')
  })

  it('leaves out what the policy leaves out', async () => {
    const { counts, multiply } = expensive({ by: 'inputs', without: ['note'] })
    const twice = flow({
      name: 'twice',
      run: async () => [await multiply({ a: 3, b: 7, note: 'x' }), await multiply({ a: 3, b: 7, note: 'y' })],
    })

    await runFlow(twice, {})

    expect(counts.bodies).toBe(1)
  })

  it('computes anew and keeps the new value when told to refresh', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const counter = { n: 0 }
    const step = (refresh: boolean) =>
      task({ name: 'step', cache: { by: 'inputs', refresh }, run: () => (counter.n += 1) })
    const run = async (refresh: boolean) =>
      (await runFlow(flow({ name: 'one', run: async () => await step(refresh)() }), {}, { clock, store })).result

    expect([await run(false), await run(true), await run(false)]).toEqual([1, 2, 2])
  })

  it('shares its values with another task only when both name the same space', async () => {
    const apart = expensive({ by: 'inputs' }, 'multiply-a')
    const alsoApart = expensive({ by: 'inputs' }, 'multiply-b')
    const shared = expensive({ by: 'inputs', space: 'products' }, 'multiply-c')
    const alsoShared = expensive({ by: 'inputs', space: 'products' }, 'multiply-d')
    const calls = flow({
      name: 'calls',
      async run() {
        for (const { multiply } of [apart, alsoApart, shared, alsoShared]) await multiply({ a: 3, b: 7 })
      },
    })

    await runFlow(calls, {})

    expect([apart, alsoApart, shared, alsoShared].map(({ counts }) => counts.bodies)).toEqual([1, 1, 1, 0])
  })
})

describe('the key of a cached value', () => {
  const facts: CacheFacts = {
    taskName: 'step',
    input: { a: 1 },
    source: '() => 1',
    version: null,
    runId: 'r1',
    flowParameters: { year: 2024 },
  }
  const parts: readonly CachePart[] = ['inputs', 'source', 'run', 'flow-parameters']

  it('does not depend on the order of its parts, nor on a part that is named twice', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...parts], { minLength: 1 }), fc.nat(), (by, at) => {
        const shuffled = [...by.slice(at % by.length), ...by.slice(0, at % by.length), ...by]

        expect(cacheKey({ by: shuffled }, facts, {})).toBe(cacheKey({ by }, facts, {}))
      }),
    )
  })

  it('depends on every part that is named and on no other', () => {
    const others: Partial<CacheFacts>[] = [
      { input: { a: 2 } },
      { source: '() => 2' },
      { runId: 'r2' },
      { flowParameters: { year: 2025 } },
    ]
    for (const [index, part] of parts.entries()) {
      const key = cacheKey({ by: part }, facts, {})
      for (const [changed, other] of others.entries()) {
        expect(cacheKey({ by: part }, { ...facts, ...other }, {}) === key).toBe(changed !== index)
      }
    }
  })

  it('stays within two thousand characters', () => {
    expect(cacheKey({ key: () => 'k'.repeat(5_000) }, facts, {})?.length).toBeLessThan(100)
  })
})
