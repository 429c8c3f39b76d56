/** The pages and the API of a project, as a Hono app: whoever has a port may serve it, a test asks it directly. */
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { secureHeaders } from 'hono/secure-headers'
import { systemClock, type Clock } from '../base/clock.ts'
import { failureForPrograms } from '../project/run-document.ts'
import type { Project } from '../project/open-project.ts'
import { guard, type Access } from './access.ts'
import { createApi } from './api.ts'
import { asset } from './assets.ts'
import type { Ask, Env } from './desk.ts'
import { typedText } from './forms/typed-text.ts'
import { html, NOTHING } from './html.ts'
import { goTo, show, THEME_COOKIE, THEMES } from './layout.ts'
import { createPulse, liveRun, liveStore } from './live.ts'
import { artifactPage, artifactsPage } from './pages/artifacts.ts'
import { blockForm, blocksPage, createBlock, deleteBlock, newBlockForm, reviseBlock } from './pages/blocks.ts'
import { deploymentPage, deploymentsPage, pauseFromPage, resumeFromPage } from './pages/deployments.ts'
import { eventsPage } from './pages/events.ts'
import { flowPage, flowsPage } from './pages/flows.ts'
import { limitsPage } from './pages/limits.ts'
import { logIn, loginPage, logOut } from './pages/login.ts'
import { actOnMany } from './pages/many-runs.ts'
import { answerFromPage, cancelFromPage, retryFromPage, runAgain } from './pages/run-actions.ts'
import { deploymentRunForm, flowRunForm, startDeployment, startFlow } from './pages/run-form.ts'
import { runLogFile, runPage } from './pages/run.ts'
import { runsPage } from './pages/runs.ts'
import { searchPage } from './pages/search.ts'
import { todayPage } from './pages/today.ts'
import { setVariable, unsetVariable, variablesPage } from './pages/variables.ts'
import { refusalOf } from './refusal.ts'

export interface ServerAppOptions {
  readonly project: Project
  /** From `accessFor`. */
  readonly access: Access
  /** Whether this process also executes runs. Default false: what is asked for waits for a serving process. */
  readonly executes?: boolean
  readonly version?: string
  readonly clock?: Clock
}

export function createServerApp(options: ServerAppOptions): Hono<Env> {
  const { project, access, executes = false, version = '', clock = systemClock } = options
  const pulse = createPulse(project, clock)
  const app = new Hono<Env>()

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      referrerPolicy: 'same-origin',
      // whether there is TLS in front of it is not ours to promise
      strictTransportSecurity: false,
    }),
  )
  app.use(async (ask, next) => {
    ask.set('desk', { project, clock, executes, version })
    await next()
  })
  app.use(guard(access, clock))
  const sameSite = csrf()
  // a program sends neither of these; every browser that posts for another site does
  const isFromBrowser = (ask: Ask) => ['origin', 'sec-fetch-site'].some((name) => ask.req.header(name) !== undefined)
  app.use((ask, next) => (isFromBrowser(ask) ? sameSite(ask, next) : next()))
  app.use(async (ask, next) => {
    ask.header('cache-control', 'no-store')
    if (ask.req.method === 'GET') ask.set('revision', await project.store.revision())
    await next()
  })

  app.get('/assets/:name', asset)
  app.get('/live', liveStore(pulse))
  app.get('/live/runs/:id', liveRun(pulse))
  app.route('/api', createApi())

  app.get('/', todayPage)
  app.get('/search', searchPage)

  app.get('/runs', runsPage)
  app.post('/runs/many', actOnMany)
  app.get('/runs/:id', runPage)
  app.get('/runs/:id/log.txt', runLogFile)
  app.get('/runs/:id/again', runAgain)
  app.post('/runs/:id/cancel', cancelFromPage)
  app.post('/runs/:id/retry', retryFromPage)
  app.post('/runs/:id/answer', answerFromPage)

  app.get('/deployments', deploymentsPage)
  app.get('/deployments/:flow/:name', deploymentPage)
  app.get('/deployments/:flow/:name/run', deploymentRunForm)
  app.post('/deployments/:flow/:name/run', startDeployment)
  app.post('/deployments/:flow/:name/pause', pauseFromPage)
  app.post('/deployments/:flow/:name/resume', resumeFromPage)

  app.get('/flows', flowsPage)
  app.get('/flows/:flow', flowPage)
  app.get('/flows/:flow/run', flowRunForm)
  app.post('/flows/:flow/run', startFlow)

  app.get('/artifacts', artifactsPage)
  app.get('/artifacts/:key', artifactPage)

  app.get('/blocks', blocksPage)
  app.get('/blocks/:type', newBlockForm)
  app.post('/blocks/:type', createBlock)
  app.get('/blocks/:type/:name', blockForm)
  app.post('/blocks/:type/:name', reviseBlock)
  app.post('/blocks/:type/:name/delete', deleteBlock)

  app.get('/variables', (ask) => variablesPage(ask))
  app.post('/variables', setVariable)
  app.post('/variables/unset', unsetVariable)
  app.get('/limits', limitsPage)
  app.get('/events', eventsPage)

  app.get('/login', (ask) => loginPage(ask))
  app.post('/login', logIn(access))
  app.post('/logout', logOut)
  app.post('/theme', (ask) => chooseTheme(ask))

  app.notFound((ask) => (isForPrograms(ask) ? refuseProgram(ask, 404, 'there is nothing here') : showMissing(ask)))
  app.onError((error, ask) => showError(error, ask))
  return app
}

const YEAR_S = 365 * 24 * 60 * 60

async function chooseTheme(ask: Ask): Promise<Response> {
  const sent = await ask.req.formData()
  const theme = THEMES.find((each) => each === sent.get('theme')) ?? 'system'
  const back = typedText(sent, 'back') || '/'
  setCookie(ask, THEME_COOKIE, theme, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: YEAR_S })
  return goTo(ask, /^\/(?![/\\])/.test(back) ? back : '/')
}

async function showMissing(ask: Ask): Promise<Response> {
  return await show(ask, {
    title: 'Not found',
    under: '',
    status: 404,
    body: html`<header class="page"><h1>There is no such page</h1></header>
      <p><a href="/">To the first page</a></p>`,
  })
}

async function showError(error: unknown, ask: Ask): Promise<Response> {
  // what hono and its middleware throw brings its own answer
  if (error instanceof Error && 'getResponse' in error) return (error as { getResponse(): Response }).getResponse()
  const { status, failure, fields } = refusalOf(error)
  if (isForPrograms(ask)) {
    const { code, message, hint } = failureForPrograms(failure)
    return ask.json({ error: { code, message, hint: hint ?? null, fields } }, status)
  }
  return await show(ask, {
    title: failure.message,
    under: '',
    status: status === 503 ? 500 : status,
    body: html`<header class="page"><h1>${status === 404 ? 'Not found' : 'That did not work'}</h1></header>
      <section class="card alarm">
        <p class="lead">${failure.message}</p>
        ${failure.hint === undefined ? NOTHING : html`<p>${failure.hint}</p>`}
        <p class="soft">${failure.code}</p>
      </section>
      <p><a href="/">To the first page</a></p>`,
  })
}

function refuseProgram(ask: Ask, status: 404, message: string): Response {
  return ask.json({ error: { code: 'server/not-found', message, hint: 'see docs/operating.md', fields: null } }, status)
}

function isForPrograms(ask: Ask): boolean {
  return ask.req.path.startsWith('/api/')
}
