/**
 * How does a flow use a secret that nobody may see?
 *
 * A secret block keeps one text, sealed (`d2flow block create secret my-api-key -v value=@MY_API_KEY`). Opened, it prints
 * as *** wherever it goes; `reveal()` gives the plain text to the one place that needs it. Where none is saved, this flow
 * goes on with a value that is for development only, and says so.
 */
import { ConfigError, flow, Secret, secretBlock as secretType, table, type FlowContext } from 'd2flow'
import { createHmac } from 'node:crypto'
import { z } from 'zod'

const FOR_DEVELOPMENT = new Secret('dev-fallback')

export const secretBlock = flow({
  name: 'secret-block',
  params: z.object({ name: z.string().default('my-api-key').describe('name of a saved secret block') }),
  async run({ name }, ctx) {
    const secret = await openOrFallBack(name, ctx)
    const source = secret === FOR_DEVELOPMENT ? 'development' : 'block'
    ctx.log.info(
      `the secret "${name}" is ${String(secret)}, ${source === 'block' ? 'from its block' : 'for development'}`,
    )
    const signature = createHmac('sha256', secret.reveal()).update('a message').digest('hex')
    await ctx.publish(table('secret-block', [{ name, value: String(secret), source }], 'Which secret was used'))
    return { source, signature }
  },
})

/** Only a block that is not saved: one whose key is wrong must not become a development value in silence. */
async function openOrFallBack(name: string, ctx: FlowContext): Promise<Secret> {
  try {
    return await ctx.open(secretType, name)
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== 'config/block-missing') throw error
    ctx.log.warn(`no secret block is saved as "${name}": a value for development is used`)
    return FOR_DEVELOPMENT
  }
}
