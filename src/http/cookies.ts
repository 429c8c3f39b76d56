/** The session cookies of one server, kept for as long as a client lives. Attributes but `Max-Age=0` are not read. */

export interface CookieJar {
  /** The header to send, or undefined when there is none to send. */
  header(): string | undefined
  keep(setCookie: string | readonly string[] | undefined): void
}

export function createCookieJar(): CookieJar {
  const values = new Map<string, string>()
  return {
    header() {
      return values.size === 0 ? undefined : [...values].map(([name, value]) => `${name}=${value}`).join('; ')
    },
    keep(setCookie) {
      for (const line of typeof setCookie === 'string' ? [setCookie] : (setCookie ?? [])) {
        const [pair = '', ...attributes] = line.split(';')
        const at = pair.indexOf('=')
        if (at < 1) continue
        const name = pair.slice(0, at).trim()
        const gone = attributes.some((attribute) => /^\s*max-age\s*=\s*0\s*$/i.test(attribute))
        if (gone) values.delete(name)
        else values.set(name, pair.slice(at + 1).trim())
      }
    },
  }
}
