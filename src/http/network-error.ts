/** What Node and undici throw when no answer came, as our own errors. */
import { HttpError } from '../base/errors.ts'
import { formatDuration } from '../base/duration.ts'

export interface Asked {
  readonly method: string
  /** Fit to be shown. */
  readonly url: string
  readonly host: string
}

/** Codes of a connection that was there and was lost: the same request may well pass at once. */
const DROPPED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'ECONNABORTED'])

export function networkError(asked: Asked, cause: unknown): HttpError {
  const code = errorCode(cause)
  const { what, hint, retryable } = explain(asked.host, code, cause)
  return new HttpError('http/network', `${asked.method} ${asked.url}: ${what}`, {
    hint,
    retryable,
    details: { url: asked.url, method: asked.method, reason: code ?? 'unknown', dropped: DROPPED.has(code ?? '') },
    cause,
  })
}

export function timeoutError(asked: Asked, limitMs: number): HttpError {
  return new HttpError(
    'http/timeout',
    `${asked.method} ${asked.url}: no whole answer within ${formatDuration(limitMs)}`,
    {
      hint: `${asked.host} is slow or busy: ask for less at once, or raise timeoutMs`,
      retryable: true,
      details: { url: asked.url, method: asked.method, timeoutMs: limitMs },
    },
  )
}

function explain(
  host: string,
  code: string | undefined,
  cause: unknown,
): { readonly what: string; readonly hint: string; readonly retryable: boolean } {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      what: `the name of ${host} is not known (${code})`,
      hint: `is "${host}" spelt right, and does this machine reach the network?`,
      retryable: true,
    }
  }
  if (code === 'ECONNREFUSED') {
    return {
      what: `${host} refuses the connection`,
      hint: `nothing listens at ${host}: is the server up, and is the port right?`,
      retryable: true,
    }
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return {
      what: `${host} does not speak https (${code})`,
      hint: `use http:// for ${host}, or the port where it speaks https`,
      retryable: false,
    }
  }
  if (isCertificateCode(code)) {
    return {
      what: `the certificate of ${host} is not accepted (${code})`,
      hint: 'have the certificate renewed, or give its authority to Node by NODE_EXTRA_CA_CERTS',
      retryable: false,
    }
  }
  if (code !== undefined && (DROPPED.has(code) || code.startsWith('UND_ERR') || code.startsWith('HPE_'))) {
    return {
      what: `the connection to ${host} broke off (${code})`,
      hint: `${host} or something on the way to it closed the connection: try again`,
      retryable: true,
    }
  }
  return {
    what: `${host} could not be reached (${code ?? (cause instanceof Error ? cause.message : String(cause))})`,
    hint: `does this machine reach ${host}?`,
    retryable: true,
  }
}

function isCertificateCode(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code)
}

/** A failed connection to a name with several addresses holds one error for each. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code !== '') return code
  if (error instanceof AggregateError) return errorCode(error.errors[0])
  return errorCode(error.cause)
}
