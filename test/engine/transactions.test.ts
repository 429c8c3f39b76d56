import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flow, task, type FlowContext, type Transaction } from 'd2flow'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cancelledBy, handedBack } from '../../src/engine/stop.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** Tasks that say in one list what they did and what was undone. */
function ledger() {
  const said: string[] = []
  const named = (name: string, options: { readonly cached?: boolean } = {}) =>
    task({
      name,
      ...(options.cached === true ? { cache: { by: 'inputs' } as const } : {}),
      run(what: string) {
        said.push(`${name} ${what}`)
        if (what === 'fails') throw new Error(`${name} failed`)
        return what
      },
      onRollback: [({ result, get }) => said.push(`undid ${name} ${result}${suffix(get('batch'))}`)],
      onCommit: [({ result }) => said.push(`confirmed ${name} ${result}`)],
    })
  return { said, named }
}

const suffix = (batch: unknown) => (batch === null ? '' : ` of ${JSON.stringify(batch)}`)

const blockFlow = (body: (t: Transaction, ctx: FlowContext) => unknown, options: object = {}) =>
  flow({ name: 'block', run: async (_, ctx) => await ctx.transaction((t) => body(t, ctx), options) })

describe('a transaction', () => {
  it('F153 commits the results of its tasks together at its end, not before', async () => {
    const { said, named } = ledger()
    const [a, b, c] = [named('f153-a', { cached: true }), named('f153-b', { cached: true }), named('f153-c')]
    const store = createMemoryStore({ clock: createFakeClock() })
    const seenBefore: unknown[] = []
    const three = blockFlow(async () => {
      const values = [await a('1'), await b('2'), await c('3')]
      const [run] = await store.runs.list()
      const keys = (await store.taskRuns.list(run?.id ?? '')).flatMap(({ cacheKey }) => cacheKey ?? [])
      for (const key of keys) seenBefore.push(await store.cache.get(key))
      seenBefore.push(keys.length)
      return values
    })

    const { run, result, steps } = await runFlow(three, {}, { store })
    const keys = steps.flatMap(({ cacheKey }) => cacheKey ?? [])
    const kept = await Promise.all(keys.map((key) => store.cache.get(key)))

    expect(result).toEqual(['1', '2', '3'])
    expect(seenBefore).toEqual([null, null, 2])
    expect(kept.map((record) => record?.result)).toMatchObject([{ value: '1' }, { value: '2' }])
    expect(said.slice(3)).toEqual(['confirmed f153-a 1', 'confirmed f153-b 2', 'confirmed f153-c 3'])
    expect(await store.transactions.list(run.id)).toMatchObject([{ state: 'committed' }])
  })

  it('F154 fails as a unit: what was done is undone, what was kept is not found by a later run', async () => {
    const { said, named } = ledger()
    const [first, second, third] = [named('f154-first', { cached: true }), named('f154-second'), named('f154-third')]
    const store = createMemoryStore({ clock: createFakeClock() })
    const failing = (what: string) => blockFlow(async () => [await first('1'), await second(what), await third('3')])

    const { error, steps, run } = await runFlow(failing('fails'), {}, { store })
    const saidThen = [...said]
    const later = await runFlow(failing('2'), {}, { store })

    expect(error).toMatchObject({ message: 'f154-second failed' })
    expect(saidThen).toEqual(['f154-first 1', 'f154-second fails', 'undid f154-first 1'])
    expect(steps.map(({ taskName, state }) => [taskName, state.type, state.name])).toEqual([
      ['f154-first', 'completed', 'RolledBack'],
      ['f154-second', 'failed', 'Failed'],
    ])
    expect(await store.transactions.list(run.id)).toMatchObject([{ state: 'rolled-back' }])
    // it ran again: nothing of the group stayed committed
    expect(said.slice(3, 6)).toEqual(['f154-first 1', 'f154-second 2', 'f154-third 3'])
    expect(later.result).toEqual(['1', '2', '3'])
  })

  it('F155 undoes the last first, and confirms only what succeeded', async () => {
    const { said, named } = ledger()
    const [a, b, c] = [named('f155-a'), named('f155-b'), named('f155-c')]
    const abc = blockFlow(async (t) => {
      t.set('batch', 'spring')
      await a('1')
      await b('2')
      await c('fails')
    })

    await runFlow(abc, {})

    expect(said).toEqual([
      'f155-a 1',
      'f155-b 2',
      'f155-c fails',
      'undid f155-b 2 of "spring"',
      'undid f155-a 1 of "spring"',
    ])
  })

  it('F155 hands a nested one to the outer one: its success counts for nothing when the outer one fails', async () => {
    const { said, named } = ledger()
    const [outer, inner] = [named('f155-outer'), named('f155-inner')]
    const nested = blockFlow(async (t, ctx) => {
      t.set('batch', 'outer')
      await outer('1')
      await ctx.transaction(async (u) => {
        expect(u.get('batch')).toBe('outer')
        u.set('batch', 'inner')
        await inner('2')
      })
      expect(t.get('batch')).toBe('outer')
      await outer('fails')
    })

    const { run, store } = await runFlow(nested, {})

    expect(said.slice(3)).toEqual(['undid f155-inner 2 of "inner"', 'undid f155-outer 1 of "outer"'])
    expect((await store?.transactions.list(run.id))?.map(({ state }) => state)).toEqual(['rolled-back', 'rolled-back'])
  })

  it('F155 commits a nested one with the outer one, confirming in the order of the work', async () => {
    const { said, named } = ledger()
    const [outer, inner] = [named('f155-with'), named('f155-within')]
    const nested = blockFlow(async (_, ctx) => {
      await ctx.transaction(async () => await inner('1'))
      said.push('the inner one is done')
      await outer('2')
    })

    const { run, store } = await runFlow(nested, {})

    expect(said).toEqual([
      'f155-within 1',
      'the inner one is done',
      'f155-with 2',
      'confirmed f155-within 1',
      'confirmed f155-with 2',
    ])
    expect((await store?.transactions.list(run.id))?.map(({ state }) => state)).toEqual(['committed', 'committed'])
  })

  it('keeps an eager nested one when the outer one fails', async () => {
    const { said, named } = ledger()
    const [outer, inner] = [named('eager-outer'), named('eager-inner')]
    const nested = blockFlow(async (_, ctx) => {
      await outer('1')
      await ctx.transaction(async () => await inner('2'), { commit: 'eager' })
      throw new Error('too late')
    })

    const { steps } = await runFlow(nested, {})

    expect(said).toEqual(['eager-outer 1', 'eager-inner 2', 'confirmed eager-inner 2', 'undid eager-outer 1'])
    expect(steps.map(({ state }) => state.name)).toEqual(['RolledBack', 'Completed'])
  })

  it.each([
    [false, ['off-false 1', 'undid off-false 1']],
    [true, ['off-true 1', 'confirmed off-true 1']],
  ])('with commit off is committed only by hand (%s)', async (byHand, expected) => {
    const { said, named } = ledger()
    const step = named(`off-${byHand}`)
    const off = blockFlow(
      async (t) => {
        await step('1')
        if (byHand) await t.commit()
        return t.isCommitted()
      },
      { commit: 'off' },
    )

    const { result } = await runFlow(off, {})

    expect(result).toBe(byHand)
    expect(said).toEqual(expected)
  })

  it('is rolled back by an onCommit that throws', async () => {
    const said: string[] = []
    const strict = task({
      name: 'strict',
      run: () => 'done',
      onCommit: [
        () => {
          throw new Error('the count is wrong')
        },
      ],
      onRollback: [({ result }) => said.push(`undid ${result}`)],
    })

    const { error } = await runFlow(
      blockFlow(async () => await strict()),
      {},
    )

    expect(error).toMatchObject({ message: 'the count is wrong' })
    expect(said).toEqual(['undid done'])
  })

  it('fails when a step that nobody awaited failed', async () => {
    const { said, named } = ledger()
    const [seen, forgotten] = [named('seen'), named('forgotten')]
    const careless = blockFlow(async () => {
      void forgotten('fails')
      return await seen('1')
    })

    const { error } = await runFlow(careless, {})

    expect(error).toMatchObject({ message: 'forgotten failed' })
    expect(said.at(-1)).toBe('undid seen 1')
  })

  it('waits for the nested ones that are under way before it undoes anything', async () => {
    const { said, named } = ledger()
    const slow = named('slow')
    const both = blockFlow(async (_, ctx) => {
      await Promise.all([
        ctx.transaction(async () => {
          for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
          await slow('1')
        }),
        Promise.reject(new Error('boom')),
      ])
    })

    const { error, steps } = await runFlow(both, {})

    expect(error).toMatchObject({ message: 'boom' })
    expect(said).toEqual(['slow 1', 'undid slow 1'])
    expect(steps.map(({ state }) => state.name)).toEqual(['RolledBack'])
  })

  it('says on the run what could not be undone, and undoes the rest', async () => {
    const { said, named } = ledger()
    const good = named('good')
    const bad = task({
      name: 'bad',
      run: () => 1,
      onRollback: [
        () => {
          throw new Error('the server is away')
        },
      ],
    })
    const failing = blockFlow(async () => {
      await good('1')
      await bad()
      throw new Error('boom')
    })

    const { run, steps } = await runFlow(failing, {})

    expect(said).toEqual(['good 1', 'undid good 1'])
    expect(run.warning).toBe('bad-0 could not be undone: the server is away')
    expect(steps[1]?.state).toMatchObject({
      name: 'RolledBack',
      message: 'boom; undoing it failed: the server is away',
    })
  })

  it('does nothing about a value that came from the cache', async () => {
    const { said, named } = ledger()
    const cached = named('from-cache', { cached: true })
    const store = createMemoryStore({ clock: createFakeClock() })
    await runFlow(flow({ name: 'warm', run: async () => await cached('1') }), {}, { store })

    await runFlow(
      blockFlow(async () => {
        await cached('1')
        throw new Error('boom')
      }),
      {},
      { store },
    )

    expect(said).toEqual(['from-cache 1'])
  })

  it('is done again from its first step by the next attempt of the flow', async () => {
    const { said, named } = ledger()
    const [a, b] = [named('again-a'), named('again-b')]
    let attempts = 0
    const again = flow({
      name: 'again',
      retry: { attempts: 2 },
      async run(_, ctx) {
        attempts += 1
        return await ctx.transaction(async (t) => {
          const before = t.get('attempt')
          t.set('attempt', attempts)
          return [before, await a('1'), await b(attempts === 1 ? 'fails' : '2')]
        })
      },
    })

    const kept = await runFlow(again, {})
    const saidThen = said.splice(0)
    attempts = 0
    const withoutStore = await runFlow(again, {}, { store: null })

    expect(kept.result).toEqual([null, '1', '2'])
    expect(saidThen.slice(2, 5)).toEqual(['undid again-a 1', 'again-a 1', 'again-b 2'])
    expect(withoutStore.result).toEqual([null, '1', '2'])
    expect(said).toEqual(saidThen)
  })

  it('that was committed is not confirmed twice when the flow is tried again', async () => {
    const { said, named } = ledger()
    const once = named('once')
    const committed: boolean[] = []
    let attempts = 0
    const again = flow({
      name: 'again',
      retry: { attempts: 2 },
      async run(_, ctx) {
        await ctx.transaction(async (t) => {
          committed.push(t.isCommitted())
          await once('1')
        })
        attempts += 1
        if (attempts === 1) throw new Error('later')
      },
    })

    await runFlow(again, {})
    attempts = 0
    await runFlow(again, {}, { store: null })

    const expected = ['once 1', 'confirmed once 1']
    expect(said).toEqual([...expected, ...expected])
    expect(committed).toEqual([false, true, false, true])
  })

  it('with a key is done once for all runs of the flow, and gives each its value', async () => {
    const { said, named } = ledger()
    const pay = named('pay')
    const store = createMemoryStore({ clock: createFakeClock() })
    const keyed = (what: string) => blockFlow(async () => ({ paid: await pay(what) }), { key: '2026-11' })

    const failed = await runFlow(keyed('fails'), {}, { store })
    const first = await runFlow(keyed('1'), {}, { store })
    const second = await runFlow(keyed('2'), {}, { store })

    expect(failed.state.type).toBe('failed')
    expect([first.result, second.result]).toEqual([{ paid: '1' }, { paid: '1' }])
    expect(said).toEqual(['pay fails', 'pay 1', 'confirmed pay 1'])
  })

  it('with a key is done once by runs that come at the same time', async () => {
    const { said, named } = ledger()
    const pay = named('pay-once')
    const store = createMemoryStore({ clock: createFakeClock() })
    const keyed = blockFlow(async () => await pay('1'), { key: '2026-12' })

    const runs = await Promise.all([runFlow(keyed, {}, { store }), runFlow(keyed, {}, { store })])

    expect(runs.map(({ result }) => result)).toEqual(['1', '1'])
    expect(said).toEqual(['pay-once 1', 'confirmed pay-once 1'])
  })

  it('is rolled back when the run is cancelled', async () => {
    const { said, named } = ledger()
    const step = named('cancelled-step')
    const stop = new AbortController()
    const undone: boolean[] = []
    const tidy = task({
      name: 'tidy',
      run: () => 1,
      onRollback: [(_, ctx) => undone.push(ctx.log !== undefined && !stop.signal.aborted)],
    })
    const long = blockFlow(async (_, ctx) => {
      await step('1')
      await tidy()
      stop.abort(cancelledBy('a test'))
      await ctx.sleep(1_000)
    })

    const { state } = await runFlow(long, {}, { signal: stop.signal })

    expect(state.type).toBe('cancelled')
    expect(undone).toEqual([false])
    expect(said).toEqual(['cancelled-step 1', 'undid cancelled-step 1'])
  })

  it('goes on behind its finished steps when its process handed the run back', async () => {
    const { said, named } = ledger()
    const [a, b] = [named('handed-a'), named('handed-b')]
    const store = createMemoryStore({ clock: createFakeClock() })
    const stop = new AbortController()
    const block = blockFlow(async (t, ctx) => {
      t.set('batch', t.get('batch') ?? 'first')
      await a('1')
      if (!said.includes('went away')) {
        said.push('went away')
        stop.abort(handedBack('a test'))
        await ctx.sleep(1)
      }
      return [await b('2'), t.get('batch')]
    })

    const first = await runFlow(block, {}, { store, key: 'k', signal: stop.signal })
    const states = (await store.transactions.list(first.run.id)).map(({ state }) => state)
    const second = await runFlow(block, {}, { store, key: 'k' })

    expect(first.state.name).toBe('Resuming')
    expect(states).toEqual(['interrupted'])
    expect(second.result).toEqual(['2', 'first'])
    expect(said).toEqual(['handed-a 1', 'went away', 'handed-b 2', 'confirmed handed-a 1', 'confirmed handed-b 2'])
  })

  it('refuses values and keys that cannot be kept', async () => {
    const run = async (body: (t: Transaction, ctx: FlowContext) => unknown) =>
      (await runFlow(blockFlow(body), {})).error
    const twice = async (_: Transaction, ctx: FlowContext) => {
      await ctx.transaction(() => 1, { key: 'a' })
      await ctx.transaction(() => 1, { key: 'a' })
    }

    expect(await run((t) => t.set('f', (() => 1) as never))).toMatchObject({ code: 'config/params' })
    expect(await run(twice)).toMatchObject({ code: 'config/params' })
  })

  it('holds values and undoes nothing when the body is called bare', async () => {
    const bare = blockFlow(async (t) => {
      t.set('a', 1)
      await t.commit()
      return [t.get('a'), t.get('b'), t.isCommitted()]
    })

    expect(await bare.fn({})).toEqual([1, null, false])
  })
})

describe('a transaction whose process is killed', () => {
  const SCRIPT = fileURLToPath(new URL('./transactions-child.ts', import.meta.url))
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'd2flow-transactions-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  interface Said {
    readonly state: string
    readonly failure: { readonly code: string; readonly message: string } | null
    readonly result: unknown
    readonly steps: readonly string[]
    readonly transactions: readonly object[]
  }

  /** Runs the script to its end, or to its death: then null. */
  async function start(...args: readonly string[]): Promise<Said | null> {
    const paths = [join(folder, 'd2flow.db'), join(folder, 'ledger')]
    const child = spawn(process.execPath, ['--conditions=source', SCRIPT, ...paths, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, by) => resolve(by)))
    return signal === null ? (JSON.parse(said) as Said) : null
  }
  const ledgerLines = async () => (await readFile(join(folder, 'ledger'), 'utf8')).trim().split('\n')

  const ALL_NEW = ['wrote a', 'wrote b', 'confirmed a', 'confirmed b', 'wrote after']
  const UNDO_A = 'undid a of batch 7'
  const UNDO_B = 'undid b of batch 7'

  it.each([
    ['between two of its tasks', ['step-recorded', 'write-1'], ['wrote a', UNDO_A, ...ALL_NEW]],
    ['after its last task', ['step-recorded', 'write-2'], ['wrote a', 'wrote b', UNDO_B, UNDO_A, ...ALL_NEW]],
    [
      'before the commit is recorded',
      ['before-commit', 'nightly'],
      ['wrote a', 'wrote b', 'confirmed a', 'confirmed b', UNDO_B, UNDO_A, ...ALL_NEW],
    ],
    [
      'after the commit',
      ['before-body', 'write-3'],
      ['wrote a', 'wrote b', 'confirmed a', 'confirmed b', 'wrote after'],
    ],
  ])('F154 %s: what it did is undone by name before it is done again', async (_, point, expected) => {
    const killed = await start(...point)
    const ended = await start()

    expect(killed).toBeNull()
    expect(ended).toMatchObject({
      state: 'Completed',
      result: ['a', 'b'],
      transactions: [{ key: 'transaction#block#0', state: 'committed', data: { batch: 7 } }],
    })
    expect(await ledgerLines()).toEqual(['wrote before', ...expected])
  })

  it('F154 again while its steps are undone: those that were undone are not undone again', async () => {
    await start('before-commit', 'nightly')
    const killedAgain = await start('rolled-back', 'write-1')
    const ended = await start()

    expect(killedAgain).toBeNull()
    expect(ended?.state).toBe('Completed')
    // the step that was being undone when its process died is undone once more
    const undone = (await ledgerLines()).filter((line) => line.startsWith('undid'))
    expect(undone).toEqual([UNDO_B, UNDO_A, UNDO_A])
    expect(ended?.steps).toEqual([
      'write:before Completed',
      'transaction#block#0/write:a RolledBack',
      'transaction#block#0/write:b RolledBack',
      'transaction#block#0/write:a Completed',
      'transaction#block#0/write:b Completed',
      'write:after Completed',
    ])
  })

  it('says that its rollback is pending when the task that undoes its steps is gone, and undoes nothing', async () => {
    await start('step-recorded', 'write-2')
    const changed = await start('--without-undo')
    const linesThen = await ledgerLines()
    const restored = await start()

    expect(changed).toMatchObject({
      state: 'Failed',
      failure: { code: 'engine/rollback-pending', message: expect.stringContaining('"write"') as string },
      transactions: [{ state: 'active' }],
    })
    expect(linesThen).toEqual(['wrote before', 'wrote a', 'wrote b'])
    expect(restored).toMatchObject({ state: 'Completed', result: ['a', 'b'] })
    expect((await ledgerLines()).slice(3, 5)).toEqual([UNDO_B, UNDO_A])
  })
})
