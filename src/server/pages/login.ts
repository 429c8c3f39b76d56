/** The door of a server that wants a token. */
import type { Access } from '../access.ts'
import { signIn, signOut } from '../access.ts'
import type { Ask } from '../desk.ts'
import { typedText } from '../forms/typed-text.ts'
import { html, NOTHING } from '../html.ts'
import { goTo } from '../layout.ts'

export async function loginPage(ask: Ask, wrong: boolean = false): Promise<Response> {
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Sign in · d2flow</title>
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body class="door">
        <main id="main">
          <form class="card parameters" method="post" action="/login">
            <h1>d2flow</h1>
            ${wrong ? html`<p class="problem" role="alert">That is not a token of this server.</p>` : NOTHING}
            <input type="hidden" name="to" value="${ask.req.query('to') ?? '/'}" />
            <div class="field">
              <label for="token">Token</label
              ><input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
            </div>
            <div class="actions"><button class="main">Sign in</button></div>
          </form>
        </main>
      </body>
    </html>`
  return ask.html(page, wrong ? 401 : 200)
}

export function logIn(access: Access) {
  return async (ask: Ask): Promise<Response> => {
    const sent = await ask.req.formData()
    const role = signIn(ask, access, typedText(sent, 'token'), ask.get('desk').clock.now())
    if (role === null) return await loginPage(ask, true)
    const to = typedText(sent, 'to') || '/'
    // only within this server: "//elsewhere" is an address of somebody else
    return goTo(ask, /^\/(?![/\\])/.test(to) ? to : '/')
  }
}

export function logOut(ask: Ask): Response {
  signOut(ask)
  return goTo(ask, '/login')
}
