import { createObjectStoreClient, objectStore, ObjectStoreConnection } from 'd2flow/connectors/object-store'
import { createFakeClock, mockNetwork, objectStoreHandlers } from 'd2flow/testing'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseSettings } from '../../../src/blocks/define.ts'

const BYTES = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256)

/** One contract, kept by our own fake and by another that checks far more of the protocol. */
function promises(connect: () => ReturnType<typeof createObjectStoreClient>) {
  it('gives back the bytes that were stored, whatever is in the key', async () => {
    const client = connect()
    const keys = ['plain.bin', 'deep/er/with blank & sign+.bin', 'élève/çà.bin']

    for (const key of keys) await client.put(key, BYTES)

    for (const key of keys) expect(Buffer.from(await client.get(key)).equals(BYTES)).toBe(true)
    expect((await client.list()).map(({ key, bytes }) => [key, bytes])).toEqual(
      keys.toSorted().map((key) => [key, 100_000]),
    )
    await client.close()
  })

  it('replaces, lists by the beginning of the key, and deletes', async () => {
    const client = connect()
    await client.put('a/1', 'one')
    await client.put('a/1', 'two')
    await client.put('b/1', '')

    expect(new TextDecoder().decode(await client.get('a/1'))).toBe('two')
    expect((await client.get('b/1')).length).toBe(0)
    expect((await client.list('a/')).map(({ key }) => key)).toEqual(['a/1'])
    await client.delete('a/1')
    expect(await client.list('a/')).toEqual([])
    await client.close()
  })

  it('says that an object is not there', async () => {
    const client = connect()

    await expect(client.get('none')).rejects.toMatchObject({
      code: 'http/status',
      retryable: false,
      details: { status: 404 },
      hint: expect.any(String),
    })
    await client.close()
  })
}

describe('an object store of another maker', () => {
  let child: ChildProcess
  let port = 0
  let buckets = 0
  beforeAll(async () => {
    child = fork(join(import.meta.dirname, 'fauxqs-child.ts'), { execArgv: [] })
    port = ((await once(child, 'message')) as [number])[0]
  })
  afterAll(() => {
    child.disconnect()
  })
  beforeEach(async () => {
    buckets += 1
    child.send(`bucket-${buckets}`)
    await once(child, 'message')
  })
  const values = () => ({
    endpoint: `http://127.0.0.1:${port}/`,
    bucket: `bucket-${buckets}`,
    accessKeyId: 'any',
    secretAccessKey: 'any',
  })

  promises(() => createObjectStoreClient(ObjectStoreConnection.parse(values())))

  it('lists more objects than a page holds', async () => {
    const client = createObjectStoreClient(ObjectStoreConnection.parse(values()))
    for (let start = 0; start < 1_050; start += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => client.put(`n/${start + index}`, 'x')))
    }

    expect(await client.list('n/')).toHaveLength(1_050)
    await client.close()
  })

  it('says that a bucket is not there', async () => {
    const client = createObjectStoreClient(ObjectStoreConnection.parse({ ...values(), bucket: 'nobody' }))

    await expect(client.put('a', 'x')).rejects.toMatchObject({
      code: 'http/status',
      message: expect.stringContaining('NoSuchBucket'),
      hint: expect.stringContaining('bucket'),
    })
    await expect(client.list()).rejects.toMatchObject({ details: { status: 404 } })
    await client.close()
  })

  it('says that nothing listens', async () => {
    const client = createObjectStoreClient(
      ObjectStoreConnection.parse({ ...values(), endpoint: `http://127.0.0.1:${await closedPort()}` }),
      { clock: createFakeClock() },
    )

    await expect(client.put('a', 'x')).rejects.toMatchObject({
      code: 'http/network',
      message: expect.stringContaining('refuses the connection'),
      retryable: true,
    })
    await client.close()
  })
})

describe('the fake object store', () => {
  const fake = objectStoreHandlers()
  const network = mockNetwork(...fake.handlers)
  beforeAll(() => network.enable())
  afterEach(async () => {
    network.resetHandlers()
    for (const key of fake.objects.keys()) await connect().delete(key)
  })
  afterAll(() => network.disable())
  const connect = (values: Record<string, string> = {}, io = {}) =>
    createObjectStoreClient(ObjectStoreConnection.parse({ ...fake.values, ...values }), io)

  promises(connect)

  it('refuses a key that it does not know, without a second try', async () => {
    const clock = createFakeClock()

    await expect(connect({ accessKeyId: 'other' }, { clock }).put('a', 'x')).rejects.toMatchObject({
      code: 'http/auth',
      message: expect.stringContaining('InvalidAccessKeyId'),
      retryable: false,
    })
    expect(clock.waitsMs).toEqual([])
  })

  it('never shows the secret, whatever goes wrong', async () => {
    fake.answerNext(403, 'AccessDenied')
    const error: unknown = await connect({ secretAccessKey: 'very-secret' })
      .put('a', 'x')
      .catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'http/status', hint: expect.stringContaining('may not do this') })
    expect(JSON.stringify(error) + String(error)).not.toContain('very-secret')
  })

  it('tries again when it is busy for a moment, and gives up with a reason when it stays so', async () => {
    const clock = createFakeClock()
    fake.answerNext(503, 'SlowDown', 2)
    await connect({}, { clock }).put('a', 'x')
    expect(clock.waitsMs).toHaveLength(2)

    // the first try and three more are all that a blip gets
    fake.answerNext(503, 'SlowDown', 4)
    await expect(connect({}, { clock }).put('a', 'x')).rejects.toMatchObject({
      code: 'http/status',
      retryable: true,
      details: { status: 503, serverCode: 'SlowDown' },
    })
  })

  it('follows no redirect', async () => {
    fake.answerNext(301, 'PermanentRedirect')

    await expect(connect().put('a', 'x')).rejects.toMatchObject({
      code: 'http/redirect',
      hint: expect.stringContaining('region'),
    })
  })

  it('writes nothing through a fallback', async () => {
    await expect(connect({}, { readOnly: true }).put('a', 'x')).rejects.toMatchObject({ code: 'config/fallback-write' })
    expect(fake.objects.size).toBe(0)
  })

  it.each([
    ['an empty one', ''],
    ['one that begins with a slash', '/a'],
    ['one that is too long', 'x'.repeat(1_025)],
  ])('refuses a key that cannot be meant: %s', async (_, key) => {
    await expect(connect().put(key, 'x')).rejects.toMatchObject({ code: 'config/params', hint: expect.any(String) })
  })

  it('stops with the reason of whoever stops it', async () => {
    const signal = AbortSignal.abort(new Error('the run was cancelled'))

    await expect(connect({}, { signal }).put('a', 'x')).rejects.toThrow('the run was cancelled')
  })

  it('is a block that names what does not fit', () => {
    expect(() => parseSettings(objectStore, { ...fake.values, bucket: 'No' })).toThrow(
      expect.objectContaining({ code: 'config/block-invalid', message: expect.stringContaining('bucket') }),
    )
  })
})

/** A port that nobody listens at: one that was just given back. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
