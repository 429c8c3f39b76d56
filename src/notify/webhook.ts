/** Messages to any HTTP address: method, JSON or form body, headers, cookies and parameters are templates. */
import { z } from 'zod'
import { ConfigError } from '../base/errors.ts'
import type { Io } from '../base/io.ts'
import { Secret } from '../base/secret.ts'
import { defineBlock, secret } from '../blocks/define.ts'
import { HttpAddress } from '../http/http-address.ts'
import type { Message, Notifier } from './notifier.ts'
import { refused } from './refused.ts'
import { checkPlaceholders, resolveTemplate } from './template.ts'

const Texts = z.record(z.string(), z.string())

export const CustomWebhook = z.object({
  name: z.string().default('').describe('what {{name}} stands for'),
  url: HttpAddress.describe('may hold placeholders'),
  method: z.enum(['POST', 'PUT', 'PATCH', 'GET', 'DELETE']).default('POST'),
  jsonData: z.json().optional().describe('the body as JSON; texts in it may hold placeholders'),
  formData: Texts.optional().describe('the body as a form instead'),
  params: Texts.optional().describe('query parameters'),
  headers: Texts.optional(),
  cookies: Texts.optional(),
  secrets: z.record(z.string(), secret()).default({}).describe('each key is a placeholder'),
  timeoutMs: z.int().positive().default(10_000).describe('how long one delivery may take, in milliseconds'),
})

export type CustomWebhookSettings = z.output<typeof CustomWebhook>

export const customWebhook = defineBlock({
  slug: 'custom-webhook',
  shortName: 'webhook',
  schema: CustomWebhook,
  open: openWebhook,
})

const BUILT_IN = ['subject', 'body', 'name']

/** @throws ConfigError `config/block-invalid` when a placeholder has no value, or both kinds of body are given */
export function openWebhook(settings: CustomWebhookSettings, io: Io = {}): Notifier {
  const { url, jsonData, formData, params, headers, cookies } = settings
  const template = { url, jsonData, formData, params, headers, cookies }
  checkPlaceholders(template, [...BUILT_IN, ...Object.keys(settings.secrets)])
  if (jsonData !== undefined && formData !== undefined) {
    throw new ConfigError('config/block-invalid', 'a webhook block has both jsonData and formData', {
      hint: 'keep one of the two',
    })
  }
  const secrets = Object.values(settings.secrets)
  const revealed = Object.fromEntries(Object.entries(settings.secrets).map(([key, value]) => [key, value.reveal()]))
  const who = `the webhook${settings.name === '' ? '' : ` "${settings.name}"`}`

  return {
    async send({ subject, body }: Message): Promise<void> {
      const { request } = await import('undici')
      const resolved = resolveTemplate(template, { ...revealed, subject, body, name: settings.name }) as typeof template
      const address = new URL(resolved.url)
      for (const [key, value] of Object.entries(resolved.params ?? {})) address.searchParams.set(key, value)
      const timeout = AbortSignal.timeout(settings.timeoutMs)
      const signal = io.signal === undefined ? timeout : AbortSignal.any([timeout, io.signal])
      const answer = await request(address, {
        method: settings.method,
        headers: { ...contentType(resolved), ...cookieHeader(resolved.cookies), ...resolved.headers },
        body: bodyText(resolved),
        signal,
        ...(io.dispatcher === undefined ? {} : { dispatcher: io.dispatcher }),
      }).catch((error: Error) => {
        throw refused({
          who,
          reason: error.message,
          secrets: [...secrets, new Secret(address.pathname + address.search)],
        })
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 200 && answer.statusCode < 300) return
      const retryAfter = Number(answer.headers['retry-after'] ?? Number.NaN)
      throw refused({
        who,
        status: answer.statusCode,
        reason: text,
        secrets,
        retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined,
      })
    },
  }
}

type Resolved = Pick<CustomWebhookSettings, 'jsonData' | 'formData'>

function contentType({ jsonData, formData }: Resolved): Record<string, string> {
  if (jsonData !== undefined) return { 'content-type': 'application/json' }
  return formData === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
}

function cookieHeader(cookies: Record<string, string> | undefined): Record<string, string> {
  if (cookies === undefined) return {}
  return {
    cookie: Object.entries(cookies)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('; '),
  }
}

function bodyText({ jsonData, formData }: Resolved): string | null {
  if (jsonData !== undefined) return JSON.stringify(jsonData)
  return formData === undefined ? null : new URLSearchParams(formData).toString()
}
