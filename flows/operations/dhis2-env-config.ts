/**
 * Where does each setting of a connection come from?
 *
 * Four ways to configure, the first that is there wins: (1) a dhis2 block, whose secret fields are sealed; (2) a secret
 * block beside an address of its own; (3) environment variables, with a fallback; (4) a json block, which is not sealed and
 * so holds no secret. The report names the source of every setting and shows secrets as ***; it asks no server. With none
 * of them the values are those of the public demo server.
 */
import { ConfigError, flow, jsonBlock, secretBlock, table, type Block, type FlowContext } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { z } from 'zod'

const Params = z.object({
  block: z.string().default('dhis2').describe('name of a saved dhis2 block'),
  secret: z.string().default('dhis2-password').describe('name of a saved secret block'),
  json: z.string().default('dhis2-config').describe('name of a saved json block with baseUrl and username'),
})

const Config = z.object({ baseUrl: z.string(), username: z.string() }).partial()

const FALLBACK = { baseUrl: 'https://play.im.dhis2.org/dev', username: 'admin' } as const

interface Strategy {
  readonly strategy: string
  readonly isThere: boolean
  readonly baseUrl: string | null
  readonly username: string | null
  readonly hasPassword: boolean
}

export const dhis2EnvConfig = flow({
  name: 'dhis2-env-config',
  params: Params,
  async run({ block, secret, json }, ctx) {
    const client = await openIfSaved(dhis2, block, ctx)
    const password = await openIfSaved(secretBlock, secret, ctx)
    const config = Config.parse((await openIfSaved(jsonBlock, json, ctx)) ?? {})
    const { DHIS2_BASE_URL, DHIS2_USERNAME, DHIS2_PASSWORD } = process.env
    const strategies: readonly Strategy[] = [
      {
        strategy: '1 dhis2 block',
        isThere: client !== null,
        baseUrl: client?.baseUrl ?? null,
        username: client?.username ?? null,
        hasPassword: client !== null,
      },
      {
        strategy: '2 secret block',
        isThere: password !== null,
        baseUrl: null,
        username: null,
        hasPassword: password !== null,
      },
      {
        strategy: '3 environment',
        isThere: (DHIS2_BASE_URL ?? DHIS2_USERNAME ?? DHIS2_PASSWORD ?? '') !== '',
        baseUrl: DHIS2_BASE_URL ?? null,
        username: DHIS2_USERNAME ?? null,
        hasPassword: (DHIS2_PASSWORD ?? '') !== '',
      },
      {
        strategy: '4 json block',
        isThere: Object.keys(config).length > 0,
        baseUrl: config.baseUrl ?? null,
        username: config.username ?? null,
        hasPassword: false,
      },
    ]
    const settings = [
      { setting: 'baseUrl', ...firstOf(strategies, ({ baseUrl }) => baseUrl, FALLBACK.baseUrl) },
      { setting: 'username', ...firstOf(strategies, ({ username }) => username, FALLBACK.username) },
      { setting: 'password', ...firstOf(strategies, ({ hasPassword }) => (hasPassword ? '***' : null), '***') },
    ]
    await ctx.publish(table('dhis2-env-config', settings, 'Each setting, and where it comes from'))
    return { strategies: strategies.filter(({ isThere }) => isThere).length, settings }
  },
})

function firstOf(strategies: readonly Strategy[], read: (strategy: Strategy) => string | null, fallback: string) {
  const found = strategies.find((strategy) => read(strategy) !== null)
  if (found === undefined) return { value: fallback, from: 'demo server' }
  return { value: read(found), from: found.strategy }
}

/** Null when nothing is saved under the name; anything else that is wrong with it is told. */
async function openIfSaved<Schema extends z.ZodType, Client>(
  block: Block<Schema, Client>,
  name: string,
  ctx: FlowContext,
): Promise<Awaited<Client> | null> {
  try {
    return await ctx.open(block, name)
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'config/block-missing') return null
    throw error
  }
}
