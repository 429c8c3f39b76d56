/** How signing in fails, in every way that two servers were seen to fail in. */
import { http } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client } from '../../../connectors/dhis2/client.ts'
import { dhis2 } from '../../../connectors/dhis2/block.ts'
import { createFakeClock } from '../../../src/testing/fake-clock.ts'
import { mockNetwork } from '../../../src/testing/mock-network.ts'
import { RECORDED_SERVERS, recording } from './recordings.ts'
import { recordedResponse, SERVER } from './replay.ts'

const network = mockNetwork()
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

interface MatrixRow {
  readonly credentials: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly xRequestedWith: boolean
  readonly status: number
  readonly contentType: string | null
  readonly location: string | null
  readonly wwwAuthenticate: string | null
  readonly body: unknown
}

const matrix = RECORDED_SERVERS.flatMap((server) =>
  recording<MatrixRow>(server, 'login/matrix').rows.map((row) => ({ server, ...row })),
)

const TOKEN = 'd2p_iKrAY7sR6rPea1rub181baRzyyui2AW07ymXPRExAgwa051Mei'

function client(
  settings: { token: string } | { username: string; password: string } = { username: 'admin', password: 'district' },
) {
  return createDhis2Client({ baseUrl: SERVER, ...settings }, { clock: createFakeClock() })
}

function answersWith(make: () => Response): Request[] {
  const requests: Request[] = []
  network.use(
    http.all(`${SERVER}/*`, ({ request }) => {
      requests.push(request)
      return make()
    }),
  )
  return requests
}

describe('the recorded sign-in matrix', () => {
  it('holds 15 kinds of credentials, 4 paths, with and without the header, on two servers', () => {
    expect(matrix).toHaveLength(15 * 4 * 2 * 2)
  })

  it.each(matrix)(
    'D2-001 D2-003 rule 16: $server $credentials, $method $path, header $xRequestedWith: $status',
    async (row) => {
      const { status, contentType, location, wwwAuthenticate, body, method, path } = row
      const headers = Object.fromEntries(
        Object.entries({ 'content-type': contentType, location, 'www-authenticate': wwwAuthenticate }).filter(
          (entry): entry is [string, string] => entry[1] !== null,
        ),
      )
      const requests = answersWith(() => recordedResponse({ status, headers, body }))

      const outcome = client()
        .api.send({ path: path.replace('/api/', ''), method, allowEmpty: path === '/api/ping' })
        .catch((error: unknown) => error)

      const hint = expect.stringMatching(/token|credentials/) as unknown
      const refused = [302, 400, 401].includes(status)
      expect(await outcome).toMatchObject(refused ? { code: 'http/auth', retryable: false, hint } : { status })
      expect(requests).toHaveLength(1)
    },
  )
})

describe('signing in', () => {
  it('F067 F230 sends GET /api/system/info with the header of user and password', async () => {
    const requests = answersWith(() => Response.json({ version: '2.42.4' }))

    await client().serverInfo()

    // base64 of "admin:district"
    expect([requests[0]?.method, requests[0]?.url, requests[0]?.headers.get('authorization')]).toEqual([
      'GET',
      `${SERVER}/api/system/info`,
      'Basic YWRtaW46ZGlzdHJpY3Q=',
    ])
  })

  it('D2-001 sends a token by its own scheme, and asks for a 401 instead of a redirect', async () => {
    const requests = answersWith(() => Response.json({ version: '2.42.4' }))

    await client({ token: TOKEN }).serverInfo()

    expect(requests[0]?.headers.get('authorization')).toBe(`ApiToken ${TOKEN}`)
    expect(requests[0]?.headers.get('x-requested-with')).toBe('XMLHttpRequest')
  })

  it.each(['/dhis-web-commons/security/login.action', '/dhis-web-login', '/dhis-web-login/', '/login/'])(
    'knows the login page %s',
    async (location) => {
      answersWith(() => new Response(null, { status: 302, headers: { location: `${SERVER}${location}` } }))

      await expect(client().me()).rejects.toMatchObject({ code: 'http/auth' })
    },
  )

  it('knows a login page that comes with status 200', async () => {
    answersWith(
      () =>
        new Response('<!DOCTYPE html><title>DHIS 2</title><form><input name="j_password" type="password"></form>', {
          headers: { 'content-type': 'text/html;charset=UTF-8' },
        }),
    )

    await expect(client().me()).rejects.toMatchObject({ code: 'http/auth' })
  })

  it('takes a redirect to https for what it is', async () => {
    answersWith(() => new Response(null, { status: 301, headers: { location: 'https://other.test/api/me' } }))

    await expect(client().me()).rejects.toMatchObject({ code: 'http/redirect' })
  })

  it('D2-005 keeps the session that the server opened', async () => {
    const requests = answersWith(() =>
      Response.json(
        { version: '2.42.4' },
        { headers: { 'set-cookie': 'JSESSIONID=A1; Path=/; HttpOnly; SameSite=Lax' } },
      ),
    )
    const dhis2Client = client()

    await dhis2Client.serverInfo()
    await dhis2Client.serverInfo()

    expect(requests.map(({ headers }) => headers.get('cookie'))).toEqual([null, 'JSESSIONID=A1'])
  })

  it('D2-002 is checked by asking who we are, never by ping', async () => {
    const requests = answersWith(() => Response.json({ id: 'a', username: 'admin' }))

    await dhis2.check?.(client())

    expect(new URL(requests[0]?.url ?? '').pathname).toBe('/api/me')
  })
})

describe('a client that was opened from a fallback', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('F072 refuses %s before anything is sent', async (method) => {
    const requests = answersWith(() => Response.json({}))
    const fallback = createDhis2Client({ baseUrl: SERVER, username: 'admin', password: 'district' }, { readOnly: true })

    await expect(fallback.api.send({ path: 'dataValueSets', method, body: {} })).rejects.toMatchObject({
      code: 'config/fallback-write',
      hint: expect.stringContaining('d2flow block create dhis2'),
    })
    expect(requests).toEqual([])
  })

  it('reads', async () => {
    answersWith(() => Response.json({ version: '2.42.4' }))
    const fallback = createDhis2Client({ baseUrl: SERVER, username: 'admin', password: 'district' }, { readOnly: true })

    expect((await fallback.serverInfo()).version).toBe('2.42.4')
  })
})
