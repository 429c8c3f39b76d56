import fc from 'fast-check'
import { createFakeClock, runFlow } from 'd2flow/testing'
import {
  DEFAULT_BASIS,
  flow,
  FLOW_PARAMETERS,
  INPUTS,
  NONE,
  RUN_ID,
  task,
  TASK_SOURCE,
  type CacheBasis,
  type CachePolicy,
  type TaskContext,
} from 'd2flow'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Host } from '../../src/engine/host.ts'
import type { CachePart } from '../../src/model/cache-basis.ts'
import { cacheKey, type CacheFacts } from '../../src/model/cache-key.ts'
import { newRun } from '../../src/model/new-run.ts'
import { newState } from '../../src/model/new-state.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

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

  it.each([
    ['without', { by: 'inputs', without: ['note'] }],
    ["INPUTS.without('note')", { by: INPUTS.without('note') }],
  ] as const)('leaves out what %s leaves out', async (_, cache) => {
    const { counts, multiply } = expensive(cache)
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

  it('F046 has an expiry of its own', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive({ key: ({ a }) => `${a}`, for: '1m' })

    await runFlow(once(multiply), {}, { clock, store })
    clock.advance(61_000)
    await runFlow(once(multiply), {}, { clock, store })

    expect(counts.bodies).toBe(2)
  })

  it('never shares between runs what goes by the run, and shares between tasks of one run', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive({ by: DEFAULT_BASIS })
    const twice = flow({
      name: 'twice',
      run: async () => [await multiply({ a: 1, b: 2 }), await multiply({ a: 1, b: 2 })],
    })

    await runFlow(twice, {}, { clock, store })
    await runFlow(twice, {}, { clock, store })

    expect(counts.bodies).toBe(2)
  })

  it('by the parameters of the flow computes anew for others', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const { counts, multiply } = expensive({ by: FLOW_PARAMETERS })
    const yearly = flow({
      name: 'yearly',
      params: z.object({ year: z.int() }),
      run: async () => await multiply({ a: 1, b: 2 }),
    })

    for (const year of [2023, 2023, 2024]) await runFlow(yearly, { year }, { clock, store })

    expect(counts.bodies).toBe(2)
  })

  it('does not wait for another who computes the same when it is read-committed', async () => {
    let atOnce = 0
    const both = Promise.withResolvers<void>()
    const step = task({
      name: 'step',
      cache: { by: 'inputs', isolation: 'read-committed' },
      async run(n: number) {
        atOnce += 1
        if (atOnce === 2) both.resolve()
        await both.promise
        return n
      },
    })
    const together = flow({ name: 'together', run: async () => await Promise.all([step(1), step(1)]) })

    expect((await runFlow(together, {})).result).toEqual([1, 1])
    expect(atOnce).toBe(2)
  })

  it('waits for a run elsewhere that computes the same, says so, and computes it when that run has failed', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    const elsewhere = await computesElsewhere(store, 'step:k')
    const step = task({ name: 'step', cache: { key: () => 'k' }, run: () => 'computed here' })
    const said: string[] = []
    const onLog: Host['onLog'] = ({ message }) => {
      said.push(message)
      void store.cache.release('step:k', elsewhere)
    }

    const { result, waitsMs } = await runFlow(
      flow({ name: 'one', run: async () => await step() }),
      {},
      { clock, store, host: { onLog } },
    )

    expect(result).toBe('computed here')
    expect(said).toEqual([`waits for run ${elsewhere.name}, which computes the same value of step`])
    expect(waitsMs).toEqual([50])
  })

  it('stops waiting when the run is asked to stop', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    await computesElsewhere(store, 'step:k')
    const controller = new AbortController()
    const step = task({ name: 'step', cache: { key: () => 'k' }, run: () => 'computed here' })

    const { state, steps } = await runFlow(
      flow({ name: 'one', run: async () => await step() }),
      {},
      { clock, store, signal: controller.signal, host: { onLog: () => controller.abort(new Error('enough')) } },
    )

    expect(state).toMatchObject({ type: 'cancelled', message: 'enough' })
    expect(steps).toEqual([])
  })

  it('lets the next one compute what failed', async () => {
    const clock = createFakeClock()
    const store = createMemoryStore({ clock })
    let tries = 0
    const shaky = task({
      name: 'shaky',
      cache: { by: 'inputs' },
      run() {
        tries += 1
        if (tries === 1) throw new Error('boom')
        return tries
      },
    })
    const both = flow({ name: 'both', run: async () => [await shaky.settle(), await shaky()].length })

    const { waitsMs } = await runFlow(both, {}, { clock, store })

    expect({ tries, waitsMs }).toEqual({ tries: 2, waitsMs: [] })
  })

  it.each([
    ['a basis that is none', { by: 'input' as never }, '"input" is nothing a cache can go by'],
    ['neither by nor key', {}, 'the cache of expensive has neither by nor key'],
    ['an empty space', { by: 'inputs', space: '' }, 'the cache of expensive has a space of 0 characters'],
    ['no time', { by: 'inputs', forMs: 0 }, 'the cache of expensive has a length of 0 ms'],
  ] as const)('is refused with %s', (_, cache, message) => {
    expect(() => expensive(cache)).toThrow(message)
  })

  it('fails for a key that is no text', async () => {
    const { multiply } = expensive({ key: (() => 7) as never })

    const { error } = await runFlow(flow({ name: 'one', run: async () => await multiply({ a: 1, b: 1 }) }), {})

    expect(error).toMatchObject({ code: 'config/params', message: 'the cache key of expensive is no text but number' })
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

/** A run that another process executes, and that computes the value of a key. */
async function computesElsewhere(store: Store, key: string) {
  const run = { ...newRun({ flowName: 'other', parameters: {}, at: await store.now() }), epoch: 1 }
  const pending = { ...run, state: newState('pending', await store.now()) }
  const worker = { workerId: 'w2', pid: 2, bootId: 'b', hostName: 'h' }
  await store.write([{ kind: 'run-created', run: pending, claimed: { worker, leaseMs: 1e9 } }])
  const claimant = { runId: run.id, epoch: 1, name: run.name }
  await store.cache.claim(key, claimant)
  return claimant
}

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

  const bases = [INPUTS, TASK_SOURCE, RUN_ID, FLOW_PARAMETERS, NONE, DEFAULT_BASIS, INPUTS.without('a')]
  const basis = fc.constantFrom(...bases)
  const keyBy = (by: CacheBasis) => cacheKey({ by }, facts, {})

  it('F045 is the same for a + b and for b + a', () => {
    fc.assert(fc.property(basis, basis, (a, b) => keyBy(a.plus(b)) === keyBy(b.plus(a))))
  })

  it('F045 is the same for (a + b) + c and for a + (b + c), and for a list of them', () => {
    fc.assert(
      fc.property(basis, basis, basis, (a, b, c) => {
        expect(keyBy(a.plus(b).plus(c))).toBe(keyBy(a.plus(b.plus(c))))
        expect(cacheKey({ by: [c, a, b, a] }, facts, {})).toBe(keyBy(a.plus(b, c)))
      }),
    )
  })

  it('F045 is the same with and without NONE, which alone is never cached', () => {
    fc.assert(fc.property(basis, (a) => keyBy(NONE.plus(a)) === keyBy(a)))
    expect(keyBy(NONE)).toBeNull()
    expect(keyBy(NONE.plus(NONE).without('a'))).toBeNull()
    expect(cacheKey({ by: [] }, facts, {})).toBeNull()
  })

  it('F045 is different for different sums', () => {
    const part = fc.subarray(['inputs', 'source', 'run', 'flow-parameters'] as const, { minLength: 1 })
    fc.assert(
      fc.property(part, part, (one, other) => {
        const isEqual = cacheKey({ by: one }, facts, {}) === cacheKey({ by: other }, facts, {})

        expect(isEqual).toBe(String(one) === String(other))
      }),
    )
  })

  it('leaves out members of the input only, in any order and however often', () => {
    const rich: CacheFacts = { ...facts, input: { a: 1, b: 2, c: 3 } }
    const poor: CacheFacts = { ...facts, input: { a: 1, b: 'x', c: 'y' } }
    const all = INPUTS.plus(TASK_SOURCE, RUN_ID)

    expect(cacheKey({ by: all.without('b', 'c') }, rich, {})).toBe(
      cacheKey({ by: all.without('c').without('b') }, poor, {}),
    )
    expect(cacheKey({ by: all.without('b') }, rich, {})).not.toBe(cacheKey({ by: all.without('b') }, poor, {}))
    expect(cacheKey({ by: RUN_ID.without('run') }, rich, {})).toBe(cacheKey({ by: RUN_ID }, poor, {}))
  })

  it('knows each part by its name', () => {
    expect(cacheKey({ by: parts }, facts, {})).toBe(keyBy(INPUTS.plus(TASK_SOURCE, RUN_ID, FLOW_PARAMETERS)))
    expect(cacheKey({ by: 'default' }, facts, {})).toBe(keyBy(DEFAULT_BASIS))
    expect(cacheKey({ by: 'none' }, facts, {})).toBeNull()
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
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), fc.string({ minLength: 1, maxLength: 200 }), (key, space) => {
        expect(cacheKey({ key: () => key, space }, facts, {})?.length).toBeLessThanOrEqual(2_000)
      }),
    )
    const long = (last: string) => cacheKey({ key: () => 'k'.repeat(5_000) + last }, facts, {})
    expect(long('a')).not.toBe(long('b'))
  })

  it('is of one task alone, however it is called, unless a space is shared', () => {
    const key = (taskName: string, own: string, space?: string) =>
      cacheKey({ key: () => own, ...(space === undefined ? {} : { space }) }, { ...facts, taskName }, {})

    expect(key('a', 'b:c')).not.toBe(key('a:b', 'c'))
    expect(key('prices', 'KEN')).not.toBe(key('a', 'KEN', 'prices'))
    expect(key('a', 'KEN', 'prices')).toBe(key('b', 'KEN', 'prices'))
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string({ minLength: 1 }), fc.string(), (a, x, b, y) => {
        expect(key(a, x) === key(b, y)).toBe(a === b && x === y)
      }),
    )
  })
})
