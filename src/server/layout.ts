/** The frame of every page: where one is, where one can go, and the search. */
import { getCookie } from 'hono/cookie'
import type { Ask } from './desk.ts'
import { html, raw, type Html } from './html.ts'

export interface Page {
  readonly title: string
  /** The entry of the menu it belongs to, by its address. */
  readonly under: string
  readonly body: Html
  /** The stream that tells when to look again; none for a page that stays as it is. */
  readonly live?: string
  /** What of the stream the page has seen; default the store's revision when it was asked for. */
  readonly known?: string
  readonly status?: 200 | 400 | 401 | 403 | 404 | 409 | 422 | 500
}

const MENU = [
  ['/', 'Today'],
  ['/runs', 'Runs'],
  ['/deployments', 'Deployments'],
  ['/flows', 'Flows'],
  ['/artifacts', 'Artifacts'],
  ['/blocks', 'Blocks'],
  ['/variables', 'Variables'],
  ['/limits', 'Limits'],
  ['/events', 'Events'],
] as const

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const THEME_COOKIE = 'd2flow_theme'

/** The page as an answer. */
export async function show(ask: Ask, page: Page): Promise<Response> {
  return ask.html(await document(ask, page), page.status ?? 200)
}

/** To another page, after something was done. */
export function goTo(ask: Ask, path: string): Response {
  return ask.redirect(path, 303)
}

function document(ask: Ask, { title, under, body, live, known = ask.get('revision') }: Page): Html {
  const { version, project } = ask.get('desk')
  const theme = themeOf(ask)
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return html`<!doctype html>
<html lang="en"${theme === 'system' ? '' : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'system' ? 'light dark' : theme}">
<title>${title} · d2flow</title>
<link rel="stylesheet" href="/assets/style.css">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<script src="/assets/page.js" defer></script>
</head>
<body${live === undefined ? '' : html` data-live="${live}?known=${encodeURIComponent(known)}"`}>
<a class="skip" href="#main">To the content</a>
<header class="top">
  <a class="brand" href="/">${LOGO}<span>d2flow</span></a>
  <nav aria-label="Pages"><ul>${MENU.map(
    ([path, name]) => html`<li><a href="${path}" ${path === under ? raw(' aria-current="page"') : ''}>${name}</a></li>`,
  )}</ul></nav>
  <form class="search" action="/search" role="search">
    <input type="search" name="q" aria-label="Search runs, flows, deployments and artifacts" placeholder="Search ( / )" autocomplete="off">
  </form>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer class="bottom">
  <span>d2flow ${version}</span>
  <span class="soft">${project.store.address}</span>
  <span class="soft">Times in <span data-zone>UTC</span></span>
  <form method="post" action="/theme"><input type="hidden" name="back" value="${ask.req.path}">
    <button class="plain" name="theme" value="${next}">Appearance: ${theme}</button></form>
  ${ask.get('signedIn') ? html`<form method="post" action="/logout"><button class="plain">Sign out</button></form>` : ''}
</footer>
</body>
</html>
`
}

export function themeOf(ask: Ask): Theme {
  const chosen = getCookie(ask, THEME_COOKIE)
  return THEMES.find((theme) => theme === chosen) ?? 'system'
}

const LOGO = raw(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h7a7 7 0 0 1 0 14H4z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><circle cx="19.5" cy="12" r="2.2" fill="currentColor"/></svg>',
)
