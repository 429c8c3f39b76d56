import { createFakeClock, runFlow } from 'd2flow/testing'
import { allowFailure, exponentialBackoff, failed, flow, HttpError, task, type RetryPolicy } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { delayBeforeRetryMs } from '../../src/model/retry.ts'

/** A flow of one task that fails so often before it succeeds. */
function failing(
  times: number,
  retry?: RetryPolicy<never>,
  error: (n: number) => unknown = (n) => new Error(`try ${n}`),
) {
  const counts = { bodies: 0, completions: 0, failures: 0 }
  const risky = task({
    name: 'risky',
    ...(retry === undefined ? {} : { retry: retry as RetryPolicy }),
    onCompletion: [() => (counts.completions += 1)],
    onFailure: [() => (counts.failures += 1)],
    run() {
      counts.bodies += 1
      if (counts.bodies <= times) throw error(counts.bodies)
      return counts.bodies
    },
  })
  return { counts, risky, flow: flow({ name: 'one-task', run: async () => await risky() }) }
}

describe('the retries of a task', () => {
  it('F014 run it again until it succeeds, as often as attempts say', async () => {
    const { counts, flow } = failing(2, { attempts: 4 })

    const { state, steps } = await runFlow(flow, {})

    expect(state.type).toBe('completed')
    expect(counts.bodies).toBe(3)
    expect(steps[0]).toMatchObject({ runCount: 3, state: { type: 'completed' } })
  })

  it('F014 are none unless the task asks for them', async () => {
    const { counts, flow } = failing(1)

    const { state } = await runFlow(flow, {})

    expect(state.type).toBe('failed')
    expect(counts.bodies).toBe(1)
  })

  it('F015 wait as the list says, one wait for each', async () => {
    const clock = createFakeClock()
    const { flow } = failing(2, { attempts: 3, delaysMs: [2_000, 5_000] })

    const { waitsMs, steps } = await runFlow(flow, {}, { clock })

    expect(waitsMs).toEqual([2_000, 5_000])
    expect(Date.parse(steps[0]?.endedAt ?? '') - Date.parse(steps[0]?.startedAt ?? '')).toBe(7_000)
  })

  it('F015 wait the one time that is given before each', async () => {
    const { flow } = failing(3, { attempts: 4, firstDelayMs: 1_500 })

    expect((await runFlow(flow, {})).waitsMs).toEqual([1_500, 1_500, 1_500])
  })

  it('F016 end in failure with the last error when they are used up', async () => {
    const { counts, flow } = failing(9, { attempts: 3 })

    const { state, error, steps } = await runFlow(flow, {})

    expect(counts.bodies).toBe(3)
    expect(steps[0]?.state).toMatchObject({ type: 'failed', message: 'try 3' })
    expect(state.message).toContain('try 3')
    expect(error).toEqual(new Error('try 3'))
  })

  it('F017 repeat the last wait of a list that is too short', async () => {
    const { flow } = failing(4, { attempts: 5, delaysMs: [1_000, 2_000] })

    expect((await runFlow(flow, {})).waitsMs).toEqual([1_000, 2_000, 2_000, 2_000])
  })

  it('F017 double the wait each time when told to', async () => {
    const { flow } = failing(3, { attempts: 4, delaysMs: exponentialBackoff(100) })

    expect((await runFlow(flow, {})).waitsMs).toEqual([100, 200, 400])
  })

  it('F017 are given up at once when the condition says no, or throws', async () => {
    const no = failing(9, { attempts: 5, when: (error) => !(error instanceof TypeError) }, () => new TypeError('wrong'))
    const torn = failing(9, {
      attempts: 5,
      when() {
        throw new Error('cannot decide')
      },
    })

    await runFlow(no.flow, {})
    await runFlow(torn.flow, {})

    expect([no.counts.bodies, torn.counts.bodies]).toEqual([1, 1])
  })

  it('F017 tell the condition which attempt of which task in which run it was', async () => {
    const told: unknown[] = []
    const { flow } = failing(2, {
      attempts: 3,
      when(error, context) {
        told.push([(error as Error).message, context])
        return true
      },
    })

    const { run } = await runFlow(flow, {})

    expect(told).toMatchObject([
      ['try 1', { attempt: 1, task: 'risky', run: { id: run.id, name: run.name } }],
      ['try 2', { attempt: 2 }],
    ])
  })

  it('F017 are given up at once for an error that says so', async () => {
    const { counts, flow } = failing(9, { attempts: 5 }, () => new HttpError('http/auth', 'the password is refused'))

    await runFlow(flow, {})

    expect(counts.bodies).toBe(1)
  })

  it('F017 wait as long as the other side asks, whatever the list says', async () => {
    const { flow } = failing(1, { attempts: 3, delaysMs: [2_000] }, () => {
      return new HttpError('http/status', 'too many requests', { retryable: true, retryAfterMs: 30_000 })
    })

    expect((await runFlow(flow, {})).waitsMs).toEqual([30_000])
  })

  it('F018 leave their states in the history, and none of them is an end', async () => {
    const { flow, counts } = failing(1, { attempts: 2, firstDelayMs: 4_000 })

    const { steps, store } = await runFlow(flow, {})

    const history = (await store?.taskRuns.history(steps[0]?.id ?? '')) ?? []
    expect(history.map(({ type, name }) => [type, name])).toEqual([
      ['pending', 'Pending'],
      ['running', 'Running'],
      ['scheduled', 'AwaitingRetry'],
      ['running', 'Retrying'],
      ['completed', 'Completed'],
    ])
    expect(history[2]?.details.scheduledFor).toBe('2026-01-01T00:00:04.000Z')
    expect(counts).toEqual({ bodies: 2, completions: 1, failures: 0 })
  })

  it('F018 go straight from one attempt to the next when there is no wait', async () => {
    const { flow } = failing(1, { attempts: 2 })

    const { steps, store } = await runFlow(flow, {})

    const names = ((await store?.taskRuns.history(steps[0]?.id ?? '')) ?? []).map(({ name }) => name)
    expect(names).toEqual(['Pending', 'Running', 'Retrying', 'Completed'])
  })

  it('F014 also follow an attempt that returns a failed state', async () => {
    let bodies = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 3 },
      run() {
        bodies += 1
        return bodies < 3 ? failed('not yet') : 'there'
      },
    })

    const { result } = await runFlow(flow({ name: 'one-task', run: async () => await risky() }), {})

    expect(result).toBe('there')
    expect(bodies).toBe(3)
  })

  it('F014 use the policy of the project where the task has none', async () => {
    const { counts, flow } = failing(1)

    await runFlow(flow, {}, { host: { defaultRetry: { attempts: 2, firstDelayMs: 10 } } })

    expect(counts.bodies).toBe(2)
  })

  it('say that they wait, for how long, and which attempt comes then', async () => {
    const { flow } = failing(2, { attempts: 4, delaysMs: [30_000, 0] }, (n) => new Error(`the server is away (${n})`))

    const { logs, steps, store } = await runFlow(flow, {})

    expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'attempt 1 failed: the server is away (1); waits 30 s, then attempt 2 of 4',
      'attempt 2 failed: the server is away (2); begins attempt 3 of 4',
    ])
    const history = (await store?.taskRuns.history(steps[0]?.id ?? '')) ?? []
    expect(history.find(({ name }) => name === 'AwaitingRetry')?.details.reason).toBe('waits 30 s, then attempt 2 of 4')
  })

  it('let others work on their place while they wait', async () => {
    const order: string[] = []
    let tries = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 2, firstDelayMs: 1_000 },
      run() {
        tries += 1
        order.push(`risky ${tries}`)
        if (tries === 1) throw new Error('not yet')
      },
    })
    const other = task({ name: 'other', run: () => void order.push('other') })
    const both = flow({
      name: 'both',
      runner: { kind: 'promises', atOnce: 1 },
      run: async () => void (await Promise.all([risky(), other()])),
    })

    await runFlow(both, {})

    expect(order).toEqual(['risky 1', 'other', 'risky 2'])
  })
})

describe('jitter', () => {
  it.each([0.1, 0.5, 1, 3])(
    'F017 of %d spreads the waits around the one that is meant and never beyond its bounds',
    (jitter) => {
      let seed = 42
      const random = () => {
        // mulberry32: the same draws in every run of this test
        seed = (seed + 0x6d2b79f5) | 0
        let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed)
        bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
        return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296
      }

      const waits = Array.from({ length: 10_000 }, () =>
        delayBeforeRetryMs({ attempts: 2, firstDelayMs: 1_000, jitter }, 1, random),
      )

      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
      const upper = 2 ** (1 + jitter)
      expect(mean).toBeGreaterThan(950)
      expect(mean).toBeLessThan(1_050)
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000 * Math.log2(upper / (upper - 1)))
      expect(Math.max(...waits)).toBeLessThanOrEqual(1_000 * (1 + jitter))
      expect(new Set(waits).size).toBeGreaterThan(9_000)
    },
  )
})

describe('a failure that is allowed', () => {
  const risky = task({
    name: 'risky',
    run() {
      throw new Error('boom')
    },
  })

  it('F019 orders the later task without keeping it from running', async () => {
    const cleanup = task({ name: 'cleanup', run: ({ dir }: { dir: string }) => `cleaned ${dir}` })
    const tidy = flow({
      name: 'tidy',
      async run() {
        const future = risky()
        return await cleanup({ dir: '/work' }, { waitFor: [allowFailure(future)] })
      },
    })

    const { result, steps } = await runFlow(tidy, {})

    expect(result).toBe('cleaned /work')
    const [first, second] = steps
    expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.endedAt ?? ''))
  })

  it('F020 is needed: without it the later task never runs and says because of whom', async () => {
    let cleaned = false
    const cleanup = task({
      name: 'cleanup',
      run() {
        cleaned = true
      },
    })
    const tidy = flow({
      name: 'tidy',
      async run() {
        const outcome = await cleanup.settle(undefined, { waitFor: [risky()] })
        return [outcome.state.type, outcome.state.name]
      },
    })

    const { result, steps } = await runFlow(tidy, {})

    expect(cleaned).toBe(false)
    expect(result).toEqual(['pending', 'NotReady'])
    expect(steps.find(({ taskName }) => taskName === 'cleanup')?.state).toMatchObject({
      type: 'pending',
      name: 'NotReady',
      message: 'risky-0 failed, so this never ran: boom',
    })
  })

  it('F020 holds for a failed future that is passed as data, too', async () => {
    const use = task({ name: 'use', run: (value: number) => value })
    const uses = flow({ name: 'uses', run: async () => await use(risky() as never) })

    const { error } = await runFlow(uses, {})

    expect(error).toMatchObject({
      code: 'engine/not-ready',
      message: 'use-0 never ran: risky-0 failed',
      cause: new Error('boom'),
    })
  })

  it('F021 as data hands over the error, or the value when there is one', async () => {
    const fine = task({ name: 'fine', run: () => 7 })
    const maybe = task({
      name: 'maybe',
      run(n: number): number {
        throw new Error(`boom ${n}`)
      },
    })
    const report = task({
      name: 'report',
      run: ({ good, bad }: { good: number | Error; bad: number | Error }) =>
        `${good instanceof Error ? 'error' : good} and ${bad instanceof Error ? bad.message : bad}`,
    })
    const both = flow({
      name: 'both',
      run: async () => await report({ good: allowFailure(fine()), bad: allowFailure(maybe(1)) }),
    })

    expect((await runFlow(both, {})).result).toBe('7 and boom 1')
  })

  it('F022 lets the flow complete, and the run shows it without a warning', async () => {
    const cleanup = task({ name: 'cleanup', run: () => 'ok' })
    const tidy = flow({
      name: 'tidy',
      run: async () => await cleanup(undefined, { waitFor: [allowFailure(risky())] }),
    })

    const { run, state, steps } = await runFlow(tidy, {})

    expect(state).toMatchObject({ type: 'completed', name: 'CompletedWithErrors' })
    expect(state.message).toBe('1 task failed: risky-0 (boom), and the flow went on')
    expect(run.warning).toBeNull()
    expect(steps.map((step) => step.state.type)).toEqual(['failed', 'completed'])
  })
})

describe('the retries of a flow', () => {
  it('run the body again while finished steps give what they gave before', async () => {
    const counts = { body: 0, step: 0 }
    const step = task({
      name: 'step',
      run(n: number) {
        counts.step += 1
        return n * 10
      },
    })
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 3, firstDelayMs: 2_000 },
      async run() {
        counts.body += 1
        const values = await Promise.all(step.map([1, 1, 2]))
        if (counts.body < 3) throw new Error('not yet')
        return values
      },
    })

    const { run, result, waitsMs, steps } = await runFlow(shaky, {})

    expect(result).toEqual([10, 10, 20])
    expect(counts).toEqual({ body: 3, step: 3 })
    expect(run.runCount).toBe(3)
    expect(waitsMs).toEqual([2_000, 2_000])
    expect(steps).toHaveLength(3)
  })

  it('say that they wait', async () => {
    const states: unknown[] = []
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2, firstDelayMs: 60_000 },
      run() {
        throw new Error('not yet')
      },
    })

    const { logs } = await runFlow(shaky, {}, { host: { onState: ({ details }) => states.push(details.reason) } })

    expect(logs.map(({ message }) => message)).toEqual([
      'attempt 1 failed: not yet; waits 1 min 0 s, then attempt 2 of 2',
      'not yet',
    ])
    expect(states).toContain('waits 1 min 0 s, then attempt 2 of 2')
  })

  it('do the same when there is no store', async () => {
    const counts = { body: 0, step: 0 }
    const step = task({ name: 'step', run: (n: number) => (counts.step += n) })
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2 },
      async run() {
        counts.body += 1
        await step(1)
        if (counts.body < 2) throw new Error('not yet')
        return counts.step
      },
    })

    const { result } = await runFlow(shaky, {}, { store: null })

    expect(result).toBe(1)
  })

  it('count crashes apart', async () => {
    const shaky = flow({
      name: 'shaky',
      retry: { attempts: 2 },
      run() {
        throw new Error('no')
      },
    })

    const { run } = await runFlow(shaky, {})

    expect(run).toMatchObject({ runCount: 2, crashCount: 0, state: { type: 'failed' } })
  })
})
