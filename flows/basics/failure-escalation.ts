/**
 * Who is told when everything was tried?
 *
 * A task has three retries without a wait. Its hook is called once, when the last of them has failed, and shows what to do
 * as an artifact; attempts that are followed by another tell nobody. The flow takes the failure and ends
 * CompletedWithErrors: never green, and never silent (sample data).
 */
import { flow, markdown, task, type TaskHook } from 'd2flow'
import { z } from 'zod'

const ATTEMPTS = 4

const escalate: TaskHook = async (failed, run, state, ctx) => {
  const text = `**${failed.name}** failed in each of ${run.runCount} attempts. Call the data team.\n\n${state.message}`
  await ctx.publish(markdown('failure-escalation', text, 'Sample data: what was tried, and what to do'))
}

const sendReport = task({
  name: 'send-report',
  retry: { attempts: ATTEMPTS },
  onFailure: [escalate],
  run({ failures }: { failures: number }, ctx) {
    if (ctx.attempt <= failures) throw new Error(`the server refused (attempt ${ctx.attempt})`)
    return ctx.attempt
  },
})

export const failureEscalation = flow({
  name: 'failure-escalation',
  params: z.object({
    failures: z
      .int()
      .min(0)
      .max(ATTEMPTS)
      .default(ATTEMPTS)
      .describe(`how many attempts fail; ${ATTEMPTS} of them are all`),
  }),
  async run({ failures }) {
    const { state, result } = await sendReport.settle({ failures })
    return { sent: state.type === 'completed', attempts: result ?? ATTEMPTS }
  },
})
