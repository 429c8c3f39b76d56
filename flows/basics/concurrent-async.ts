/**
 * What runs side by side, and what one after the other?
 *
 * Three waits that are awaited together take as long as the longest of them; awaited one by one they take the sum. The
 * values come in the order of the calls in both cases (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'
import { mostAtOnce } from './most-at-once.ts'

const ask = task({
  name: 'ask',
  async run({ server, waitMs }: { server: string; waitMs: number }, ctx) {
    const beganAtMs = ctx.clock.monotonicMs()
    await ctx.sleep(waitMs)
    return { server, beganAtMs, endedAtMs: ctx.clock.monotonicMs() }
  },
})

export const concurrentAsync = flow({
  name: 'concurrent-async',
  params: z.object({ waitMs: z.int().min(0).default(20).describe('how long each answer takes, in milliseconds') }),
  async run({ waitMs }, ctx) {
    const together = await Promise.all([
      ask({ server: 'DHIS2', waitMs }),
      ask({ server: 'WorldPop', waitMs }),
      ask({ server: 'World Bank', waitMs }),
    ])
    const oneByOne = [
      await ask({ server: 'DHIS2', waitMs }),
      await ask({ server: 'WorldPop', waitMs }),
      await ask({ server: 'World Bank', waitMs }),
    ]
    const rows = [
      { how: 'awaited together', servers: namesOf(together), mostAtOnce: mostAtOnce(together) },
      { how: 'one by one', servers: namesOf(oneByOne), mostAtOnce: mostAtOnce(oneByOne) },
    ]
    await ctx.publish(table('concurrent-async', rows, 'Sample data: how many waited at the same time'))
    return { rows }
  },
})

function namesOf(answers: readonly { readonly server: string }[]): string {
  return answers.map(({ server }) => server).join(', ')
}
