/** What the S3 library and undici throw, as our own errors with the service's words. */
import { HttpError } from '../../src/base/errors.ts'
import { networkError, timeoutError } from '../../src/http/network-error.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly host: string
  readonly timeoutMs: number
}

/** Codes of S3 that speak of the key, whatever the status. */
const ABOUT_THE_KEY = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'])

/** Codes of S3 that pass by themselves. */
const PASSING = new Set(['SlowDown', 'RequestTimeout', 'ServiceUnavailable', 'InternalError'])

export function objectStoreError(asked: Asked, error: unknown): unknown {
  const { status, serviceCode, body } = error as { status?: unknown; serviceCode?: unknown; body?: unknown }
  if (typeof status !== 'number') {
    if (error instanceof Error && error.name === 'TimeoutError') return timeoutError(asked, asked.timeoutMs)
    // the library's own refusals of an argument are mistakes in our program, and undici's are about the wire
    if (error instanceof TypeError && error.cause === undefined) return error
    return networkError(asked, error)
  }
  const code = typeof serviceCode === 'string' && serviceCode !== 'Unknown' ? serviceCode : undefined
  const said = typeof body === 'string' ? /<Message>([^<]{1,300})/.exec(body)?.[1] : undefined
  const message = `${asked.method} ${asked.url} answered ${status}${code === undefined ? '' : ` (${code})`}${said === undefined ? '' : `: ${said}`}`
  const details = { url: asked.url, method: asked.method, status, ...(code === undefined ? {} : { serverCode: code }) }
  if (status === 401 || ABOUT_THE_KEY.has(code ?? '')) {
    return new HttpError('http/auth', message, { hint: 'the access key is refused: check the saved block', details })
  }
  if (status >= 300 && status < 400) {
    return new HttpError('http/redirect', message, {
      hint: 'the bucket lives elsewhere: check the endpoint and the region of the block',
      details,
    })
  }
  return new HttpError('http/status', message, {
    hint: hintFor(status, asked.host),
    retryable: status === 408 || status === 429 || status >= 500 || PASSING.has(code ?? ''),
    details,
  })
}

function hintFor(status: number, host: string): string {
  if (status === 403) return 'the access key is known but may not do this: ask for the right on the bucket'
  if (status === 404) return 'check the bucket and the key: a bucket is not made by writing to it'
  if (status === 413) return 'the object is too large for the service or a proxy before it'
  if (status >= 500 || status === 429) return `${host} is overloaded or down: try again later`
  return 'the service refuses the request as it is: its message says why'
}
