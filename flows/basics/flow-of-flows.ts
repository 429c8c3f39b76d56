/**
 * How does one flow direct several others?
 *
 * It prepares, starts a flow for each district side by side, and goes on when one of them fails: `settle` tells how a
 * child ended in place of throwing. The run of a child that failed stays failed, and the whole is not green (sample data).
 */
import { flow, table } from 'd2flow'
import { z } from 'zod'

const prepare = flow({
  name: 'prepare-month',
  params: z.object({ month: z.string() }),
  run: ({ month }) => ({ period: month.replace('-', '') }),
})

const District = z.object({ district: z.string(), period: z.string(), reports: z.int() })

const closeDistrict = flow({
  name: 'close-district',
  params: District,
  run({ district, period, reports }) {
    if (reports === 0) throw new Error(`${district} has no reports for ${period}`)
    return { district, reports }
  },
})

export const flowOfFlows = flow({
  name: 'flow-of-flows',
  params: z.object({
    month: z
      .string()
      .regex(/^\d{4}-\d{2}$/)
      .default('2026-01')
      .describe('the month to close'),
    reports: z
      .record(z.string(), z.int().min(0))
      .default({ North: 12, East: 9, South: 0 })
      .describe('reports by district; one without any cannot be closed'),
  }),
  async run({ month, reports }, ctx) {
    const { period } = await prepare({ month })
    const districts = Object.entries(reports)
    const ended = await Promise.all(
      districts.map(([district, count]) => closeDistrict.settle({ district, period, reports: count })),
    )

    const rows = ended.map(({ state }, index) => ({
      district: districts[index]?.[0] ?? '',
      state: state.name,
      message: state.message,
    }))
    const closed = ended.filter(({ state }) => state.type === 'completed').length
    await ctx.publish(table('flow-of-flows', rows, `Sample data: ${closed} of ${rows.length} districts closed`))
    return { period, closed, open: rows.length - closed }
  },
})
