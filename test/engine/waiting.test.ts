import { setTimeout } from 'node:timers/promises'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { flow, HOUR, MINUTE, task, type AnyFlow } from 'd2flow'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { cancelRun } from '../../src/engine/cancel-run.ts'
import { answerRun, wakeOverdue, type AnswerGiven } from '../../src/engine/answer-run.ts'
import type { Host } from '../../src/engine/host.ts'
import { retryRun } from '../../src/engine/retry-run.ts'
import { resumeRun, startRun } from '../../src/engine/start-run.ts'
import { questionOf } from '../../src/model/answer.ts'
import type { FlowRun } from '../../src/model/run.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

function house() {
  const clock = createFakeClock()
  const store = createMemoryStore({ clock })
  const identity = { workerId: 'w', pid: 1, bootId: 'b', hostName: 'h' }
  const host = (more: Partial<Host> = {}): Host => ({ store, clock, identity, beats: false, ...more })
  const load = async (run: FlowRun) => (await store.runs.get(run.id)) ?? run
  return {
    clock,
    store,
    host,
    load,
    start: async (of: Pick<AnyFlow, 'core'>, params: unknown = {}, more: Partial<Host> = {}) =>
      await startRun(of, params, { host: host(more) }),
    resume: async (of: Pick<AnyFlow, 'core'>, run: FlowRun) => await resumeRun(of, run.id, host()),
    answer: async (run: FlowRun, given: Partial<AnswerGiven> & Pick<AnswerGiven, 'verb'>) =>
      await answerRun(store, await load(run), { by: 'amina', ...given }, clock),
    history: async (run: FlowRun) => (await store.runs.history(run.id)).map(({ name }) => name),
  }
}

let place = house()
beforeEach(() => {
  place = house()
})

/** Asks between two steps whose effects are counted outside of the store. */
function asksBetween(options: { readonly timeoutMs?: number } = {}) {
  const effects: string[] = []
  const prepare = task({ name: 'prepare', run: () => effects.push('prepare') })
  const send = task({ name: 'send', run: (who: string) => void effects.push(`send for ${who}`) })
  const asking = flow({
    name: 'asking',
    async run(_, ctx) {
      await prepare()
      const { approved, by } = await ctx.waitForApproval({ question: 'Send the values?', ...options })
      if (!approved) return `refused by ${by}`
      await send(by)
      return `sent for ${by}`
    },
  })
  return { effects, asking }
}

describe('a run that asks for approval', () => {
  it('lets go of its process, and goes on behind the question once somebody said yes', async () => {
    const { effects, asking } = asksBetween()
    const { run } = await place.start(asking)
    const lease = await place.store.leases.list()

    await place.answer(run, { verb: 'approve' })
    const ended = await place.resume(asking, run)

    expect(run.state).toMatchObject({ type: 'paused', name: 'Suspended', message: 'Send the values?' })
    expect(lease).toEqual([])
    expect(ended.result).toBe('sent for amina')
    expect(effects).toEqual(['prepare', 'send for amina'])
    expect(await place.history(run)).toEqual([
      'Pending',
      'Running',
      'Suspended',
      'Resuming',
      'Pending',
      'Running',
      'Completed',
    ])
  })

  it('uses up no retry of the flow', async () => {
    let fails = true
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2 },
      async run(_, ctx) {
        await ctx.waitForApproval({ question: 'Begin?' })
        await ctx.waitForApproval({ question: 'Go on?' })
        if (fails) {
          fails = false
          throw new Error('not yet')
        }
        return 'done'
      },
    })
    const { run } = await place.start(shaky)
    await place.answer(run, { verb: 'approve' })
    await place.resume(shaky, run)
    await place.answer(run, { verb: 'approve' })

    const ended = await place.resume(shaky, run)

    expect(ended.result).toBe('done')
    expect(ended.run.runCount).toBe(2)
  })

  it('is told of a no as a value, not as an error', async () => {
    const { effects, asking } = asksBetween()
    const { run } = await place.start(asking)

    await place.answer(run, { verb: 'reject' })

    expect((await place.resume(asking, run)).result).toBe('refused by amina')
    expect(effects).toEqual(['prepare'])
  })

  it('is followed by whoever wants to wait for the answer', async () => {
    const { asking } = asksBetween()
    const asked: string[] = []
    const answerWhenAsked: Host['onState'] = (state, { run }) => {
      const question = questionOf(state)
      if (question === null) return
      asked.push(question.text)
      setImmediate(() => void place.answer(run, { verb: 'approve' }))
    }

    const { result } = await startRun(
      asking,
      {},
      {
        host: place.host({ onState: answerWhenAsked }),
        whenSuspended: 'follow',
      },
    )

    expect(asked).toEqual(['Send the values?'])
    expect(result).toBe('sent for amina')
  })

  it('keeps its question when it is taken up without an answer', async () => {
    const { effects, asking } = asksBetween()
    const { run } = await place.start(asking)

    const again = await place.resume(asking, run)

    expect(again.run.state).toMatchObject({ type: 'paused', name: 'Suspended' })
    expect(effects).toEqual(['prepare'])
  })

  it('checks what a yes brings along before it goes on, and has it typed', async () => {
    const asking = flow({
      name: 'asking',
      async run(_, ctx) {
        const Input = z.object({ maximum: z.number().int().min(1), reason: z.string().default('none given') })
        const { input } = await ctx.waitForApproval({ question: 'How many?', input: Input })
        return input === null ? null : `${input.maximum + 1} ${input.reason}`
      },
    })
    const { run } = await place.start(asking)

    await expect(place.answer(run, { verb: 'approve', input: { maximum: 0 } })).rejects.toMatchObject({
      code: 'config/params',
      details: { fields: { maximum: expect.any(String) } },
    })
    expect((await place.load(run)).state.name).toBe('Suspended')
    await place.answer(run, { verb: 'approve', input: { maximum: 4 } })

    expect((await place.resume(asking, run)).result).toBe('5 none given')
  })

  it('gives the first of two people their way and tells the second', async () => {
    const { asking } = asksBetween()
    const { run } = await place.start(asking)
    const seen = await place.load(run)

    const answers = await Promise.allSettled([
      answerRun(place.store, seen, { verb: 'approve', by: 'amina' }, place.clock),
      answerRun(place.store, seen, { verb: 'reject', by: 'bela' }, place.clock),
    ])

    expect(answers).toMatchObject([
      { status: 'fulfilled' },
      {
        status: 'rejected',
        reason: { code: 'store/stale', message: expect.stringContaining('somebody else was faster') },
      },
    ])
    expect((await place.resume(asking, run)).result).toBe('sent for amina')
  })

  it.each([
    ['resume', 'waits for a yes or a no: Send the values?'],
    ['approve', 'waits for no answer'],
  ] as const)('refuses %s where it does not fit', async (verb, message) => {
    const { asking } = asksBetween()
    const { run } = await place.start(asking)
    if (verb === 'approve') await place.answer(run, { verb })

    await expect(place.answer(run, { verb })).rejects.toMatchObject({
      code: 'engine/transition',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('d2flow flow-run'),
    })
  })

  it('fails when nobody answers in time, says so, and asks again when it is retried', async () => {
    const { effects, asking } = asksBetween({ timeoutMs: HOUR })
    const { run } = await place.start(asking)
    const early = await wakeOverdue(place.store, place.clock.now())
    place.clock.advance(HOUR)

    await expect(place.answer(run, { verb: 'approve' })).rejects.toMatchObject({ code: 'engine/transition' })
    const woken = await wakeOverdue(place.store, place.clock.now())
    const { run: late } = await place.resume(asking, run)

    expect([early, woken]).toEqual([0, 1])
    expect(late.state).toMatchObject({ type: 'failed', message: 'nobody answered in time: Send the values?' })
    await retryRun(place.store, late, {}, place.clock)
    expect((await place.resume(asking, run)).run.state.name).toBe('Suspended')
    expect(effects).toEqual(['prepare'])
  })

  it('lets what is under way end first, and asks two questions one after the other', async () => {
    const effects: string[] = []
    const slow = task({
      name: 'slow',
      async run(_: void, ctx) {
        effects.push('begun')
        await setTimeout(20, undefined, { signal: ctx.signal })
        effects.push('done')
      },
    })
    const asking = flow({
      name: 'asking',
      async run(_, ctx) {
        const [, first, second] = await Promise.all([
          slow(),
          ctx.waitForApproval({ question: 'first?' }),
          ctx.waitForApproval({ question: 'second?' }),
        ])
        return [first.by, second.by]
      },
    })
    const { run } = await place.start(asking)
    const first = run.state.message
    await place.answer(run, { verb: 'approve', by: 'amina' })
    const { run: again } = await place.resume(asking, run)
    await place.answer(run, { verb: 'approve', by: 'bela' })

    const { result } = await place.resume(asking, run)

    expect([first, again.state.message]).toEqual(['first?', 'second?'])
    expect(result).toEqual(['amina', 'bela'])
    expect(effects).toEqual(['begun', 'done'])
  })

  it('says that nobody can answer when there is no store', async () => {
    const { error } = await runFlow(asksBetween().asking, {}, { store: null })

    expect(error).toMatchObject({ code: 'config/setting', message: expect.stringContaining('nobody can answer') })
  })
})

describe('a pause', () => {
  const answerWhenAsked =
    (verb: AnswerGiven['verb']): NonNullable<Host['onState']> =>
    (state, { run }) => {
      if (state.type === 'paused') setImmediate(() => void place.answer(run, { verb }))
    }

  it('keeps the process, and a person ends it', async () => {
    let begun = 0
    const pausing = flow({
      name: 'pausing',
      async run(_, ctx) {
        begun += 1
        await ctx.pause({ reason: 'look at the preview' })
        return 'went on'
      },
    })

    const { result, run } = await place.start(pausing, {}, { onState: answerWhenAsked('resume') })

    expect(result).toBe('went on')
    expect(begun).toBe(1)
    expect(await place.history(run)).toEqual(['Pending', 'Running', 'Paused', 'Running', 'Completed'])
  })

  it('is what a subflow does when it asks; suspending it is refused', async () => {
    const { asking } = asksBetween()
    const suspending = flow({ name: 'suspending', run: async (_, ctx) => await ctx.suspend() })
    const parent = flow({ name: 'parent', run: async () => await asking({}) })
    const parentOfSuspending = flow({ name: 'parent-of-suspending', run: async () => await suspending({}) })

    const { result } = await place.start(parent, {}, { onState: answerWhenAsked('approve') })
    const { error } = await place.start(parentOfSuspending)

    expect(result).toBe('sent for amina')
    expect(error).toMatchObject({ code: 'config/setting', message: expect.stringContaining('cannot be suspended') })
  })

  describe('of a flow with a time limit', () => {
    const limitMs = 1_000
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
    afterEach(() => void vi.useRealTimers())

    /** A person who takes ten times as long as the flow may take. */
    const answersLate: NonNullable<Host['onState']> = (state, { run }) => {
      if (state.type !== 'paused') return
      vi.advanceTimersByTime(10 * limitMs)
      setImmediate(() => void place.answer(run, { verb: 'resume' }))
    }

    it('does not count, not even for the flow that called it', async () => {
      const pausing = flow({
        name: 'pausing',
        timeoutMs: limitMs,
        async run(_, ctx) {
          await ctx.pause()
          return 'went on'
        },
      })
      const parent = flow({ name: 'parent', timeoutMs: limitMs, run: async () => await pausing({}) })

      const { result, run } = await place.start(parent, {}, { onState: answersLate })

      expect([run.state.name, result]).toEqual(['Completed', 'went on'])
    })

    it('leaves what was left of it for what follows', async () => {
      const pausing = flow({
        name: 'pausing',
        timeoutMs: limitMs,
        async run(_, ctx) {
          vi.advanceTimersByTime(limitMs - 1)
          await ctx.pause()
          const before = ctx.signal.aborted
          vi.advanceTimersByTime(1)
          ctx.log.info(`${before} ${ctx.signal.aborted}`)
        },
      })
      const logs: string[] = []

      const { run } = await place.start(
        pausing,
        {},
        { onState: answersLate, onLog: ({ message }) => void logs.push(message) },
      )

      expect(run.state.name).toBe('TimedOut')
      expect(logs[0]).toBe('false true')
    })
  })

  it('runs out: the body is told and may know better', async () => {
    const patient = flow({
      name: 'patient',
      async run(_, ctx) {
        try {
          await ctx.pause({ timeoutMs: MINUTE })
        } catch (error) {
          return (error as { readonly code?: string }).code
        }
        return 'resumed'
      },
    })

    const { result, run } = await place.start(patient)

    expect(result).toBe('engine/timeout')
    expect(run.state.type).toBe('completed')
  })

  it('ends when the run is cancelled elsewhere', async () => {
    const pausing = flow({ name: 'pausing', run: async (_, ctx) => await ctx.pause() })

    const { run } = await place.start(
      pausing,
      {},
      {
        onState: (state, { run: paused }) => {
          if (state.type === 'paused')
            setImmediate(() => void cancelRun(place.store, paused.id, { now: place.clock.now(), by: 'amina' }))
        },
      },
    )

    expect(run.state).toMatchObject({ type: 'cancelled' })
    expect(await place.history(run)).toEqual(['Pending', 'Running', 'Paused', 'Cancelling', 'Cancelled'])
  })
})

describe('a long sleep', () => {
  it('is kept: the process lets go, and the run goes on at its moment behind the finished steps', async () => {
    const effects: string[] = []
    const step = task({ name: 'step', run: (name: string) => void effects.push(name) })
    const sleeping = flow({
      name: 'sleeping',
      async run(_, ctx) {
        effects.push('body')
        await step('before')
        await ctx.sleep(6 * HOUR)
        await ctx.sleepUntil(new Date('2026-01-01T02:00:00Z'))
        await step('after')
        return ctx.clock.now().toISOString()
      },
    })

    const { result, run } = await place.start(sleeping)

    expect(result).toBe('2026-01-01T06:00:00.000Z')
    expect(effects).toEqual(['body', 'before', 'body', 'after'])
    expect(await place.store.runs.history(run.id)).toContainEqual(
      expect.objectContaining({
        type: 'scheduled',
        name: 'Resuming',
        message: 'sleeps until 2026-01-01T06:00:00.000Z',
        details: expect.objectContaining({ scheduledFor: '2026-01-01T06:00:00.000Z' }),
      }),
    )
  })

  it('is begun once: a run that is taken up early sleeps for the rest', async () => {
    const sleeping = flow({
      name: 'sleeping',
      async run(_, ctx) {
        await ctx.sleep(6 * HOUR)
        return ctx.clock.now().toISOString()
      },
    })
    const stopsWhenAsleep = new AbortController()
    const { run } = await place.start(
      sleeping,
      {},
      {
        signal: stopsWhenAsleep.signal,
        onState: ({ type }) => type === 'scheduled' && stopsWhenAsleep.abort(new DOMException('gone', 'AbortError')),
      },
    )
    place.clock.advance(HOUR)
    await retryRun(place.store, await place.load(run), {}, place.clock)

    expect((await place.resume(sleeping, run)).result).toBe('2026-01-01T06:00:00.000Z')
  })

  it('is a plain wait without a store, and in a subflow', async () => {
    const sleeping = flow({
      name: 'sleeping',
      async run(_, ctx) {
        await ctx.sleep(6 * HOUR)
        return ctx.clock.now().toISOString()
      },
    })
    const parent = flow({ name: 'parent', run: async () => await sleeping({}) })

    expect((await runFlow(sleeping, {}, { store: null })).result).toBe('2026-01-01T06:00:00.000Z')
    expect((await place.start(parent)).result).toBe('2026-01-01T06:00:00.000Z')
  })
})
