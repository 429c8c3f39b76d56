/** How to reach a DHIS2 server, and as whom. */
import { z } from 'zod'
import { Secret } from '../../src/base/secret.ts'
import { defineBlock, parseSettings, secret } from '../../src/blocks/define.ts'
import type { HttpAuth } from '../../src/http/client.ts'
import { isPersonalAccessToken } from './personal-access-token.ts'

export const Dhis2Connection = z
  .object({
    baseUrl: z
      .string()
      .transform((text, context) => {
        const url = normaliseBaseUrl(text)
        if (url !== null) return url
        context.addIssue({
          code: 'custom',
          message:
            'must begin with http:// or https:// and hold neither user name nor password, like https://dhis2.example.org',
        })
        return z.NEVER
      })
      .describe('address of the server, with or without /api'),
    username: z.string().min(1, 'must not be empty').optional().describe('for signing in with a password'),
    password: secret().optional(),
    token: secret()
      .refine((token) => isPersonalAccessToken(token.reveal()), {
        message: 'is no personal access token: its form or its checksum is wrong; copy it again, whole',
      })
      .optional()
      .describe('personal access token, instead of user name and password'),
    bearerToken: secret().optional().describe('OAuth2 or OpenID access token, where the server accepts them'),
    timeoutMs: z.int().positive().default(60_000).describe('how long one request may take, in milliseconds'),
    atOnce: z.int().min(1).max(16).default(4).describe('how many requests may be under way at once'),
  })
  .superRefine((settings, context) => {
    const ways = [
      settings.username !== undefined || settings.password !== undefined,
      settings.token !== undefined,
      settings.bearerToken !== undefined,
    ].filter(Boolean).length
    if (ways !== 1) {
      const message =
        ways === 0
          ? 'is missing: give username and password, or token'
          : 'give one way to sign in only: username and password, or token, or bearerToken'
      context.addIssue({ code: 'custom', path: [ways === 0 ? 'username' : 'token'], message })
      return
    }
    if (settings.username !== undefined && settings.password === undefined) {
      context.addIssue({ code: 'custom', path: ['password'], message: 'is missing beside username' })
    }
    if (settings.password !== undefined && settings.username === undefined) {
      context.addIssue({ code: 'custom', path: ['username'], message: 'is missing beside password' })
    }
  })

/** As a person writes them: secrets may be plain text. */
export type Dhis2Settings = z.input<typeof Dhis2Connection>
/** As they are used: checked, defaults filled in, secrets masked. */
export type CheckedDhis2Settings = z.output<typeof Dhis2Connection>

/** The demo server of the DHIS2 project. Anybody may write there, so nobody should: a fallback is read-only. */
export const DEMO_CONNECTION: Dhis2Settings = {
  baseUrl: 'https://play.im.dhis2.org/dev',
  username: 'admin',
  // published with the demo server: no secret of anybody's
  password: 'district',
}

/** The name of the block type, for ever. */
export const DHIS2_SLUG = 'dhis2-credentials'

/** @throws ConfigError `config/block-invalid` naming each field that does not fit, and no value */
export function checkDhis2Settings(settings: unknown): CheckedDhis2Settings {
  return parseSettings(settingsOnly, settings)
}

/** The block without its client, which itself checks its settings by it. */
const settingsOnly = defineBlock({
  slug: DHIS2_SLUG,
  shortName: 'dhis2',
  schema: Dhis2Connection,
  open: (settings) => settings,
})

export function dhis2Auth(settings: CheckedDhis2Settings): HttpAuth {
  // a token goes by its own scheme; sent as Bearer it is answered with the login page (quirks.md D2-001)
  if (settings.token !== undefined) return { type: 'scheme', scheme: 'ApiToken', token: settings.token }
  if (settings.bearerToken !== undefined) return { type: 'bearer', token: settings.bearerToken }
  return { type: 'basic', username: settings.username ?? '', password: settings.password ?? new Secret('') }
}

/** Without what people copy along: `/api`, `/api/42`, the start page of an app, a slash at the end. */
function normaliseBaseUrl(text: string): string | null {
  const trimmed = text.trim()
  if (!URL.canParse(trimmed)) return null
  const url = new URL(trimmed)
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  const path = url.pathname.replace(/\/(dhis-web-[^/]*|login)(\/.*)?$/, '').replace(/\/api(\/\d+)?\/?$/, '')
  return `${url.origin}${path.replace(/\/+$/, '')}`
}
