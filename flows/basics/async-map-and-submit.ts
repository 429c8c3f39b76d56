/**
 * When does a call begin, and when is its value there?
 *
 * Calling is submitting: the work begins, and a future is there at once. Awaiting is collecting. Between the two the flow
 * can do something else, and a map of five is five futures that are awaited together (sample data).
 */
import { flow, table, task } from 'd2flow'
import { z } from 'zod'

const square = task({
  name: 'square',
  async run({ n, waitMs }: { n: number; waitMs: number }, ctx) {
    await ctx.sleep(waitMs)
    return n * n
  },
})

export const asyncMapAndSubmit = flow({
  name: 'async-map-and-submit',
  params: z.object({
    numbers: z.array(z.int()).min(1).default([1, 2, 3, 4, 5]).describe('what is squared'),
    waitMs: z.int().min(1).default(10).describe('how long each takes, in milliseconds'),
  }),
  async run({ numbers, waitMs }, ctx) {
    const submitted = square({ n: 10, waitMs })
    const mapped = square.map({ n: numbers, waitMs })
    const thereAtOnce = [submitted, ...mapped].filter(({ isSettled }) => isSettled).length

    const squares = await Promise.all(mapped)
    const rows = [
      { call: 'square(10)', futures: 1, values: String(await submitted) },
      { call: `square.map([${numbers.join(', ')}])`, futures: mapped.length, values: squares.join(', ') },
    ]
    await ctx.publish(table('async-map-and-submit', rows, 'Sample data: futures, and the values they gave'))
    return { thereAtOnce, squares, submitted: await submitted }
  },
})
