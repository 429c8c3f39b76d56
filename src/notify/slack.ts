/** Messages to a Slack channel through an incoming webhook. */
import { z } from 'zod'
import type { Io } from '../base/io.ts'
import { Secret } from '../base/secret.ts'
import { defineBlock, secret } from '../blocks/define.ts'
import type { Message, Notifier } from './notifier.ts'
import { refused } from './refused.ts'

export const SlackWebhook = z.object({
  url: secret().describe('address of the incoming webhook; whoever knows it can post'),
  timeoutMs: z.int().positive().default(10_000).describe('how long one delivery may take, in milliseconds'),
})

export type SlackWebhookSettings = z.output<typeof SlackWebhook>

export const slackWebhook = defineBlock({
  slug: 'slack-webhook',
  shortName: 'slack',
  schema: SlackWebhook,
  open: openSlack,
})

/** Slack shows at most 40,000 characters of a text and refuses nothing below that; a message is cut well before. */
const TEXT_LENGTH = 12_000

export function openSlack(settings: SlackWebhookSettings, io: Io = {}): Notifier {
  const who = 'the Slack webhook'
  return {
    async send(message: Message): Promise<void> {
      const [{ IncomingWebhook }, { fetch: undiciFetch }] = await Promise.all([
        import('@slack/webhook'),
        import('undici'),
      ])
      const url = settings.url.reveal()
      const secrets = [settings.url, new Secret(pathOf(url))]
      let retryAfterMs: number | undefined
      const dispatcher = io.dispatcher
      const webhook = new IncomingWebhook(url, {
        timeout: settings.timeoutMs,
        fetch: (async (address: string, init: RequestInit) => {
          // undici's own fetch takes our dispatcher; the global one would refuse it
          const answer =
            dispatcher === undefined
              ? await fetch(address, init)
              : await undiciFetch(address, { ...(init as object), dispatcher })
          const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
          if (Number.isFinite(seconds)) retryAfterMs = seconds * 1_000
          return answer
        }) as unknown as typeof fetch,
      })
      try {
        await webhook.send({ text: slackText(message) })
      } catch (error) {
        const { statusCode, body, original } = error as { statusCode?: number; body?: string; original?: Error }
        throw refused({
          who,
          reason: body ?? causeText(original ?? (error as Error)),
          retryAfterMs,
          secrets,
          ...(statusCode === undefined ? {} : { status: statusCode }),
        })
      }
    },
  }
}

/** Slack's own markup: the subject bold on a line of its own. */
export function slackText({ subject, body }: Message): string {
  return (subject === '' ? body : `*${subject}*\n${body}`).slice(0, TEXT_LENGTH)
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url
}

/** "fetch failed" says nothing; what it was caused by does. */
function causeText(error: Error): string {
  return error.cause instanceof Error ? causeText(error.cause) : error.message
}
