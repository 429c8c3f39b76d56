import { gunzipSync } from 'node:zlib'
import { http, HttpResponse } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { toFailure } from '../../src/base/failure.ts'
import { Secret } from '../../src/base/secret.ts'
import { createHttpClient, type HttpSettings } from '../../src/http/client.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { mockNetwork } from '../../src/testing/mock-network.ts'

const network = mockNetwork()
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

const HOST = 'https://api.test'

function client(settings: Partial<HttpSettings> = {}) {
  const clock = createFakeClock('2026-03-01T12:00:00Z')
  return Object.assign(createHttpClient({ baseUrl: `${HOST}/v1`, ...settings }, { clock, random: () => 0.5 }), {
    clock,
  })
}

/** Answers every request to `/v1/…` in turn, the last answer for ever, and counts them. */
function answers(...list: readonly (() => Response)[]) {
  const requests: Request[] = []
  network.use(
    http.all(`${HOST}/v1/*`, ({ request }) => {
      requests.push(request.clone())
      return (list[requests.length - 1] ?? list.at(-1))?.() ?? HttpResponse.error()
    }),
  )
  return requests
}

const json =
  (body: unknown, init: ResponseInit = {}) =>
  () =>
    Response.json(body, init)
const html =
  (body: string, status = 200) =>
  () =>
    new Response(body, { status, headers: { 'content-type': 'text/html' } })

describe('a request', () => {
  it('F234 carries the header that its kind of credentials asks for', async () => {
    const requests = answers(json({}))
    const basic = { type: 'basic', username: 'admin', password: new Secret('district') } as const
    const bearer = { type: 'bearer', token: new Secret('tok') } as const
    const apiKey = { type: 'api-key', key: new Secret('key') } as const
    const scheme = { type: 'scheme', scheme: 'ApiToken', token: new Secret('pat') } as const

    for (const auth of [basic, bearer, apiKey, scheme]) await client({ auth }).send({ path: 'x' })

    // base64 of "admin:district"
    expect(requests.map(({ headers }) => headers.get('authorization') ?? headers.get('x-api-key'))).toEqual([
      'Basic YWRtaW46ZGlzdHJpY3Q=',
      'Bearer tok',
      'key',
      'ApiToken pat',
    ])
  })

  it('takes its credentials to no other origin', async () => {
    const seen: (string | null)[] = []
    network.use(
      http.get('https://files.test/a', ({ request }) => {
        seen.push(request.headers.get('authorization'))
        return Response.json({})
      }),
    )

    await client({ auth: { type: 'bearer', token: new Secret('tok') } }).send({ path: 'https://files.test/a' })

    expect(seen).toEqual([null])
  })

  it('sends a value as JSON, text as it is, and either compressed when asked to', async () => {
    const requests = answers(json({}))
    const api = client()

    await api.send({ path: 'x', method: 'POST', body: { a: [1] } })
    await api.send({ path: 'x', method: 'POST', body: 'plain', contentType: 'text/plain' })
    await api.send({ path: 'x', method: 'POST', body: { a: [1] }, gzip: true })

    const bodies = await Promise.all(requests.map(async (request) => Buffer.from(await request.arrayBuffer())))
    expect(requests.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/json',
      'text/plain',
      'application/json',
    ])
    expect([String(bodies[0]), String(bodies[1]), String(gunzipSync(bodies[2] ?? ''))]).toEqual([
      '{"a":[1]}',
      'plain',
      '{"a":[1]}',
    ])
  })

  it('gives what the schema makes of the answer', async () => {
    answers(json({ id: 'a', more: true }))

    const { body } = await client().send({ path: 'x', schema: z.object({ id: z.string() }).transform(({ id }) => id) })

    expect(body).toBe('a')
  })

  it('gives text where no JSON was asked for', async () => {
    answers(() => new Response('a,b\n1,2', { headers: { 'content-type': 'application/csv' } }))

    expect((await client().send({ path: 'x', accept: 'text/csv' })).body).toBe('a,b\n1,2')
  })

  it('gives the body of a status that is accepted, without the schema', async () => {
    answers(json({ status: 'WARNING' }, { status: 409 }))

    const answer = await client().send({
      path: 'x',
      method: 'POST',
      alsoAccept: [409],
      schema: z.object({ id: z.string() }),
    })

    expect(answer).toMatchObject({ status: 409, body: { status: 'WARNING' } })
  })

  it('gives nothing for an answer without a body, where that is normal', async () => {
    answers(() => new Response(null, { status: 200 }))

    expect((await client().send({ path: 'ping', allowEmpty: true })).body).toBeUndefined()
  })

  it('keeps the session cookie only where that was asked for', async () => {
    const requests = answers(() => Response.json({}, { headers: { 'set-cookie': 'JSESSIONID=abc; Path=/; HttpOnly' } }))
    const keeping = client({ keepCookies: true })
    const plain = client()

    for (const one of [keeping, keeping, plain, plain]) await one.send({ path: 'x' })

    expect(requests.map(({ headers }) => headers.get('cookie'))).toEqual([null, 'JSESSIONID=abc', null, null])
  })

  it('has no more than the allowed number of neighbours at once', async () => {
    let under = 0
    let most = 0
    network.use(
      http.get(`${HOST}/v1/x`, async () => {
        under += 1
        most = Math.max(most, under)
        await new Promise(setImmediate)
        under -= 1
        return Response.json({})
      }),
    )
    const api = client({ atOnce: 2 })

    await Promise.all(Array.from({ length: 8 }, () => api.send({ path: 'x' })))

    expect(most).toBe(2)
  })

  it('waits for the next second when a second is full', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'setInterval', 'clearInterval'] })
    try {
      const requests = answers(json({}))
      const api = client({ perSecond: 2 })

      const all = Array.from({ length: 3 }, () => api.send({ path: 'x' }))
      await Promise.all(all.slice(0, 2))
      await vi.advanceTimersByTimeAsync(900)
      const withinTheSecond = requests.length
      await vi.advanceTimersByTimeAsync(200)
      await Promise.all(all)

      expect([withinTheSecond, requests.length]).toEqual([2, 3])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('http/auth', () => {
  const refused = { code: 'http/auth', retryable: false, hint: expect.stringMatching(/credentials|token/) }

  it.each([
    ['a 401', json({ message: 'Unauthorized' }, { status: 401 }), /401.*Unauthorized/],
    [
      'a 400 that names a scheme',
      json({ message: 'Checksum validation failed' }, { status: 400, headers: { 'www-authenticate': 'ApiToken' } }),
      /400.*Checksum/,
    ],
    [
      'a redirect to a login page',
      () => new Response(null, { status: 302, headers: { location: '/login/' } }),
      /login page/,
    ],
    [
      'a login page with status 200',
      html('<html><head><title>Welcome</title></head><form><input type="password"></form></html>'),
      /login page \("Welcome"\)/,
    ],
  ])('is %s, and nothing is sent twice', async (_, answer, message) => {
    const requests = answers(answer)

    await expect(client().send({ path: 'x' })).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(message),
    })

    expect(requests).toHaveLength(1)
  })

  it('tells a malformed token from one that is refused', async () => {
    answers(
      json({ message: 'Checksum' }, { status: 400, headers: { 'www-authenticate': 'ApiToken' } }),
      json({ message: 'The API token does not exist' }, { status: 401, headers: { 'www-authenticate': 'ApiToken' } }),
    )
    const api = client()

    await expect(api.send({ path: 'x' })).rejects.toMatchObject({ hint: expect.stringContaining('malformed') })
    await expect(api.send({ path: 'x' })).rejects.toMatchObject({ hint: expect.stringContaining('expired') })
  })
})

describe('http/redirect', () => {
  it('names the new address and does not go there', async () => {
    const requests = answers(() => new Response(null, { status: 301, headers: { location: 'https://new.test/v1/x' } }))

    await expect(client().send({ path: 'x', method: 'POST', body: {} })).rejects.toMatchObject({
      code: 'http/redirect',
      retryable: false,
      message: expect.stringContaining('https://new.test/v1/x'),
      hint: expect.stringContaining('base address'),
    })
    expect(requests).toHaveLength(1)
  })
})

describe('http/status', () => {
  it('repeats what the server says, in whichever member it says it', async () => {
    const says: Record<string, unknown> = {
      DHIS2: { message: 'equals is no operator', errorCode: 'E1003' },
      'Open-Meteo': { error: true, reason: 'Latitude must be in range' },
      'RFC 9457': { title: 'Bad', detail: 'No such field' },
      nested: { error: { message: 'quota', code: 'LIMIT' } },
    }
    answers(...Object.values(says).map((body) => json(body, { status: 400 })))
    const api = client()

    const messages: string[] = []
    for (const _ of Object.keys(says))
      await api.send({ path: 'x' }).catch(({ message }: Error) => messages.push(message))

    expect(messages.map((message) => message.replace('GET https://api.test/v1/x answered ', ''))).toEqual([
      '400 (E1003): equals is no operator',
      '400: Latitude must be in range',
      '400: No such field',
      '400: quota',
    ])
  })

  it.each([
    [400, false],
    [403, false],
    [404, false],
    [409, false],
    [413, false],
    [408, true],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
  ])('%i may be retried: %s, and has a hint', async (status, retryable) => {
    answers(json({ message: 'no' }, { status }))

    await expect(client().send({ path: 'x', method: 'POST', body: {} })).rejects.toMatchObject({
      code: 'http/status',
      retryable,
      hint: expect.stringMatching(/\w+/),
      details: { status, method: 'POST', url: 'https://api.test/v1/x' },
    })
  })

  it('shows the title of an HTML page that a proxy answers with', async () => {
    answers(html('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>', 502))

    await expect(client().send({ path: 'x', method: 'POST' })).rejects.toMatchObject({
      code: 'http/status',
      retryable: true,
      message: 'POST https://api.test/v1/x answered 502: 502 Bad Gateway',
    })
  })

  it('says how long the server asks to wait', async () => {
    answers(json({}, { status: 429, headers: { 'retry-after': '30' } }))

    await expect(client().send({ path: 'x' })).rejects.toMatchObject({ retryable: true, retryAfterMs: 30_000 })
  })
})

describe('http/shape', () => {
  it('names the field that does not fit', async () => {
    answers(json({ rows: [{ id: 'a' }, { id: 7 }] }))
    const schema = z.object({ rows: z.array(z.object({ id: z.string() })) })

    await expect(client().send({ path: 'x', schema })).rejects.toMatchObject({
      code: 'http/shape',
      retryable: false,
      message: expect.stringContaining('"rows.1.id"'),
      details: { field: 'rows.1.id' },
      hint: expect.stringContaining('version'),
    })
  })

  it.each([
    ['HTML with its title', html('<title>Our shop</title>'), 'Our shop'],
    ['HTML with its first words', html('<body><style>p{}</style><p>It <b>works</b></p></body>'), 'It works'],
    ['XML', () => new Response('<a/>', { headers: { 'content-type': 'application/xml' } }), '<a/>'],
    [
      'JSON that is cut off',
      () => new Response('{"a":[', { headers: { 'content-type': 'application/json' } }),
      'not JSON',
    ],
    ['an empty body', () => new Response(''), 'empty body'],
  ])('is %s where JSON was asked for', async (_, answer, words) => {
    answers(answer)

    await expect(client().send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/shape',
      message: expect.stringContaining(words),
      hint: expect.stringMatching(/\w+/),
    })
  })
})

describe('http/network', () => {
  it('names the host and how to check it, and is worth another try', async () => {
    network.use(http.get(`${HOST}/v1/x`, () => HttpResponse.error()))

    await expect(client().send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/network',
      retryable: true,
      message: expect.stringContaining('api.test'),
      hint: expect.stringContaining('api.test'),
    })
  })
})

describe('http/timeout', () => {
  it('F067 comes after 60 s, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let arrived = false
      network.use(
        http.get(`${HOST}/v1/x`, () => {
          arrived = true
          return new Promise<never>(() => {})
        }),
      )
      const outcome = client()
        .send({ path: 'x' })
        .catch((error: unknown) => error)
      await vi.waitFor(() => expect(arrived).toBe(true))

      await vi.advanceTimersByTimeAsync(59_900)
      const early = await Promise.race([outcome, Promise.resolve('still waiting')])
      await vi.advanceTimersByTimeAsync(200)

      expect(early).toBe('still waiting')
      expect(await outcome).toMatchObject({
        code: 'http/timeout',
        retryable: true,
        message: expect.stringContaining('within 1 min'),
        hint: expect.stringContaining('timeoutMs'),
      })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a blip', () => {
  const busy = (retryAfter?: string) =>
    json({}, { status: 503, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } })

  it('is waited out as long as the server asks', async () => {
    const requests = answers(busy('2'), json({ ok: true }))
    const api = client()

    const { body } = await api.send({ path: 'x' })

    expect(body).toEqual({ ok: true })
    expect([requests.length, api.clock.waitsMs]).toEqual([2, [2_000]])
  })

  it('is waited out a little longer each time when the server does not say how long', async () => {
    const requests = answers(busy(), busy(), busy(), busy(), busy())
    const api = client()

    await expect(api.send({ path: 'x' })).rejects.toMatchObject({ code: 'http/status' })

    // random is 0.5, so that the jitter is a factor of 1
    expect([requests.length, api.clock.waitsMs]).toEqual([4, [250, 500, 1_000]])
  })

  it('is no blip when the server asks for more than 10 s: whoever called waits', async () => {
    const requests = answers(busy('11'))
    const api = client()

    await expect(api.send({ path: 'x' })).rejects.toMatchObject({ retryAfterMs: 11_000 })

    expect([requests.length, api.clock.waitsMs]).toEqual([1, []])
  })

  it.each([
    ['a POST', { method: 'POST', body: {} } as const, 1],
    ['a POST that may be sent twice', { method: 'POST', body: {}, idempotent: true } as const, 4],
    ['a GET that may not', { idempotent: false } as const, 1],
  ])('sends %s again only if that does no harm', async (_, request, times) => {
    const requests = answers(busy())

    await expect(client().send({ path: 'x', ...request })).rejects.toMatchObject({ code: 'http/status' })

    expect(requests).toHaveLength(times)
  })

  it('is not what a 500 is: the same request would get the same answer', async () => {
    const requests = answers(json({}, { status: 500 }))

    await expect(client().send({ path: 'x' })).rejects.toMatchObject({ code: 'http/status' })

    expect(requests).toHaveLength(1)
  })
})

describe('a secret', () => {
  it('stands in no error, even where the server repeats it', async () => {
    const password = new Secret('hunter-2-hunter')
    const auth = { type: 'basic', username: 'admin', password } as const
    answers(
      json({ message: `wrong password hunter-2-hunter for ${btoa('admin:hunter-2-hunter')}` }, { status: 401 }),
      () => new Response(null, { status: 302, headers: { location: 'https://x.test/?p=hunter-2-hunter' } }),
      html('<title>hunter-2-hunter</title>'),
    )
    const api = client({ auth })

    const errors: unknown[] = []
    for (const _ of [1, 2, 3]) {
      await api.send({ path: 'x', query: { p: 'hunter-2-hunter' } }).catch((error: unknown) => errors.push(error))
    }

    expect(errors).toHaveLength(3)
    for (const error of errors) {
      expect(JSON.stringify(toFailure(error))).not.toMatch(/hunter-2|YWRtaW46aHVudGVy/)
    }
  })
})
