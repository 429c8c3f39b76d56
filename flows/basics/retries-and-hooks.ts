/**
 * What is seen of a task that fails, waits, and tries again?
 *
 * Up to four attempts, after waits of 0.2 s and then 0.4 s. The hook for failure hears nothing of attempts that are
 * followed by another; it is called once, when the last one has failed (sample data: the task fails as often as it is told).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const ATTEMPTS = 4

const askServer = task({
  name: 'ask-server',
  retry: { attempts: ATTEMPTS, delaysMs: [200, 400] },
  onFailure: [
    (_, run, state, ctx) => ctx.log.error(`${run.name} is given up after ${run.runCount} attempts: ${state.message}`),
  ],
  run({ failures }: { failures: number }, ctx) {
    if (ctx.attempt <= failures) throw new Error(`the server is busy (attempt ${ctx.attempt})`)
    return { attempt: ctx.attempt }
  },
})

export const retriesAndHooks = flow({
  name: 'retries-and-hooks',
  params: z.object({
    failures: z.int().min(0).max(ATTEMPTS).default(2).describe(`how many attempts fail; ${ATTEMPTS} of them are all`),
  }),
  async run({ failures }, ctx) {
    const { attempt } = await askServer({ failures })
    await ctx.publish(
      table(
        'retries-and-hooks',
        [{ task: askServer.name, attempts: attempt, failed: failures }],
        'Sample data: attempts',
      ),
    )
    return { attempts: attempt }
  },
})
