/**
 * Which calls need not be made again?
 *
 * By inputs: the same arguments give the kept value. By source and inputs: until the code of the task changes, too. By a
 * key of one's own with an expiry: what the key leaves out makes no difference. Values outlive the run when there is a
 * store: run it twice (sample data).
 */
import { flow, INPUTS, table, task, TASK_SOURCE } from 'd2flow'
import { z } from 'zod'

interface Product {
  readonly a: number
  readonly b: number
}

const byInputs = task({ name: 'by-inputs', cache: { by: 'inputs' }, run: ({ a, b }: Product) => a * b })

const bySource = task({
  name: 'by-source-and-inputs',
  cache: { by: INPUTS.plus(TASK_SOURCE) },
  run: ({ a, b }: Product) => a * b,
})

interface Item {
  readonly category: string
  readonly itemId: number
  /** Whoever asks makes no difference to the answer, and is not part of the key. */
  readonly askedBy: string
}

const byKey = task({
  name: 'by-key',
  cache: { key: ({ category, itemId }: Item) => `${category}:${itemId}`, for: '5m' },
  run: ({ category, itemId, askedBy }: Item) => `${category} ${itemId}, looked up for ${askedBy}`,
})

export const taskCaching = flow({
  name: 'task-caching',
  params: z.object({ a: z.int().default(3).describe('one factor'), b: z.int().default(7).describe('the other') }),
  async run({ a, b }, ctx) {
    const calls = [
      { call: 'by inputs', ended: await byInputs.settle({ a, b }) },
      { call: 'by inputs, again', ended: await byInputs.settle({ b, a }) },
      { call: 'by inputs, others', ended: await byInputs.settle({ a, b: b + 1 }) },
      { call: 'by source and inputs', ended: await bySource.settle({ a, b }) },
      { call: 'by source and inputs, again', ended: await bySource.settle({ a, b }) },
      { call: 'by key', ended: await byKey.settle({ category: 'vaccine', itemId: 7, askedBy: 'Amina' }) },
      {
        call: 'by key, asked by another',
        ended: await byKey.settle({ category: 'vaccine', itemId: 7, askedBy: 'Luis' }),
      },
    ]
    const rows = calls.map(({ call, ended }) => ({ call, result: ended.result ?? null, state: ended.state.name }))
    const kept = rows.filter(({ state }) => state === 'Cached').length
    await ctx.publish(table('task-caching', rows, `Sample data: ${kept} of ${rows.length} calls gave a kept value`))
    return { rows, kept }
  },
})
