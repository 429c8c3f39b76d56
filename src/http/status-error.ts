/** An answer that is a refusal, as an error with the server's own words and what to do next. */
import { HttpError } from '../base/errors.ts'
import { readText } from './body-text.ts'
import { htmlGist } from './login-page.ts'
import type { OpenAnswer, Sender } from './request.ts'
import { retryAfterMs } from './retry-after.ts'
import { serverMessage, type ServerMessage } from './server-message.ts'

/** What more of a refusal is read; its first words say what matters. */
const LONGEST_BODY = 256 * 1024

/** Reads the body, so that the connection is free again. */
export async function statusError(answer: OpenAnswer, sender: Sender): Promise<HttpError> {
  const { asked, status, headers } = answer
  const body = answer.mask(await readText(answer.body, LONGEST_BODY))
  const { text, code } = refusal(body, headers['content-type'] ?? '')
  const reason = text === undefined ? '' : `: ${text}`
  const details = {
    url: asked.url,
    method: asked.method,
    status,
    ...(text === undefined ? {} : { serverMessage: text }),
    ...(code === undefined ? {} : { serverCode: code }),
  }
  const message = `${asked.method} ${asked.url} answered ${status}${code === undefined ? '' : ` (${code})`}${reason}`
  // a 400 that names a scheme is about the credentials: DHIS2 says so to a token of wrong form (quirks.md D2-003)
  if (status === 401 || (status === 400 && headers['www-authenticate'] !== undefined)) {
    return new HttpError('http/auth', message, { hint: signInHint(status), details })
  }
  return new HttpError('http/status', message, {
    hint: statusHint(status, asked.host),
    retryable: isRetryable(status),
    retryAfterMs: retryAfterMs(headers['retry-after'], sender.clock.now()),
    details,
  })
}

export function redirectError(answer: OpenAnswer, sender: Sender): HttpError {
  const { asked, status, headers } = answer
  const location = answer.mask(headers['location'] ?? '')
  const target = URL.canParse(location, sender.baseUrl.href) ? new URL(location, sender.baseUrl) : undefined
  const details = { url: asked.url, method: asked.method, status, location }
  if (target !== undefined && sender.isLoginPath(target.pathname)) {
    const message = `${asked.method} ${asked.url} was sent to the login page (${status} to ${target.pathname})`
    return new HttpError('http/auth', message, {
      hint: 'the server does not take this kind of credentials, or none were given: check the saved block',
      details,
    })
  }
  return new HttpError(
    'http/redirect',
    `${asked.method} ${asked.url} answered ${status}: it has moved to "${location}"`,
    {
      hint: 'redirects are not followed, for they turn a POST into a GET: use the new address as the base address',
      details,
    },
  )
}

function refusal(body: string, contentType: string): ServerMessage {
  if (/html/i.test(contentType) || /^\s*<(!doctype|html)/i.test(body)) return { text: htmlGist(body), code: undefined }
  try {
    return serverMessage(JSON.parse(body))
  } catch {
    // plain text, XML or a JSON that was cut: its first words say what matters
    return serverMessage(body)
  }
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}

function signInHint(status: number): string {
  return status === 400
    ? 'the token is malformed: copy it again, whole and without blanks'
    : 'the credentials are refused: is the password right, has the token expired, may it be used for this method?'
}

function statusHint(status: number, host: string): string {
  if (status === 403) return 'the account is known but may not do this: ask for the authority, or use another account'
  if (status === 404) return 'nothing is at this address: check the base address and the name of what was asked for'
  if (status === 413) return 'the body is too large for the server or a proxy before it: send less at once'
  if (status === 414) return 'the address is too long for the server or a proxy before it: ask for less at once'
  if (status === 429) return `${host} asks for fewer requests: lower perSecond or atOnce`
  if (status === 502 || status === 503 || status === 504)
    return `${host} is down, starting or overloaded: try again later`
  if (status >= 500) return `the server failed on this request: its own log at ${host} says why`
  return 'the server refuses the request as it is: its message says why'
}
