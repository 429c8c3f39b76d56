import { describe, expect, it } from 'vitest'
import { maskTexts, parseBaseUrl, requestUrl, shownUrl } from '../../src/http/url.ts'

describe('the address of a request', () => {
  it('stands below the whole base address, whatever slashes there are', () => {
    const base = parseBaseUrl('https://host.test/dhis/api')

    expect(requestUrl(base, '/me').href).toBe('https://host.test/dhis/api/me')
    expect(requestUrl(base, 'me').href).toBe('https://host.test/dhis/api/me')
    expect(requestUrl(parseBaseUrl('https://host.test'), 'me').href).toBe('https://host.test/me')
  })

  it('repeats a parameter for each item of a list and leaves out what is undefined', () => {
    const url = requestUrl(parseBaseUrl('https://host.test'), 'x', {
      filter: ['a:eq:1', 'b:like:ö &'],
      page: 2,
      paging: false,
      nothing: undefined,
    })

    expect(url.searchParams.getAll('filter')).toEqual(['a:eq:1', 'b:like:ö &'])
    expect(url.search).toBe('?filter=a%3Aeq%3A1&filter=b%3Alike%3A%C3%B6+%26&page=2&paging=false')
  })

  it('may be an address of its own', () => {
    expect(requestUrl(parseBaseUrl('https://host.test/api'), 'http://other.test/file').href).toBe(
      'http://other.test/file',
    )
  })

  it.each(['host.test', 'ftp://host.test', '', 'https://'])('refuses "%s" as a base', (text) => {
    expect(() => parseBaseUrl(text)).toThrow(expect.objectContaining({ code: 'config/params' }))
  })

  it('refuses a base with a password in it, without showing it', () => {
    const parse = () => parseBaseUrl('https://admin:topsecret@host.test/')

    expect(parse).toThrow(expect.objectContaining({ code: 'config/params' }))
    expect(parse).not.toThrow(/topsecret/)
  })

  it('is shown readable, without secrets, and not longer than a reader reads', () => {
    const url = requestUrl(parseBaseUrl('https://host.test'), 'x', { q: 'a b', key: 's3cr3t+/=' })

    expect(shownUrl(url, ['s3cr3t+/='])).toBe('https://host.test/x?q=a b&key=***')
    expect(shownUrl(requestUrl(url, 'x', { ids: 'i'.repeat(5_000) }), []).length).toBeLessThan(310)
  })

  it('hides a secret in its plain and in its percent-encoded form', () => {
    expect(maskTexts('a/b+c and a%2Fb%2Bc', ['a/b+c', ''])).toBe('*** and ***')
  })
})
