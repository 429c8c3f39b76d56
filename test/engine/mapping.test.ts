import { runFlow } from 'd2flow/testing'
import { atOnce, flow, task, unmapped, whole } from 'd2flow'
import { describe, expect, it } from 'vitest'

const double = task({ name: 'double', run: (n: number) => n * 2 })

/** Ends in the order in which a test says so. */
function turnstile() {
  const waiting = new Map<number, () => void>()
  return {
    pass: (n: number) => new Promise<void>((resolve) => waiting.set(n, resolve)),
    let: (n: number) => waiting.get(n)?.(),
    waiting: () => [...waiting.keys()],
  }
}

const turn = () => new Promise(setImmediate)

describe('a mapped task', () => {
  it.each([0, 1, 7])('F007 F008 runs once per item of a list that an earlier task made, here of %i', async (n) => {
    const list = task({ name: 'list', run: () => Array.from({ length: n }, (_, index) => index) })
    const mapped = flow({ name: 'mapped', run: async () => await Promise.all(double.map(await list())) })

    const { result, steps } = await runFlow(mapped, {})

    expect(result).toEqual(Array.from({ length: n }, (_, index) => index * 2))
    const doubles = steps.filter(({ taskName }) => taskName === 'double')
    expect(doubles.map(({ name }) => name)).toEqual(Array.from({ length: n }, (_, index) => `double-${index}`))
    expect(new Set(doubles.map(({ id }) => id)).size).toBe(n)
    expect(doubles.every(({ state }) => state.type === 'completed')).toBe(true)
  })

  it('F009 gives futures at once and in order, whatever the order in which they end', async () => {
    const gate = turnstile()
    const ended: number[] = []
    const slow = task({
      name: 'slow',
      async run(n: number) {
        await gate.pass(n)
        ended.push(n)
        return n
      },
    })
    const mapped = flow({
      name: 'mapped',
      async run() {
        const futures = slow.map([0, 1, 2, 3, 4])
        expect(futures.map((future) => future.isSettled)).toEqual([false, false, false, false, false])
        while (gate.waiting().length < 5) await turn()
        for (const n of [4, 3, 2, 1, 0]) {
          gate.let(n)
          await futures[n]
        }
        return await Promise.all(futures)
      },
    })

    const { result } = await runFlow(mapped, {})

    expect(ended).toEqual([4, 3, 2, 1, 0])
    expect(result).toEqual([0, 1, 2, 3, 4])
  })

  it('F010 may be passed on as a list: the next task gets plain values, after all have ended', async () => {
    const ended: number[] = []
    const process = task({
      name: 'process',
      async run(n: number) {
        await turn()
        ended.push(n)
        return { n }
      },
    })
    const summarize = task({
      name: 'summarize',
      run: ({ rows, title }: { rows: { n: number }[]; title: string }) =>
        `${title}: ${rows.reduce((sum, { n }) => sum + n, 0)} after ${ended.length}`,
    })
    const all = flow({
      name: 'all',
      run: async () => await summarize({ rows: process.map([1, 2, 3]), title: 'sum' }),
    })

    expect((await runFlow(all, {})).result).toBe('sum: 6 after 3')
  })

  it('F011 chains item by item, with nothing to collect in between', async () => {
    const gate = turnstile()
    const first = task({
      name: 'first',
      async run(n: number) {
        if (n === 2) await gate.pass(n)
        return n
      },
    })
    const seen: number[] = []
    const second = task({
      name: 'second',
      run(n: number) {
        seen.push(n)
        return n + 1
      },
    })
    const chained = flow({
      name: 'chained',
      async run() {
        const futures = second.map(first.map([0, 1, 2]))
        while (seen.length < 2) await turn()
        expect(seen).toEqual([0, 1])
        gate.let(2)
        return await Promise.all(futures)
      },
    })

    const { result, steps } = await runFlow(chained, {})

    expect(result).toEqual([1, 2, 3])
    expect(steps).toHaveLength(6)
  })

  it('F011 may be fed to a task that takes them all', async () => {
    const total = task({ name: 'total', run: (values: number[]) => values.reduce((sum, value) => sum + value, 0) })
    const chained = flow({ name: 'chained', run: async () => await total(double.map(double.map([1, 2, 3]))) })

    expect((await runFlow(chained, {})).result).toBe(24)
  })

  it('F012 zips lists by position and repeats everything else', async () => {
    const fetchOne = task({
      name: 'fetch-one',
      run: ({ iso3, indicator, year }: { iso3: string; indicator: string; year: number }) =>
        `${iso3} ${indicator} ${year}`,
    })
    const six = ['a', 'b', 'c', 'd', 'e', 'f']
    const mapped = flow({
      name: 'mapped',
      run: async () => await Promise.all(fetchOne.map({ iso3: 'ETH', indicator: six, year: 2023 })),
    })

    expect((await runFlow(mapped, {})).result).toEqual(six.map((indicator) => `ETH ${indicator} 2023`))
  })

  it('F012 refuses lists of different lengths, naming both', () => {
    const add = task({ name: 'add', run: ({ a, b }: { a: number; b: number }) => a + b })

    expect(() => add.map({ a: [1, 2], b: [3] })).toThrow(
      'add.map goes through lists of different lengths: a has 2, b has 1',
    )
  })

  it('F012 refuses a map over no list at all, a text included', () => {
    const greet = task({ name: 'greet', run: ({ name }: { name: string }) => name })

    expect(() => greet.map({ name: 'Amina' })).toThrow('greet.map was given no list')
    expect(() => greet.map('Amina' as never)).toThrow('greet.map was given no list')
  })

  it('F012 passes a list as one value where it is wrapped', async () => {
    const count = task({
      name: 'count',
      run: ({ item, all, fixed }: { item: string; all: number[]; fixed: string[] }) =>
        `${item} of ${all.join('+')} with ${fixed.length}`,
    })
    const mapped = flow({
      name: 'mapped',
      run: async () =>
        await Promise.all(
          count.map({ item: ['x', 'y'], all: whole(double.map([1, 2])), fixed: unmapped(['p', 'q', 'r']) }),
        ),
    })

    expect((await runFlow(mapped, {})).result).toEqual(['x of 2+4 with 3', 'y of 2+4 with 3'])
  })

  it('F013 does not cancel the others when one item fails', async () => {
    const check = task({
      name: 'check',
      run(n: number) {
        if (n === 2) throw new Error('two is wrong')
        return n
      },
    })
    const mapped = flow({
      name: 'mapped',
      async run() {
        const outcomes = await Promise.all(check.map([1, 2, 3]).map((future) => future.settled()))
        return outcomes.map(({ state, result }) => [state.type, result ?? null])
      },
    })

    const { result } = await runFlow(mapped, {})

    expect(result).toEqual([
      ['completed', 1],
      ['failed', null],
      ['completed', 3],
    ])
  })

  it('F013 raises the error of the failing item when all are awaited', async () => {
    const check = task({
      name: 'check',
      run(n: number) {
        if (n === 2) throw new Error('two is wrong')
        return n
      },
    })
    const mapped = flow({ name: 'mapped', run: async () => await Promise.all(check.map([1, 2, 3])) })

    const { error, steps } = await runFlow(mapped, {})

    expect(error).toEqual(new Error('two is wrong'))
    expect(steps.map(({ state }) => state.type)).toEqual(['completed', 'failed', 'completed'])
  })

  it('F013 never ends the process with a rejection nobody handles', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const risky = task({
      name: 'risky',
      run(n: number) {
        throw new Error(`boom ${n}`)
      },
    })
    const careless = flow({
      name: 'careless',
      run() {
        void risky.map([1, 2, 3])
        return 'done'
      },
    })

    const { run, state } = await runFlow(careless, {})
    await turn()
    process.off('unhandledRejection', listen)

    expect(unhandled).toEqual([])
    expect(state.name).toBe('CompletedWithErrors')
    expect(run.warning).toBe('3 tasks failed: risky-0 (boom 1), risky-1 (boom 2), risky-2 (boom 3)')
  })

  it('F156 keeps to the number of places that the runner or the call gives it', async () => {
    let busy = 0
    let busiest = 0
    const work = task({
      name: 'work',
      async run(n: number) {
        busy += 1
        busiest = Math.max(busiest, busy)
        await turn()
        busy -= 1
        return n
      },
    })
    const mapped = flow({
      name: 'mapped',
      runner: atOnce(3),
      run: async () => await Promise.all(work.map([1, 2, 3, 4, 5])),
    })
    const narrow = flow({
      name: 'narrow',
      run: async () => await Promise.all(work.map([1, 2, 3, 4, 5], { atOnce: 2 })),
    })

    const { result } = await runFlow(mapped, {})
    const byRunner = busiest
    busiest = 0
    await runFlow(narrow, {})

    expect(result).toEqual([1, 2, 3, 4, 5])
    expect({ byRunner, byCall: busiest }).toEqual({ byRunner: 3, byCall: 2 })
  })

  it('never waits for itself when a task on the last place calls another', async () => {
    const inner = task({ name: 'inner', run: (n: number) => n + 1 })
    const outer = task({ name: 'outer', run: async (n: number) => await inner(n) })
    const nested = flow({ name: 'nested', runner: atOnce(1), run: async () => await Promise.all(outer.map([1, 2])) })

    expect((await runFlow(nested, {})).result).toEqual([2, 3])
  })

  it('F008 goes through ten thousand items', async () => {
    const mapped = flow({
      name: 'mapped',
      run: async () => (await Promise.all(double.map(Array.from({ length: 10_000 }, (_, index) => index)))).length,
    })

    expect((await runFlow(mapped, {}, { store: null })).result).toBe(10_000)
  })
})
