/**
 * One way to talk to an API: a time limit on every call, no redirect followed in silence, the content type checked,
 * a status turned into an error with the server's own words, the body into rows by a schema.
 *
 * It covers blips (a dropped connection, a 429 or 503 that asks for a short pause) for requests that may be sent
 * twice. An outage is for whoever calls: the errors say `retryable` and `retryAfterMs`.
 */
import type { Dispatcher } from 'undici'
import { systemClock } from '../base/clock.ts'
import type { Io } from '../base/io.ts'
import { readAnswer } from './answer.ts'
import { authHeaders, secretTexts, type HttpAuth } from './auth.ts'
import { createCookieJar } from './cookies.ts'
import type { HttpAnswer, HttpRequest, HttpStream } from './http-request.ts'
import { isLoginPage } from './login-page.ts'
import { createGate } from './rate.ts'
import { sendOnce, type Sender } from './request.ts'
import { retryBlips } from './retry.ts'
import { streamAnswer } from './stream.ts'
import { parseBaseUrl } from './url.ts'

export type { HttpAuth } from './auth.ts'
export type { HttpAnswer, HttpRequest, HttpStream } from './http-request.ts'

export interface HttpSettings {
  readonly baseUrl: string
  readonly auth?: HttpAuth | undefined
  /** Of every request that names no other; 60 s unless said otherwise. */
  readonly timeoutMs?: number | undefined
  /** How many requests may be under way at once; 4 unless said otherwise. */
  readonly atOnce?: number | undefined
  /** How many requests may start in any one second. */
  readonly perSecond?: number | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether a redirect to this path leads to a login page. */
  readonly isLoginPath?: ((path: string) => boolean) | undefined
  /** Keeps the session cookie of the server, so that one client is one session there. */
  readonly keepCookies?: boolean | undefined
}

export interface HttpClient {
  /** @throws HttpError */
  send<T>(request: HttpRequest<T> & { readonly allowEmpty: true }): Promise<HttpAnswer<T | undefined>>
  send<T>(request: HttpRequest<T>): Promise<HttpAnswer<T>>
  /** The body as it comes. Its content type is checked against `accept`; nothing is parsed. @throws HttpError */
  stream(request: Omit<HttpRequest, 'schema' | 'allowEmpty'>): Promise<HttpStream>
  /**
   * Closes the connections; what is still under way is given up, and so is a stream that nobody read to its end. A
   * client that is not closed does not keep the process alive.
   */
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_AT_ONCE = 4

/** @throws ConfigError `config/params` for a base address that is none, or that holds a password */
export function createHttpClient(settings: HttpSettings, io: Io = {}): HttpClient {
  const clock = io.clock ?? systemClock
  const gate = createGate({ atOnce: settings.atOnce ?? DEFAULT_AT_ONCE, perSecond: settings.perSecond })
  let own: Promise<Dispatcher> | undefined

  const sender: Omit<Sender, 'signal'> = {
    baseUrl: parseBaseUrl(settings.baseUrl),
    authHeaders: settings.auth === undefined ? {} : authHeaders(settings.auth),
    secrets: settings.auth === undefined ? [] : secretTexts(settings.auth),
    headers: settings.headers ?? {},
    timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    isLoginPath: settings.isLoginPath ?? isLoginPage,
    cookies: settings.keepCookies === true ? createCookieJar() : undefined,
    clock,
    dispatcher: () => {
      if (io.dispatcher !== undefined) return Promise.resolve(io.dispatcher)
      own ??= openAgent()
      return own
    },
  }

  /**
   * One request with its blips: each try waits for its turn, none holds its place while it waits for the server.
   *
   * The lent signal is asked for now: a client outlives the task that opened it, and answers for whoever calls it.
   */
  function withBlips<A>(request: HttpRequest, attempt: (sender: Sender) => Promise<A>): Promise<A> {
    const lent = io.signal
    const signal = request.signal ?? lent
    const once = () => gate(() => attempt({ ...sender, signal: lent }), signal)
    const idempotent = request.idempotent ?? (request.method ?? 'GET') === 'GET'
    return idempotent ? retryBlips(once, { clock, random: io.random, signal, log: io.log }) : once()
  }

  return {
    send<T>(request: HttpRequest<T>): Promise<HttpAnswer<T>> {
      return withBlips(request, async (asked) => readAnswer(request, await sendOnce(asked, request)))
    },
    stream(request) {
      return withBlips(request, (asked) => streamAnswer(asked, request))
    },
    async close() {
      const dispatcher = await own
      own = undefined
      await dispatcher?.destroy()
    },
  }
}

/**
 * undici takes tens of milliseconds to load, so that the first request loads it and not the import of a connector.
 * Its own time limits are off: the limit of the request is the only one, and it is exact.
 */
async function openAgent(): Promise<Dispatcher> {
  const { Agent } = await import('undici')
  return new Agent({ headersTimeout: 0, bodyTimeout: 0 })
}
