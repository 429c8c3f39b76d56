import { accessFor } from 'd2flow/server'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/base/settings.ts'
import { HERE, servePipeline, type Served } from './given.ts'

const WRITE = 'write-token-0123456789'
const READ = 'read-token-0123456789'

let served: Served | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})

async function guarded(): Promise<Served> {
  served = await servePipeline({ host: '0.0.0.0', environment: { D2FLOW_TOKEN: WRITE, D2FLOW_READ_TOKEN: READ } })
  return served
}

async function signedIn(token: string): Promise<Served & { readonly cookie: string }> {
  const { send, ...rest } = await guarded()
  const answer = await send('/login', { token, to: '/runs' })
  return { send, ...rest, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' }
}

describe('a server that others can reach', () => {
  it('is refused without a token', () => {
    expect(() => accessFor('0.0.0.0', readSettings({}))).toThrow(
      expect.objectContaining({ code: 'config/setting', hint: expect.stringContaining('D2FLOW_TOKEN') }),
    )
  })

  it('is refused with a token that could be guessed', () => {
    expect(() => accessFor('0.0.0.0', readSettings({ D2FLOW_TOKEN: 'hello' }))).toThrow(/5 characters/)
  })

  it('reads its token from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'd2flow-token-'))
    const path = join(folder, 'token')
    writeFileSync(path, `${WRITE}\n`)

    expect(accessFor('0.0.0.0', readSettings({ D2FLOW_TOKEN_FILE: path })).tokens.write).toBe(WRITE)
    expect(() => accessFor('0.0.0.0', readSettings({ D2FLOW_TOKEN_FILE: join(folder, 'none') }))).toThrow(
      expect.objectContaining({ code: 'config/setting' }),
    )
    rmSync(folder, { recursive: true })
  })

  it('sends a browser to the door and a program away', async () => {
    const { ask } = await guarded()

    const page = await ask('/runs')
    const program = await ask('/api/runs')

    expect(page.headers.get('location')).toBe('/login?to=%2Fruns')
    expect(program.status).toBe(401)
    expect(await program.json()).toMatchObject({ error: { code: 'server/sign-in' } })
    expect((await ask('/assets/style.css')).status).toBe(200)
    expect((await ask('/live')).status).toBe(303)
  })

  it('lets a browser in with a signed cookie, until its time is over', async () => {
    const { ask, clock, cookie } = await signedIn(WRITE)

    expect((await ask('/runs', { headers: { cookie } })).status).toBe(200)
    expect((await ask('/runs', { headers: { cookie: cookie.replace('write', 'read') } })).status).toBe(303)
    clock.advance(8 * 24 * 60 * 60_000)
    expect((await ask('/runs', { headers: { cookie } })).status).toBe(303)
  })

  it('keeps the cookie from scripts and from other sites', async () => {
    const { send } = await guarded()

    const right = await send('/login', { token: WRITE, to: '/runs' })
    const wrong = await send('/login', { token: `${WRITE}!`, to: '/runs' })
    const elsewhere = await send('/login', { token: WRITE, to: '//evil.example.org' })

    expect(right.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
    expect(right.headers.get('location')).toBe('/runs')
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('set-cookie')).toBeNull()
    expect(elsewhere.headers.get('location')).toBe('/')
  })

  it('lets those who may only look, look', async () => {
    const { ask, cookie } = await signedIn(READ)
    const headers = { cookie, origin: HERE, 'content-type': 'application/x-www-form-urlencoded' }

    const page = await (await ask('/deployments/pipeline/weekly', { headers })).text()
    const form = await ask('/deployments/pipeline/weekly/pause', { method: 'POST', headers })
    const program = await ask('/api/runs', {
      method: 'POST',
      body: '{"flow":"failing"}',
      headers: { authorization: `Bearer ${READ}`, 'content-type': 'application/json' },
    })

    expect(page).not.toContain('<button>Pause</button>')
    expect([form.status, program.status]).toEqual([403, 403])
    expect(await served?.project.store.runs.list()).toEqual([])
  })

  it('takes a bearer token from a program', async () => {
    const { ask } = await guarded()

    expect((await ask('/api/runs', { headers: { authorization: `Bearer ${WRITE}` } })).status).toBe(200)
    expect((await ask('/api/runs', { headers: { authorization: 'Bearer nonsense-0123456789' } })).status).toBe(401)
  })
})

describe('a server of this machine', () => {
  it('answers only to the names of this machine', async () => {
    served = await servePipeline()

    expect((await served.ask('/runs', { headers: { host: 'evil.example.org:4200' } })).status).toBe(421)
    expect((await served.ask('/runs', { headers: { host: 'localhost:4200' } })).status).toBe(200)
  })

  it('takes no form of another site', async () => {
    served = await servePipeline()
    const body = new URLSearchParams({})
    const from = (origin: string) => served?.ask('/flows/failing/run', { method: 'POST', body, headers: { origin } })

    expect((await from('https://evil.example.org'))?.status).toBe(403)
    expect((await from(HERE))?.status).toBe(303)
    expect(await served.project.store.runs.list()).toHaveLength(1)
  })

  it('runs no script but its own, and is framed by nobody', async () => {
    served = await servePipeline()

    const answer = await served.ask('/')
    const policy = answer.headers.get('content-security-policy') ?? ''

    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).not.toMatch(/<script(?! src="\/assets\/page.js" defer>)| style="| on[a-z]+="/)
  })
})
