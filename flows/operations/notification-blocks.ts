/**
 * How does a flow tell people?
 *
 * Two hooks open the saved block when the run has ended, so a changed address counts at once; what cannot be told is in
 * the log and changes nothing about the run. The table shows what a webhook named `ops-webhook` would be sent, placeholders
 * filled in once and secrets as ***. Where no block is saved, nothing is sent (sample data).
 *
 * For every run of a deployment `notify` in the project file is the better way: it goes through the outbox, and is sent
 * also when this process dies.
 */
import { flow, table, task, type FlowHook } from 'd2flow'
import { customWebhook, resolveTemplate, slackWebhook, type Notifier } from 'd2flow/notify'
import { z } from 'zod'

const Params = z.object({
  fails: z.boolean().default(false).describe('whether the one task fails'),
  slack: z.string().default('prod-slack').describe('name of a saved slack block'),
  webhook: z.string().default('ops-webhook').describe('name of a saved webhook block'),
})

const WEBHOOK = {
  url: 'https://ops.example.org/notify?token={{api_token}}',
  jsonData: { title: '{{subject}}', text: '{{body}}', source: '{{name}}', tags: ['d2flow', '{{ name }}'] },
}

/** Parameters of the run; a hook is given the run, not the parameters. */
const names = z.object({ slack: z.string(), webhook: z.string() }).partial()

const tellThem: FlowHook = async (flow, run, state, ctx) => {
  const { slack = 'prod-slack', webhook = 'ops-webhook' } = names.parse(run.parameters)
  const failed = state.type === 'failed'
  const message = {
    subject: failed ? 'Flow Failed' : 'Flow Completed',
    body: failed
      ? `CRITICAL: Flow '${run.name}' failed: ${state.message}`
      : `Flow '${run.name}' completed: ${flow.name}`,
  }
  const notifiers: readonly (() => Promise<Notifier>)[] = [
    () => ctx.open(slackWebhook, slack),
    () => ctx.open(customWebhook, webhook),
  ]
  for (const open of notifiers) {
    try {
      await (await open()).send(message)
    } catch (error) {
      ctx.log.warn(`not told: ${(error as Error).message}`)
    }
  }
}

const countReports = task({
  name: 'count-reports',
  run({ fails }: { fails: boolean }) {
    if (fails) throw new Error('no report came from District B')
    return 12
  },
})

export const notificationBlocks = flow({
  name: 'notification-blocks',
  params: Params,
  onCompletion: [tellThem],
  onFailure: [tellThem],
  async run({ fails, webhook }, ctx) {
    const shown = resolveTemplate(WEBHOOK, {
      subject: 'Flow Completed',
      body: 'He said "hi" & {{api_token}}',
      name: webhook,
      api_token: '***',
    }) as typeof WEBHOOK
    const rows = [
      { part: 'url', sent: decodeURIComponent(shown.url) },
      { part: 'body', sent: JSON.stringify(shown.jsonData) },
    ]
    await ctx.publish(table('notification-blocks', rows, 'Sample data: what the webhook would be sent'))
    return { reports: await countReports({ fails }) }
  },
})
