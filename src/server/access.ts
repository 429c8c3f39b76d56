/**
 * Who may do what. A server that only this machine can reach is open to whoever sits at it; every other one wants a token
 * from each caller, and so does this one when tokens are set.
 *
 * A browser trades its token for a signed cookie; programs send `Authorization: Bearer …`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock } from '../base/clock.ts'
import { DAY } from '../base/duration.ts'
import { ConfigError } from '../base/errors.ts'
import type { Settings } from '../base/settings.ts'
import { isLoopback } from '../project/listen.ts'
import type { Ask, Env, Role } from './desk.ts'

export interface Access {
  /** By role; null where there is no token of it. */
  readonly tokens: Readonly<Record<Role, string | null>>
  /** Names that a request may be addressed to; null for any. */
  readonly hosts: ReadonlySet<string> | null
}

const COOKIE = 'd2flow_session'
const SESSION_MS = 7 * DAY
const TOKEN_LENGTH = 16

/**
 * @throws ConfigError `config/setting` when others can reach the server and no token is set, when a token is too short to
 *   be one, or its file cannot be read
 */
export function accessFor(host: string, settings: Settings): Access {
  const write = settings.serverToken ?? fromFile(settings.serverTokenFile)
  const read = settings.serverReadToken ?? null
  for (const token of [write, read]) {
    if (token !== null && token.length < TOKEN_LENGTH) {
      throw new ConfigError('config/setting', `the token of the server has ${token.length} characters`, {
        hint: `give it at least ${TOKEN_LENGTH}, for example: openssl rand -hex 24`,
      })
    }
  }
  const guarded = write !== null || read !== null
  if (!guarded && !isLoopback(host)) {
    throw new ConfigError('config/setting', `others can reach ${host}, and no token is set`, {
      hint: 'set D2FLOW_TOKEN or D2FLOW_TOKEN_FILE (and D2FLOW_READ_TOKEN for those who only look), or leave --host out',
    })
  }
  // an open server answers only to the names of this machine: a page elsewhere cannot reach it through a name of its own
  return { tokens: { write, read }, hosts: guarded ? null : new Set(['localhost', '127.0.0.1', '[::1]', host]) }
}

/** Gives each request its role, or sends it to the door. */
export function guard(access: Access, clock: Clock): MiddlewareHandler<Env> {
  const isOpen = access.tokens.write === null && access.tokens.read === null
  return async (ask, next) => {
    if (access.hosts !== null && !access.hosts.has(hostNameOf(ask))) {
      return ask.text('This server answers only to the names of its own machine.\n', 421)
    }
    const role = isOpen ? 'write' : (roleOfBearer(ask, access) ?? roleOfCookie(ask, access, clock.now()))
    if (role === null && !isPublic(ask.req.path)) {
      if (ask.req.path.startsWith('/api/')) {
        ask.header('www-authenticate', 'Bearer')
        return ask.json(
          {
            error: { code: 'server/sign-in', message: 'this needs a token', hint: 'send Authorization: Bearer TOKEN' },
          },
          401,
        )
      }
      return ask.redirect(`/login?to=${encodeURIComponent(ask.req.path)}`, 303)
    }
    ask.set('role', role ?? 'read')
    ask.set('signedIn', !isOpen && role !== null)
    const changes = ask.req.method !== 'GET' && ask.req.method !== 'HEAD'
    if (changes && role !== 'write' && !MAY_ALWAYS.has(ask.req.path)) {
      if (ask.req.path.startsWith('/api/')) {
        return ask.json(
          {
            error: {
              code: 'server/read-only',
              message: 'this token may look, not change',
              hint: 'use the token that may write',
            },
          },
          403,
        )
      }
      return ask.text('You may look, not change.\n', 403)
    }
    await next()
    return undefined
  }
}

/** The role of a token that was typed, with its cookie set; null for one that is none. */
export function signIn(ask: Ask, access: Access, token: string, now: Date): Role | null {
  const role = roleOf(token, access)
  if (role === null) return null
  const until = now.getTime() + SESSION_MS
  setCookie(ask, COOKIE, `${role}.${until}.${signature(access, role, until)}`, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: SESSION_MS / 1_000,
    secure: new URL(ask.req.url).protocol === 'https:',
  })
  return role
}

export function signOut(ask: Ask): void {
  deleteCookie(ask, COOKIE, { path: '/' })
}

/** What needs no token: the door itself, and how it looks. */
function isPublic(path: string): boolean {
  return path === '/login' || path.startsWith('/assets/')
}

/** What changes nothing of anybody else's. */
const MAY_ALWAYS = new Set(['/login', '/logout', '/theme'])

function roleOfBearer(ask: Context<Env>, access: Access): Role | null {
  const [, token] = /^Bearer (.+)$/.exec(ask.req.header('authorization') ?? '') ?? []
  return token === undefined ? null : roleOf(token, access)
}

function roleOfCookie(ask: Context<Env>, access: Access, now: Date): Role | null {
  const [role = '', until = '', sent = ''] = (getCookie(ask, COOKIE) ?? '').split('.')
  if (role !== 'write' && role !== 'read') return null
  if (access.tokens[role] === null || !(Number(until) > now.getTime())) return null
  return isSame(sent, signature(access, role, Number(until))) ? role : null
}

function roleOf(token: string, { tokens }: Access): Role | null {
  if (tokens.write !== null && isSame(token, tokens.write)) return 'write'
  if (tokens.read !== null && isSame(token, tokens.read)) return 'read'
  return null
}

/** Made with the token itself: a token that was changed signs everybody out. */
function signature({ tokens }: Access, role: Role, until: number): string {
  return createHmac('sha256', tokens[role] ?? '')
    .update(`${role}.${until}`)
    .digest('base64url')
}

/** In the same time whatever they have in common. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function hostNameOf(ask: Context<Env>): string {
  const host = ask.req.header('host') ?? new URL(ask.req.url).host
  return host.replace(/:\d+$/, '')
}

function fromFile(path: string | undefined): string | null {
  if (path === undefined) return null
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError('config/setting', `the token file "${path}" cannot be read`, {
      hint: 'check its name and who may read it',
      cause,
    })
  }
}
