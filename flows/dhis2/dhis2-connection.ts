/**
 * Can we reach this instance, and what is it?
 *
 * Source: `system/info` of a DHIS2 instance, the account that signed in, and the number of organisation units it sees.
 * No password is read or shown. Without a store the demonstration server of the DHIS2 project is asked, which is said.
 */
import { flow, runtime, task } from 'd2flow'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { formatCount } from 'd2flow/render'
import { z } from 'zod'
import { publishReport } from '../publish-report.ts'
import { RETRY_READING } from '../reading-tasks.ts'

const Params = z.object({
  instance: z.string().default('dhis2').describe('name of a saved dhis2 block'),
})

const askServer = task({
  name: 'ask-server',
  retry: RETRY_READING,
  async run({ instance }: { instance: string }, ctx) {
    const client = await ctx.open(dhis2, instance, { fallback: 'demo' })
    const info = await client.serverInfo()
    const account = await client.me()
    return {
      host: new URL(client.baseUrl).host,
      user: account.username ?? client.username ?? 'unknown',
      hasPassword: client.username !== null,
      version: info.version,
      revision: info.revision ?? null,
      serverDate: info.serverDate ?? null,
      orgUnits: await client.count('organisationUnits'),
    }
  },
})

export const dhis2Connection = flow({
  name: 'dhis2-connection',
  params: Params,
  async run({ instance }, ctx) {
    const server = await askServer({ instance })

    const deployment = runtime.deployment?.name ?? 'local'
    const facts = {
      deployment,
      instance,
      type: 'dhis2-credentials',
      ...server,
    }
    await publishReport(ctx, {
      key: 'dhis2-connection',
      title: `Connection to ${server.host}`,
      sample: false,
      rows: Object.entries(facts).map(([fact, value]) => ({ fact, value })),
      paragraphs: [
        `**${server.host}** answers as DHIS2 ${server.version}, and ${server.user} sees ${formatCount(server.orgUnits, 'organisation unit')}.`,
      ],
      source: {
        name: `DHIS2 instance "${instance}"`,
        what: 'system information and account',
        licence: "the instance's own",
      },
    })
    return facts
  },
})
