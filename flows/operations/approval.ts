/**
 * May these values be sent?
 *
 * The run shows what it would send, asks, and lets go of its process until somebody says yes or no: minutes or weeks
 * later, after restarts too. Answer with `d2flow flow-run approve RUN --input maximum=500`; what is above the maximum is
 * left out. The reading is not repeated, because it is a task and has its result. By default a sample reviewer answers at
 * once (sample data); `-p reviewer=person` asks you.
 */
import { flow, markdown, table, task, type Approval, type FlowContext } from 'd2flow'
import { z } from 'zod'

const Limit = z.object({ maximum: z.number().positive().default(500).describe('values above it are left out') })

/** Reads and shows: after the wait the flow runs again from its top, and what a task has done is not done again. */
const prepare = task({
  name: 'prepare',
  async run(_: void, ctx) {
    const rows = [
      { facility: 'Chipata', malaria: 214 },
      { facility: 'Mchinji', malaria: 1_860 },
      { facility: 'Lundazi', malaria: 77 },
    ]
    await ctx.publish(table('approval-preview', rows, 'Sample data: what would be sent'))
    return rows
  },
})

const send = task({
  name: 'send',
  run: (rows: readonly { readonly facility: string }[], ctx) => {
    ctx.log.info(`sent ${rows.map(({ facility }) => facility).join(', ')}`)
    return rows.length
  },
})

export const approval = flow({
  name: 'approval',
  params: z.object({
    reviewer: z.enum(['sample', 'person']).default('sample').describe('who answers: a sample reviewer, or you'),
  }),
  async run({ reviewer }, ctx) {
    const rows = await prepare()
    const { approved, by, input } = reviewer === 'sample' ? sampleReview() : await askPerson(rows.length, ctx)

    const maximum = input?.maximum ?? null
    const accepted = maximum === null ? [] : rows.filter(({ malaria }) => malaria <= maximum)
    const sent = approved ? await send(accepted) : 0
    const summary = approved
      ? `Sample data: ${by} said yes; ${sent} of ${rows.length} rows were sent, ${rows.length - sent} above ${maximum} left out.`
      : `Sample data: ${by} said no; nothing was sent.`
    await ctx.publish(markdown('approval', summary))
    return { approved, by, sent, leftOut: approved ? rows.length - sent : 0 }
  },
})

type Review = Approval<z.output<typeof Limit>>

async function askPerson(rows: number, ctx: FlowContext): Promise<Review> {
  return await ctx.waitForApproval({ question: `Send ${rows} rows?`, key: 'send', input: Limit })
}

function sampleReview(): Review {
  return { approved: true, by: 'the sample reviewer', input: { maximum: 500 } }
}
