/** Tasks that compute, in real threads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { runFlow } from 'd2flow/testing'
import { atOnce, concurrent, flow, task } from 'd2flow'
import { describe, expect, it, vi } from 'vitest'
import * as cpu from './cpu-tasks.ts'
import { inStarting, started } from './cpu-starts-a-flow.ts'

const calling = (call: () => Promise<unknown>) => flow({ name: 'calling', run: call })

describe('a task that computes', () => {
  it('F157 runs in another thread and gives its result as any task does', async () => {
    const both = calling(async () => [await cpu.whichThread(), await cpu.countPrimes(100)])

    const { result, steps } = await runFlow(both, {})

    expect(result).toEqual([expect.any(Number), 25])
    expect((result as number[])[0]).not.toBe(threadId)
    expect(steps.map(({ name, state }) => `${name} ${state.name}`)).toEqual([
      'which-thread-0 Completed',
      'count-primes-0 Completed',
    ])
  })

  it('F157 computes beside another one at the same time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'd2flow-cpu-'))
    const [one, other] = [join(folder, 'one'), join(folder, 'other')]
    const pair = calling(() => Promise.all(cpu.meet.map({ mine: [one, other], other: [other, one] })))

    const { result } = await runFlow(pair, {})
    rmSync(folder, { recursive: true })

    expect(new Set(result as number[]).size).toBe(2)
  })

  it('F157 F158 gives the same under each runner, in the order of the items', async () => {
    const inline = task({ name: 'inline', run: (n: number) => cpu.countPrimes.fn(n) })
    const items = [300, 10, 200, 2, 100]
    const under = (runner: ReturnType<typeof atOnce>, step: typeof inline) =>
      flow({ name: 'counts', runner, run: async () => await Promise.all(step.map(items)) })

    const results = await Promise.all(
      [concurrent(), atOnce(1), atOnce(3)].flatMap((runner) =>
        [inline, cpu.countPrimes].map(async (step) => (await runFlow(under(runner, step), {})).result),
      ),
    )

    const sequential = items.map((n) => cpu.countPrimes.fn(n))
    expect(sequential).toEqual([62, 4, 46, 0, 25])
    expect(results).toEqual(Array.from({ length: 6 }, () => sequential))
  })

  it('is really stopped when its time is up', async () => {
    const { error, steps } = await runFlow(calling(cpu.forever), {})

    expect(error).toMatchObject({ code: 'engine/timeout', message: 'forever-0 took longer than its 200 ms' })
    expect(steps[0]?.state).toMatchObject({ type: 'failed', name: 'TimedOut' })
  })

  it('is really stopped when the run is cancelled, and so is one that waits for a thread', async () => {
    const controller = new AbortController()
    const onLog = () => controller.abort(new Error('enough'))
    const many = calling(() => Promise.all(cpu.untilStopped.map(Array.from({ length: 20 }, (_, n) => n))))

    const { state, steps } = await runFlow(many, {}, { signal: controller.signal, host: { onLog } })

    expect(state).toMatchObject({ type: 'cancelled', message: 'enough' })
    expect(new Set(steps.map((step) => step.state.type))).toEqual(new Set(['cancelled']))
    // the threads are free again
    expect(
      (
        await runFlow(
          calling(() => cpu.countPrimes(10)),
          {},
        )
      ).result,
    ).toBe(4)
  })

  it('throws what its body throws: ours by code, others by type', async () => {
    const errors = await Promise.all(
      (['ours', 'of the language', 'any', 'marked'] as const).map(
        async (how) =>
          (
            await runFlow(
              calling(() => cpu.fail(how)),
              {},
            )
          ).error,
      ),
    )

    expect(errors[0]).toMatchObject({
      name: 'DataError',
      code: 'data/units',
      message: 'miles are no unit',
      hint: 'convert them',
      details: { unit: 'mile' },
      retryable: false,
    })
    expect(errors[1]).toBeInstanceOf(RangeError)
    expect(errors[1]).toMatchObject({ message: 'too far', cause: new TypeError('not a number') })
    expect(errors[2]).toBe('just a text')
    expect(errors[3]).toMatchObject({ message: 'not now', retryable: false })
  })

  it('has retries, a log, progress and the facts of its run', async () => {
    const { result, run, logs, progress, waitsMs, steps } = await runFlow(
      calling(cpu.shaky),
      {},
      { dueAt: '2026-02-03T00:00:00Z' },
    )

    expect(result).toEqual({ attempt: 3, dueAt: '2026-02-03T00:00:00.000Z', runName: run.name })
    expect(waitsMs).toEqual([1_000, 1_000])
    expect(logs.filter(({ level }) => level === 'info')).toMatchObject([
      { message: 'third time {"lucky":true}', taskRunId: steps[0]?.id },
    ])
    expect(progress).toMatchObject([{ done: 1, total: 2, unit: 'things' }])
    expect(run.warning).toContain('not all is well')
  })

  it('is cached like any other', async () => {
    const { result, steps } = await runFlow(
      calling(async () => [await cpu.fifth(10), await cpu.fifth(10)]),
      {},
    )

    expect(result).toEqual([2, 2])
    expect(steps.map(({ state }) => state.name)).toEqual(['Completed', 'Cached'])
  })

  it('F240 prints into the log of a flow with logPrints', async () => {
    const printing = flow({ name: 'printing', logPrints: true, run: async () => await cpu.prints() })

    expect((await runFlow(printing, {})).logs.map(({ message }) => message)).toEqual(['half done { n: 1 }'])
  })

  it('takes typed arrays, dates and maps, and may be made by a factory in another file', async () => {
    const values = Float64Array.from([1, 2, 3.5])
    const days = new Map([['first', new Date(1_000)]])

    const { result } = await runFlow(
      calling(async () => [await cpu.sum({ values, days }), await cpu.square(7)]),
      {},
    )

    expect(result).toEqual([1_006.5, 49])
  })

  it.each([
    [
      'a function',
      { rows: [{ at: () => 1 }] },
      'takes-anything computes in a thread and was given the function at at rows[0].at',
    ],
    [
      'an object of a class',
      { url: new URL('https://example.org') },
      'takes-anything computes in a thread and was given a URL at url',
    ],
  ])('refuses %s, which would not arrive as it is', async (_, input, message) => {
    const { error } = await runFlow(
      calling(() => cpu.takesAnything(input)),
      {},
    )

    expect(error).toMatchObject({ code: 'config/params', message })
  })

  it('refuses to return what would not arrive as it is', async () => {
    expect((await runFlow(calling(cpu.giveFunction), {})).error).toMatchObject({
      code: 'config/params',
      message: 'give-function returned the function now at rows[0].now from its thread',
    })
  })

  it('says what there is not in a thread, and what to do', async () => {
    const [opens, nests] = await Promise.all([
      runFlow(
        calling(() => cpu.opens(1)),
        {},
      ),
      runFlow(
        calling(() => cpu.nests()),
        {},
      ),
    ])

    expect(opens.error).toMatchObject({
      message: 'opens computes in a thread, where there is no ctx.variable',
      hint: 'do it in another task and hand the value over',
    })
    expect(nests.error).toMatchObject({
      message: 'which-thread was called in a thread that computes, where nothing is kept of it',
    })
  })

  it('fails, and nothing else does, when its thread dies', async () => {
    const { error } = await runFlow(calling(cpu.exits), {})

    expect(error).toMatchObject({
      code: 'engine/task-failed',
      message: 'the thread that computed exits is gone: it ended with code 7',
    })
  })

  it('harms nobody when its thread dies after it has given its value', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const folder = mkdtempSync(join(tmpdir(), 'd2flow-cpu-'))
    const when = join(folder, 'now')

    const first = await runFlow(
      calling(() => cpu.diesLater({ when })),
      {},
    )
    writeFileSync(when, '')
    while (warned.mock.calls.length === 0) await new Promise(setImmediate)
    const after = await runFlow(calling(cpu.whichThread), {})

    const warnings = warned.mock.calls.map(([warning]) => warning)
    warned.mockRestore()
    rmSync(folder, { recursive: true })
    expect([first.result, after.result]).toEqual(['done', expect.any(Number)])
    expect(warnings).toEqual(['a thread died after its task was done: too late to be caught'])
  })

  it('is refused when a thread could not find it', async () => {
    const late = cpu.makeLate()

    const { error } = await runFlow(
      calling(() => late()),
      {},
    )

    expect(error).toMatchObject({
      code: 'config/params',
      message: expect.stringMatching(
        /^late computes in a thread, but file:.*\/cpu-tasks\.ts does not define it when loaded$/,
      ),
      hint: expect.stringContaining('top level'),
    })
  })

  it('is refused when its file starts something as it is loaded', async () => {
    expect(started).toBe('started')

    const { error } = await runFlow(
      calling(() => inStarting()),
      {},
    )

    expect(error).toMatchObject({
      code: 'config/params',
      message: expect.stringMatching(/cpu-starts-a-flow\.ts starts starts when it is loaded, also by a thread$/),
    })
  })

  it('computes in this thread when its bare function is called', () => {
    expect(cpu.whichThread.fn(undefined)).toBe(threadId)
  })
})
