/** One request and the head of its answer. Nothing is retried here and no body is read but that of a refusal. */
import { gzip as gzipCallback } from 'node:zlib'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { Dispatcher } from 'undici'
import type { Clock } from '../base/clock.ts'
import { HttpError } from '../base/errors.ts'
import type { CookieJar } from './cookies.ts'
import { startDeadline, TIME_UP, type Deadline } from './deadline.ts'
import { decompressed } from './decompress.ts'
import type { HttpHeaders, HttpRequest } from './http-request.ts'
import { networkError, timeoutError, type Asked } from './network-error.ts'
import { redirectError, statusError } from './status-error.ts'
import { maskTexts, requestUrl, shownUrl } from './url.ts'

const gzip = promisify(gzipCallback)

/** What a client knows about every request it sends. */
export interface Sender {
  readonly baseUrl: URL
  readonly authHeaders: Readonly<Record<string, string>>
  /** Texts that no message may hold. */
  readonly secrets: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly isLoginPath: (path: string) => boolean
  readonly cookies: CookieJar | undefined
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  dispatcher(): Promise<Dispatcher>
}

/** An answer whose status is fine and whose body is still on its way. */
export interface OpenAnswer {
  readonly asked: Asked
  readonly status: number
  readonly headers: HttpHeaders
  /** What the server says, without the secrets that it may repeat. */
  readonly mask: (text: string) => string
  /** Decompressed. Errors while reading are ours. */
  readonly body: AsyncIterable<Uint8Array>
  /** Still running; whoever reads the body stops it. */
  readonly deadline: Deadline
}

/** @throws HttpError for no answer, a redirect, or a status that is neither 2xx nor accepted */
export async function sendOnce(sender: Sender, request: HttpRequest): Promise<OpenAnswer> {
  const method = request.method ?? 'GET'
  const url = requestUrl(sender.baseUrl, request.path, request.query)
  const asked: Asked = { method, url: shownUrl(url, sender.secrets), host: url.host }
  const limitMs = request.timeoutMs ?? sender.timeoutMs
  const { headers, body } = await outgoing(sender, request, url)
  const [{ request: undiciRequest }, dispatcher] = await Promise.all([import('undici'), sender.dispatcher()])

  const deadline = startDeadline(limitMs, [request.signal, sender.signal])
  const fail = (thrown: unknown): never => {
    deadline.stop()
    throw asOurs(thrown, asked, limitMs, deadline.signal)
  }
  try {
    deadline.signal.throwIfAborted()
    const answer = await undiciRequest(url, { method, headers, body, dispatcher, signal: deadline.signal })
    // a body that is left early reports it as an error event as well: whoever left it knows
    answer.body.on('error', () => {})
    sender.cookies?.keep(answer.headers['set-cookie'])
    const open: OpenAnswer = {
      asked,
      status: answer.statusCode,
      headers: flatHeaders(answer.headers),
      mask: (text) => maskTexts(text, sender.secrets),
      body: guarded(decompressed(answer.body, answer.headers['content-encoding']), (thrown) =>
        asOurs(thrown, asked, limitMs, deadline.signal),
      ),
      deadline,
    }
    if (open.status >= 300 && open.status < 400 && open.status !== 304) {
      await answer.body.dump()
      throw redirectError(open, sender)
    }
    const fine = open.status >= 200 && open.status < 300
    if (!fine && request.alsoAccept?.includes(open.status) !== true) throw await statusError(open, sender)
    return open
  } catch (thrown) {
    return fail(thrown)
  }
}

type Outgoing = { readonly headers: Record<string, string>; readonly body: string | Uint8Array | Readable | null }

async function outgoing(sender: Sender, request: HttpRequest, url: URL): Promise<Outgoing> {
  const own = url.origin === sender.baseUrl.origin
  const cookie = own ? sender.cookies?.header() : undefined
  const headers: Record<string, string> = {
    accept: request.accept ?? 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'd2flow',
    // another origin is a stranger: it gets neither the credentials nor what else is meant for the server
    ...(own ? lowerCase(sender.headers) : {}),
    ...(own ? sender.authHeaders : {}),
    ...(cookie === undefined ? {} : { cookie }),
    ...lowerCase(request.headers ?? {}),
  }
  const { body } = request
  if (body === undefined) return { headers, body: null }
  const raw = typeof body === 'string' || body instanceof Uint8Array || isStream(body)
  const contentType = request.contentType ?? (raw ? undefined : 'application/json')
  if (contentType !== undefined) headers['content-type'] = contentType
  const plain = raw ? body : JSON.stringify(body)
  if (request.gzip !== true || isStream(plain)) return { headers, body: plain as Outgoing['body'] }
  headers['content-encoding'] = 'gzip'
  return { headers, body: await gzip(plain) }
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

async function* guarded(
  body: AsyncIterable<Uint8Array>,
  asOurError: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (thrown) {
    throw asOurError(thrown)
  }
}

/** Whoever aborted gets their own reason back; our own errors stay as they are; the rest is the network. */
function asOurs(thrown: unknown, asked: Asked, limitMs: number, signal: AbortSignal): unknown {
  if (thrown instanceof HttpError) return thrown
  if (signal.aborted) return signal.reason === TIME_UP ? timeoutError(asked, limitMs) : signal.reason
  return networkError(asked, thrown)
}
