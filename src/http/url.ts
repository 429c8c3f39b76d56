/** Addresses: the base that is checked once, the address of a request, and the form of it that may be shown. */
import { ConfigError } from '../base/errors.ts'
import type { Query } from './http-request.ts'

/**
 * A base address, with a path that ends in "/".
 *
 * @throws ConfigError `config/params` when it is not http(s), or holds a user name or password
 */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const shown = url?.password ? 'the base address' : `"${text}"`
    throw new ConfigError('config/params', `${shown} is not an address that begins with http:// or https://`, {
      hint: 'write it like https://dhis2.example.org',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('config/params', `the base address of ${url.host} holds a user name or password`, {
      hint: 'leave them out of the address and give them as fields of their own',
    })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  url.hash = ''
  url.search = ''
  return url
}

/** The address of a request: `path` below the base, or an absolute address, with the query added to it. */
export function requestUrl(base: URL, path: string, query: Query = {}): URL {
  const url = /^https?:\/\//i.test(path) ? new URL(path) : new URL(base.pathname + path.replace(/^\/+/, ''), base)
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  return url
}

/** Long enough to tell requests apart, short enough to read. */
const SHOWN_LENGTH = 120

/** The address for messages: no credentials, readable, cut when it is long. */
export function shownUrl(url: URL, secrets: readonly string[]): string {
  const query = url.search === '' ? '' : `?${readable(url.search.slice(1))}`
  const text = maskTexts(`${url.origin}${url.pathname}${query}`, secrets)
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`
}

/** `text` with every secret replaced by `***`, in its plain and its percent-encoded form. */
export function maskTexts(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((masked, secret) => masked.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'), text)
}

function readable(query: string): string {
  try {
    return decodeURIComponent(query.replaceAll('+', ' '))
  } catch {
    // a lone percent sign: the encoded form is readable enough
    return query
  }
}
