/** How to reach a JSON API, and how it wants to be told who asks. */
import { z } from 'zod'
import { secret } from '../../src/blocks/define.ts'
import type { HttpAuth } from '../../src/http/client.ts'
import { HttpAddress } from '../../src/http/http-address.ts'

export const AUTH_TYPES = ['none', 'api-key', 'bearer', 'basic'] as const

export const HttpApiConnection = z
  .object({
    baseUrl: HttpAddress.describe('address that paths are put behind'),
    authType: z
      .enum(AUTH_TYPES)
      .default('none')
      .describe('api-key sends X-API-Key, bearer and basic send Authorization'),
    apiKey: secret().optional().describe('for api-key'),
    token: secret().optional().describe('for bearer'),
    username: z.string().min(1).optional().describe('for basic'),
    password: secret().optional().describe('for basic'),
    timeoutMs: z.int().positive().default(30_000).describe('how long one request may take, in milliseconds'),
  })
  .superRefine((settings, context) => {
    const needed = { none: [], 'api-key': ['apiKey'], bearer: ['token'], basic: ['username', 'password'] } as const
    for (const field of needed[settings.authType]) {
      if (settings[field] === undefined) {
        context.addIssue({ code: 'custom', path: [field], message: `is missing for ${settings.authType}` })
      }
    }
  })

export type HttpApiSettings = z.output<typeof HttpApiConnection>

/** Undefined for an API that asks for nothing. */
export function httpAuth({ authType, apiKey, token, username, password }: HttpApiSettings): HttpAuth | undefined {
  if (authType === 'api-key' && apiKey !== undefined) return { type: 'api-key', key: apiKey }
  if (authType === 'bearer' && token !== undefined) return { type: 'bearer', token }
  if (authType === 'basic' && username !== undefined && password !== undefined) {
    return { type: 'basic', username, password }
  }
  return undefined
}
