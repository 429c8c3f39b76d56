/**
 * How do groups of steps fit into groups?
 *
 * A pipeline calls group flows, a group calls tasks: three levels, each seen in the tree of runs under the one that called
 * it. A value of 200 and more is high (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const HIGH_FROM = 200

const readValue = task({ name: 'read-value', run: (index: number) => ({ id: index + 1, value: (index + 1) * 60 }) })

const classify = task({
  name: 'classify',
  run: ({ id, value }: { id: number; value: number }) => ({ id, value, level: levelOf(value) }),
})

const ingestGroup = flow({
  name: 'ingest-group',
  params: z.object({ records: z.int() }),
  run: ({ records }) => readValue.map(Array.from({ length: records }, (_, index) => index)),
})

const classifyGroup = flow({
  name: 'classify-group',
  params: z.object({ rows: z.array(z.object({ id: z.int(), value: z.number() })) }),
  run: ({ rows }) => classify.map(rows),
})

export const nestedSubflows = flow({
  name: 'nested-subflows',
  params: z.object({ records: z.int().min(1).max(100).default(5).describe('how many records are read') }),
  async run({ records }, ctx) {
    const rows = await ingestGroup({ records })
    const classified = await classifyGroup({ rows })
    const high = classified.filter(({ level }) => level === 'high').length
    await ctx.publish(table('nested-subflows', classified, `Sample data: ${high} of ${classified.length} high`))
    return { records: classified.length, high }
  },
})

/** Pure, and therefore a plain function. */
export function levelOf(value: number): 'high' | 'normal' {
  return value >= HIGH_FROM ? 'high' : 'normal'
}
