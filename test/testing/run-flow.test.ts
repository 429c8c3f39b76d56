import { createFakeClock, runFlow } from 'd2flow/testing'
import { defineBlock, flow, task } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

describe('runFlow', () => {
  it('F076 lends the values of a block as a person would save them, and they are checked as such', async () => {
    const service = defineBlock({
      slug: 'service',
      schema: z.object({ url: z.url(), atOnce: z.int().default(4) }),
      open: ({ url, atOnce }) => ({ describe: () => `${url} × ${atOnce}` }),
    })
    const opening = flow({ name: 'opening', run: async (_, ctx) => (await ctx.open(service, 'prod')).describe() })
    const lend = (url: string) => ({ blocks: [{ block: service, name: 'prod', values: { url } }] })

    const good = await runFlow(opening, {}, lend('https://a.example.org'))
    const bad = await runFlow(opening, {}, lend('nowhere'))

    expect(good.result).toBe('https://a.example.org × 4')
    expect(bad.error).toMatchObject({ code: 'config/block-invalid', details: { fields: ['url'] } })
  })

  it('costs no time for waits and writes each of them down', async () => {
    const clock = createFakeClock('2026-03-01T00:00:00Z')
    const waiting = flow({
      name: 'waiting',
      async run(_, ctx) {
        await ctx.sleep(60_000)
        await ctx.sleep(5_000)
        return ctx.clock.now().toISOString()
      },
    })

    const { result, waitsMs } = await runFlow(waiting, {}, { clock })

    expect(result).toBe('2026-03-01T00:01:05.000Z')
    expect(waitsMs).toEqual([60_000, 5_000])
  })

  it('goes on with a run under its key when it is given the same store', async () => {
    let fetches = 0
    let broken = true
    const fetch = task({ name: 'fetch', run: () => (fetches += 1) })
    const shaky = flow({
      name: 'shaky',
      async run() {
        const rows = await fetch()
        if (broken) throw new Error('the second half')
        return rows
      },
    })
    const first = await runFlow(shaky, {}, { key: 'k' })
    broken = false

    const second = await runFlow(shaky, {}, { key: 'k', store: first.store, clock: first.clock })

    expect(first.state.type).toBe('failed')
    expect(second).toMatchObject({ result: 1, run: { id: first.run.id } })
    expect(fetches).toBe(1)
  })

  it('F005 gives what a flow left behind also when it failed', async () => {
    const failing = flow({
      name: 'failing',
      async run(_, ctx) {
        ctx.log.info('half way')
        await ctx.publish({ key: 'half', description: null, content: { kind: 'markdown', text: 'half' } })
        throw new Error('boom')
      },
    })

    const { state, artifacts, logs, error, result } = await runFlow(failing, {})

    expect(state.type).toBe('failed')
    expect(artifacts.map(({ key }) => key)).toEqual(['half'])
    expect(logs.map(({ message }) => message)).toEqual(['half way', 'boom'])
    expect({ error, result }).toEqual({ error: new Error('boom'), result: undefined })
  })
})
