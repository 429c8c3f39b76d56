/**
 * Does everything stand?
 *
 * One task, one artifact: the smallest flow there is. Good for trying a store, a deployment or a notification.
 */
import { flow, markdown, task } from 'd2flow'
import { z } from 'zod'

const greet = task({
  name: 'greet',
  run: ({ name }: { name: string }) => `Hello ${name}`,
})

export const hello = flow({
  name: 'hello',
  params: z.object({ name: z.string().min(1).default('world').describe('whom to greet') }),
  async run({ name }, ctx) {
    const greeting = await greet({ name })
    await ctx.publish(markdown('hello', `${greeting}.`))
    ctx.log.info(greeting)
    return { greeting }
  },
})
