import { createFakeClock, runFlow } from 'd2flow/testing'
import { flow, HOUR, SECOND, task } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { answerRun } from '../../src/engine/answer-run.ts'
import { profileOf } from '../../src/project/run-profile.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** A place where work takes as long as it says, by the clock alone. */
function place() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const work = task({
    name: 'work',
    run({ takesMs }: { takesMs: number }) {
      clock.advance(takesMs)
    },
  })
  const profile = async (runId: string) => {
    const run = await store.runs.get(runId)
    if (run === null) throw new Error('the run is gone')
    const histories = await store.taskRuns.histories(runId)
    return profileOf({
      run,
      history: await store.runs.history(runId),
      steps: (await store.taskRuns.list(runId)).map((taskRun) => ({
        taskRun,
        history: histories.get(taskRun.id) ?? [],
      })),
      logs: await store.logs.list(runId),
      now: clock.now(),
    })
  }
  return { clock, store, work, profile }
}

describe('the profile of a run', () => {
  it('says that things ran one after another', async () => {
    const { clock, store, work, profile } = place()
    const oneByOne = flow({
      name: 'one-by-one',
      async run() {
        for (let n = 0; n < 4; n += 1) await work({ takesMs: 1_000 })
      },
    })

    const { run } = await runFlow(oneByOne, {}, { clock, store })
    const { wallMs, tasks, criticalPath, cause } = await profile(run.id)

    expect(wallMs).toBe(4 * SECOND)
    expect(tasks).toEqual([
      { task: 'work', runs: 4, atOnce: 1, queuedMs: 0, waitingMs: 0, runningMs: 4_000, attempts: 4 },
    ])
    expect(criticalPath.map(({ step }) => step)).toEqual(['work-0', 'work-1', 'work-2', 'work-3'])
    expect(cause).toBe(
      '4 runs of work ran one after another and took 4 s of 4 s: none was started before the one before had ended',
    )
  })

  it('names the limit that they waited for', async () => {
    const { clock, store, profile } = place()
    await store.limits.create({ name: 'dhis2-api', size: 1, perMs: null })
    const fetch = task({
      name: 'fetch',
      run: async (_: { n: number }, ctx) =>
        await ctx.withSlots('dhis2-api', 1, async () => {
          await ctx.sleep(1_000)
        }),
    })
    const limited = flow({
      name: 'limited',
      run: async () => void (await Promise.all(fetch.map({ n: [1, 2, 3] }))),
    })

    const { run } = await runFlow(limited, {}, { clock, store })

    expect((await profile(run.id)).cause).toMatch(
      /^3 runs of fetch took turns, for .*: they waited for limit `dhis2-api` 1\/1/,
    )
  })

  it('says that it waited between attempts, and how long', async () => {
    const { clock, store, profile } = place()
    const ask = task({
      name: 'ask',
      retry: { attempts: 3, delaysMs: [10_000] },
      run(_: undefined, ctx) {
        clock.advance(1_000)
        if (ctx.attempt < 3) throw new Error('busy')
      },
    })

    const { run } = await runFlow(flow({ name: 'asking', run: async () => await ask() }), {}, { clock, store })
    const { tasks, cause } = await profile(run.id)

    expect(tasks).toMatchObject([{ task: 'ask', waitingMs: 20_000, runningMs: 3_000, attempts: 3 }])
    expect(cause).toBe('20 s of 23 s steps waited between attempts of ask')
  })

  it('says that it waited for a person', async () => {
    const { clock, store, work, profile } = place()
    const asking = flow({
      name: 'asking',
      async run(_, ctx) {
        await work({ takesMs: 1_000 })
        await ctx.waitForApproval({ question: 'Send 3 rows?' })
      },
    })
    const options = { clock, store, key: 'k' }
    const { run } = await runFlow(asking, {}, options)
    clock.advance(2 * HOUR)
    await answerRun(store, run, { verb: 'approve', by: 'amina' }, clock)
    await runFlow(asking, {}, options)

    const { awayMs, cause } = await profile(run.id)

    expect(awayMs).toBe(2 * HOUR)
    expect(cause).toContain('it was away: Send 3 rows?')
  })

  it('finds the one long step, and the code between the steps', async () => {
    const { clock, store, work, profile } = place()
    const long = flow({
      name: 'long',
      async run() {
        await work({ takesMs: 100 })
        await work({ takesMs: 5_000 })
      },
    })
    const own = flow({
      name: 'own',
      async run() {
        await work({ takesMs: 100 })
        clock.advance(9_000)
      },
    })

    const ofLong = await runFlow(long, {}, { clock, store })
    const ofOwn = await runFlow(own, {}, { clock, store })

    expect((await profile(ofLong.run.id)).cause).toMatch(/^work-1 alone ran for 5(\.0)? s of 5\.1 s$/)
    expect(await profile(ofOwn.run.id)).toMatchObject({
      ownMs: 9_000,
      cause: expect.stringContaining('no step was under way'),
    })
  })

  it('follows the path backwards from the step that ended last, and leaves out what nobody waited for', async () => {
    const { clock, store, profile } = place()
    const timed = (name: string, takesMs: number) =>
      task({ name, run: async (_: unknown, ctx) => await ctx.clock.sleep(takesMs) })
    const [a, b, c] = [timed('a', 3_000), timed('b', 1_000), timed('c', 2_000)]
    const forked = flow({
      name: 'forked',
      async run() {
        await a?.({})
        await Promise.all([b?.({}), c?.({})])
      },
    })

    const { run } = await runFlow(forked, {}, { clock, store })
    const { criticalPath } = await profile(run.id)

    expect(criticalPath.map(({ step }) => step)).toEqual(['a-0', 'c-0'])
  })

  it('of a run with no steps, and of one that never began, is short', async () => {
    const { clock, store, profile } = place()

    const { run } = await runFlow(flow({ name: 'empty', run: () => 1 }), {}, { clock, store })

    expect(await profile(run.id)).toMatchObject({ wallMs: 0, tasks: [], criticalPath: [] })
  })
})
