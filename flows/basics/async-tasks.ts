/**
 * Does it matter whether a body is async?
 *
 * Not to whoever calls it: a call gives a future either way, a promise with the id of its run, and awaiting it gives the
 * value. A body that returns at once and one that waits mix in one flow (sample data).
 */
import { flow, Future, table, task } from 'd2flow'
import { z } from 'zod'

const parse = task({ name: 'parse', run: (text: string) => text.split(',').map(Number) })

const fetchText = task({
  name: 'fetch-text',
  async run({ values, waitMs }: { values: number; waitMs: number }, ctx) {
    await ctx.sleep(waitMs)
    return Array.from({ length: values }, (_, index) => index + 1).join(',')
  },
})

export const asyncTasks = flow({
  name: 'async-tasks',
  params: z.object({
    values: z.int().min(1).max(1_000).default(4).describe('how many numbers come'),
    waitMs: z.int().min(0).default(10).describe('how long they take to come, in milliseconds'),
  }),
  async run({ values, waitMs }, ctx) {
    const text = fetchText({ values, waitMs })
    const numbers = parse(await text)
    const rows = [
      { task: 'fetch-text', body: 'async', givesFuture: text instanceof Future, value: await text },
      { task: 'parse', body: 'sync', givesFuture: numbers instanceof Future, value: (await numbers).join('+') },
    ]
    await ctx.publish(table('async-tasks', rows, 'Sample data: both calls gave a future'))
    return { sum: (await numbers).reduce((total, value) => total + value, 0), rows }
  },
})
