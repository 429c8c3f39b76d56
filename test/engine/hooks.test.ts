import { runFlow } from 'd2flow/testing'
import { defineBlock, flow, task, type FlowHook, type TaskHook } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

describe('hooks', () => {
  it('F037 of a failed task are called once each, in list order', async () => {
    const called: string[] = []
    const risky = task({
      name: 'risky',
      onFailure: [() => called.push('first'), () => called.push('second')],
      run() {
        throw new Error('boom')
      },
    })

    await runFlow(flow({ name: 'one', run: async () => await risky() }), {})

    expect(called).toEqual(['first', 'second'])
  })

  it('F038 of a flow are called for the state it ends in and for no other', async () => {
    const called: string[] = []
    const watched = (fails: boolean) =>
      flow({
        name: 'watched',
        onRunning: [() => called.push('running')],
        onCompletion: [() => called.push('completion')],
        onFailure: [() => called.push('failure')],
        onCancellation: [() => called.push('cancellation')],
        run() {
          if (fails) throw new Error('boom')
        },
      })

    await runFlow(watched(false), {})
    await runFlow(watched(true), {})

    expect(called).toEqual(['running', 'completion', 'running', 'failure'])
  })

  it('F039 make no task run', async () => {
    const step = task({ name: 'step', onCompletion: [() => 'told'], run: () => 1 })
    const watched = flow({ name: 'watched', onCompletion: [() => 'told'], run: async () => await step() })

    expect((await runFlow(watched, {})).steps).toHaveLength(1)
  })

  it('F040 are told what ended, its run, and the state', async () => {
    const told: unknown[][] = []
    const tellTask: TaskHook = (...given) => told.push(given.slice(0, 3))
    const tellFlow: FlowHook = (...given) => told.push(given.slice(0, 3))
    const risky = task({
      name: 'risky',
      onFailure: [tellTask],
      run() {
        throw new Error('no such district')
      },
    })
    const watched = flow({ name: 'watched', onFailure: [tellFlow], run: async () => await risky() })

    const { run, steps } = await runFlow(watched, {})

    expect(told[0]?.[0]).toBe(risky)
    expect(told[0]?.[1]).toMatchObject({ name: steps[0]?.name, id: steps[0]?.id })
    expect(told[0]?.[2]).toMatchObject({ type: 'failed', name: 'Failed', message: 'no such district' })
    expect(told[1]?.[0]).toBe(watched)
    expect(told[1]?.[1]).toMatchObject({ name: run.name, id: run.id })
    expect(told[1]?.[2]).toMatchObject({ type: 'failed', message: 'risky-0 failed: no such district' })
  })

  it('F041 hear only of the final state, not of attempts that are followed by another', async () => {
    const called: string[] = []
    let tries = 0
    const risky = task({
      name: 'risky',
      retry: { attempts: 2 },
      onRunning: [() => called.push('running')],
      onFailure: [() => called.push('failure')],
      onCompletion: [() => called.push('completion')],
      run() {
        tries += 1
        if (tries === 1) throw new Error('not yet')
      },
    })

    await runFlow(flow({ name: 'one', run: async () => await risky() }), {})

    expect(called).toEqual(['running', 'running', 'completion'])
  })

  it('F042 that fail are logged and change nothing; async ones are awaited', async () => {
    const called: string[] = []
    const watched = flow({
      name: 'watched',
      onCompletion: [
        function tellNobody() {
          throw new Error('the webhook is gone')
        },
        async () => {
          await new Promise(setImmediate)
          called.push('after a while')
        },
      ],
      run: () => 1,
    })

    const { run, state, store } = await runFlow(watched, {})

    expect(state).toMatchObject({ type: 'completed', name: 'Completed' })
    expect(called).toEqual(['after a while'])
    expect((await store?.logs.list(run.id, { level: 'error' }))?.map(({ message }) => message)).toEqual([
      'the hook tellNobody of watched (onCompletion) failed: the webhook is gone',
    ])
  })

  it('F090 F093 open a block by its name when they run, and a block that is gone hides nothing', async () => {
    const sent: string[] = []
    const notifier = defineBlock({
      slug: 'test-notifier',
      schema: z.object({ url: z.string() }),
      open: ({ url }) => ({ send: (text: string) => void sent.push(`${url}: ${text}`) }),
    })
    const alarmed = flow({
      name: 'alarmed',
      onFailure: [
        async (_, run, state, ctx) => (await ctx.open(notifier, 'prod-slack')).send(`${run.flowName} ${state.message}`),
      ],
      run() {
        throw new Error('boom')
      },
    })

    const first = await runFlow(
      alarmed,
      {},
      { blocks: [{ block: notifier, name: 'prod-slack', values: { url: 'a' } }] },
    )
    await runFlow(alarmed, {}, { blocks: [{ block: notifier, name: 'prod-slack', values: { url: 'b' } }] })
    const gone = await runFlow(alarmed, {})

    expect(sent).toEqual(['a: alarmed boom', 'b: alarmed boom'])
    expect(first.state.type).toBe('failed')
    expect(gone.state).toMatchObject({ type: 'failed', message: 'boom' })
    expect(gone.logs.at(-1)?.message).toContain('no test-notifier block is saved as "prod-slack"')
  })
})
