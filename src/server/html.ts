/** HTML that escapes what is put into it. `raw` is for text that is HTML already. */
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Nothing to show. */
export const NOTHING = raw('')

export { html, raw }
