/** How a login page gives itself away, by its address or by its HTML. */

/** Whether a path looks like one where people sign in. */
export function isLoginPage(path: string): boolean {
  return /(^|[/_-])(log-?in|sign-?in|sso|auth|authenticate)([/_.?-]|$)/i.test(path)
}

/** Whether an HTML page asks for a password, or says that it is a login page. */
export function isLoginHtml(html: string): boolean {
  return /<input[^>]+type\s*=\s*["']?password/i.test(html) || /\b(log ?in|sign ?in)\b/i.test(htmlTitle(html) ?? '')
}

/** What an HTML page says first: its title, else its first words. For messages only. */
export function htmlGist(html: string): string {
  const title = htmlTitle(html)
  if (title !== undefined) return title
  const words = html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return words.length <= 120 ? words : `${words.slice(0, 120)}…`
}

function htmlTitle(html: string): string | undefined {
  const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1]?.replaceAll(/\s+/g, ' ').trim()
  return title === undefined || title === '' ? undefined : title
}
