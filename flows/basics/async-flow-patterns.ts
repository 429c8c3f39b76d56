/**
 * How are subflows fanned out, and how are their answers collected?
 *
 * All or nothing (`Promise.all`), whatever came (`settle`), the first that came (`Promise.any`), and in chains, each link
 * as soon as the one before it is there. Every child has a definite end before the flow has (sample data).
 */
import { flow, table } from 'd2flow'
import { z } from 'zod'

const Ask = z.object({ server: z.string(), waitMs: z.int(), fails: z.boolean().default(false) })

const askServer = flow({
  name: 'ask-server',
  params: Ask,
  async run({ server, waitMs, fails }, ctx) {
    await ctx.sleep(waitMs)
    if (fails) throw new Error(`${server} does not answer`)
    return server
  },
})

export const asyncFlowPatterns = flow({
  name: 'async-flow-patterns',
  params: z.object({ waitMs: z.int().min(1).default(10).describe('the shortest wait, in milliseconds') }),
  async run({ waitMs }, ctx) {
    const all = await Promise.all([
      askServer({ server: 'slow', waitMs: waitMs * 3 }),
      askServer({ server: 'quick', waitMs }),
    ])
    const whatever = await Promise.all([
      askServer.settle({ server: 'well', waitMs }),
      askServer.settle({ server: 'broken', waitMs, fails: true }),
    ])
    const first = await Promise.any([
      askServer({ server: 'much later', waitMs: waitMs * 5 }),
      askServer({ server: 'sooner', waitMs: waitMs * 2 }),
    ])
    const chained = await askServer({ server: await askServer({ server: 'link', waitMs }), waitMs })

    const rows = [
      { pattern: 'all or nothing', answers: all.join(', ') },
      { pattern: 'whatever came', answers: whatever.map(({ state, result }) => result ?? state.name).join(', ') },
      { pattern: 'the first', answers: first },
      { pattern: 'in a chain', answers: chained },
    ]
    await ctx.publish(table('async-flow-patterns', rows, 'Sample data: what each pattern collected'))
    return { rows }
  },
})
