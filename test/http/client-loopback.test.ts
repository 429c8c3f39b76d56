/** What only a real socket can show: time limits, dropped connections, certificates, compression, long bodies. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClient, type HttpSettings } from '../../src/http/client.ts'
import { createFakeClock } from '../../src/testing/fake-clock.ts'
import { SELF_SIGNED } from './self-signed.ts'

const servers: Server[] = []
const clients: HttpClient[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

async function serve(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return (server.address() as AddressInfo).port
}

function open(baseUrl: string, settings: Partial<HttpSettings> = {}): HttpClient {
  const client = createHttpClient({ baseUrl, ...settings }, { clock: createFakeClock() })
  clients.push(client)
  return client
}

async function against(listener: RequestListener, settings: Partial<HttpSettings> = {}): Promise<HttpClient> {
  return open(`http://127.0.0.1:${await serve(createServer(listener))}`, settings)
}

const JSON_TYPE = { 'content-type': 'application/json' }

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString('utf8')
}

describe('a time limit', () => {
  it('ends the wait for an answer that does not begin', async () => {
    const client = await against(() => {})

    await expect(client.send({ path: 'x', timeoutMs: 50 })).rejects.toMatchObject({
      code: 'http/timeout',
      details: { timeoutMs: 50 },
    })
  })

  it('ends the wait for an answer that does not end', async () => {
    const client = await against((_, response) => response.writeHead(200, JSON_TYPE).write('{"a":'))

    await expect(client.send({ path: 'x', timeoutMs: 50 })).rejects.toMatchObject({ code: 'http/timeout' })
  })

  it('ends a stream that stalls, and leaves one alone that is merely long', async () => {
    const client = await against((request, response) => {
      response.writeHead(200, JSON_TYPE)
      if (request.url === '/stalls') response.write('[1')
      else {
        let left = 25
        const beat = setInterval(() => {
          response.write('1,')
          left -= 1
          if (left > 0) return
          clearInterval(beat)
          response.end()
        }, 20)
      }
    })

    // 25 pieces 20 ms apart take longer than the limit, none of the pauses does
    const long = await client.stream({ path: 'long', timeoutMs: 400 })
    const stalling = await client.stream({ path: 'stalls', timeoutMs: 50 })

    expect(await read(long.body)).toBe('1,'.repeat(25))
    await expect(read(stalling.body)).rejects.toMatchObject({ code: 'http/timeout' })
  })

  it('does not run while the reader of a stream is busy with what it has', async () => {
    const client = await against((_, response) => {
      response.writeHead(200, JSON_TYPE).write('[1')
      setTimeout(() => response.end(']'), 10)
    })
    const { body } = await client.stream({ path: 'x', timeoutMs: 100 })

    let text = ''
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString()
      await new Promise((done) => setTimeout(done, 150))
    }

    expect(text).toBe('[1]')
  })

  it('gives way to whoever gives up before, with their own reason', async () => {
    const client = await against(() => {})
    const controller = new AbortController()
    const reason = new Error('the run was cancelled')

    const outcome = client.send({ path: 'x', signal: controller.signal })
    controller.abort(reason)

    await expect(outcome).rejects.toBe(reason)
  })
})

describe('a connection', () => {
  it('is kept for later requests', async () => {
    const ports = new Set<number | undefined>()
    const client = await against((request, response) => {
      ports.add(request.socket.remotePort)
      response.writeHead(200, JSON_TYPE).end('{}')
    })

    for (const path of 'abcdefgh') await client.send({ path })

    // undici frees a connection a moment after its answer, so that a second one may have been opened by then
    expect(ports.size).toBeLessThanOrEqual(2)
  })

  it('that drops is made again, once for each try', async () => {
    let requests = 0
    const client = await against((request, response) => {
      requests += 1
      if (requests < 3) request.socket.destroy()
      else response.writeHead(200, JSON_TYPE).end('{"ok":true}')
    })

    expect((await client.send({ path: 'x' })).body).toEqual({ ok: true })
    expect(requests).toBe(3)
  })

  it('that drops under a POST is not made again: the server may have done it', async () => {
    let requests = 0
    const client = await against((request) => {
      requests += 1
      request.socket.destroy()
    })

    await expect(client.send({ path: 'x', method: 'POST', body: {} })).rejects.toMatchObject({
      code: 'http/network',
      retryable: true,
      details: { dropped: true },
    })
    expect(requests).toBe(1)
  })

  it('that breaks off in the middle of a body is an error and not a short body', async () => {
    const client = await against((request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{"a":1}')
      setTimeout(() => request.socket.destroy(), 10)
    })

    const { body } = await client.stream({ path: 'x' })

    await expect(read(body)).rejects.toMatchObject({ code: 'http/network' })
    await expect(client.send({ path: 'x', method: 'POST' })).rejects.toMatchObject({ code: 'http/network' })
  })

  it('that nobody takes names the host and the port', async () => {
    const port = await serve(createServer())
    servers.splice(0).forEach((server) => server.close())

    await expect(open(`http://127.0.0.1:${port}`).send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/network',
      hint: expect.stringContaining(`127.0.0.1:${port}`),
      details: { reason: 'ECONNREFUSED' },
    })
  })

  it('to a name that is not known says so', async () => {
    // RFC 6761: .invalid is never resolved
    await expect(open('http://dhis2.invalid').send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/network',
      hint: expect.stringContaining('spelt'),
    })
  })

  it('to a server with a certificate of its own making is refused, and trying again does not help', async () => {
    const port = await serve(createTlsServer(SELF_SIGNED, (_, response) => response.end()))

    await expect(open(`https://127.0.0.1:${port}`).send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/network',
      retryable: false,
      message: expect.stringContaining('certificate'),
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  })

  it('by https to a server that speaks http says what to change', async () => {
    const port = await serve(createServer((_, response) => response.end()))

    await expect(open(`https://127.0.0.1:${port}`).send({ path: 'x' })).rejects.toMatchObject({
      code: 'http/network',
      retryable: false,
      hint: expect.stringContaining('http://'),
    })
  })
})

describe('a body', () => {
  it('is decompressed, in one piece and as a stream', async () => {
    const text = JSON.stringify({ rows: Array.from({ length: 5_000 }, (_, id) => ({ id })) })
    const client = await against((request, response) => {
      const encoding = request.url === '/br' ? 'br' : 'gzip'
      const packed = encoding === 'br' ? brotliCompressSync(text) : gzipSync(text)
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(packed)
    })

    const stream = await client.stream({ path: 'gzip' })

    expect(await read(stream.body)).toBe(text)
    expect((await client.send({ path: 'gzip' })).body).toEqual(JSON.parse(text))
    expect((await client.send({ path: 'br' })).body).toEqual(JSON.parse(text))
  })

  it('that says it is compressed and is not is an error', async () => {
    const client = await against((_, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end('{"a":1}'),
    )

    await expect(client.send({ path: 'x' })).rejects.toMatchObject({ code: 'http/network' })
  })

  it('may be left early, and the client goes on', async () => {
    const client = await against((_, response) => {
      response.writeHead(200, JSON_TYPE)
      response.end(Buffer.alloc(5_000_000, ' '))
    })

    const { body } = await client.stream({ path: 'x' })
    for await (const _ of body) break
    const next = await client.stream({ path: 'x' })

    expect((await read(next.body)).length).toBe(5_000_000)
  })

  it('that nobody reads does not keep a client from closing', async () => {
    const client = await against((_, response) => {
      response.writeHead(200, JSON_TYPE).end(Buffer.alloc(5_000_000, ' '))
    })
    await client.stream({ path: 'x' })

    await expect(client.close()).resolves.toBeUndefined()
  })

  it('of a stream is checked for its type before anything of it is given', async () => {
    const client = await against((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Sign in</title>')
    })

    await expect(client.stream({ path: 'x' })).rejects.toMatchObject({ code: 'http/auth' })
  })

  it('of many pieces is sent as it comes', async () => {
    const client = await against((request, response) => {
      void read(request).then((text) => response.writeHead(200, JSON_TYPE).end(JSON.stringify({ got: text.length })))
    })
    async function* pieces() {
      for (let at = 0; at < 100; at += 1) yield Buffer.alloc(10_000, 'x')
    }

    const answer = await client.send({ path: 'x', method: 'POST', body: pieces(), contentType: 'text/plain' })

    expect(answer.body).toEqual({ got: 1_000_000 })
  })
})
