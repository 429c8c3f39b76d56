/**
 * Objects in a bucket of S3 or of a service that speaks like it (MinIO, Ceph, R2 …): put, get, list, delete.
 *
 * Objects are held in memory as a whole. The bucket stands in the path, never in the host name, so that one address serves
 * every bucket and a certificate fits.
 */
import type { S3mini } from 's3mini'
import type { Agent, Dispatcher } from 'undici'
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { ConfigError, HttpError } from '../../src/base/errors.ts'
import type { Io } from '../../src/base/io.ts'
import { secret } from '../../src/blocks/define.ts'
import { retryBlips } from '../../src/http/retry.ts'
import { objectStoreError, type Asked } from './errors.ts'

export const ObjectStoreConnection = z.object({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .transform((address) => address.replace(/\/+$/, ''))
    .describe('address of the service, without the bucket'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be 3 to 63 lower-case letters, digits, dots and dashes')
    .describe('name of a bucket that is there'),
  region: z.string().min(1).default('us-east-1').describe('region, or what the service takes in its place'),
  accessKeyId: z.string().min(1).describe('id of the access key'),
  secretAccessKey: secret().describe('the access key'),
  timeoutMs: z.int().positive().default(60_000).describe('limit of one request, in milliseconds'),
})

export type ObjectStoreSettings = z.output<typeof ObjectStoreConnection>

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** ISO 8601. */
  readonly modifiedAt: string
}

export interface ObjectStoreClient {
  readonly bucket: string
  /** Endpoint and bucket, for reports. */
  readonly address: string
  /**
   * Stores an object, or replaces it.
   *
   * @throws HttpError; ConfigError `config/params` for a key that is empty or too long
   */
  put(key: string, content: Uint8Array | string, options?: { readonly contentType?: string }): Promise<void>
  /** The bytes of an object. @throws HttpError `http/status` with status 404 when there is none */
  get(key: string): Promise<Uint8Array>
  /** Every object whose key begins so, by key. */
  list(prefix?: string): Promise<StoredObject[]>
  /** Also when there is none. */
  delete(key: string): Promise<void>
  close(): Promise<void>
}

/** S3's limit, in bytes of UTF-8. */
const LONGEST_KEY = 1_024

export function createObjectStoreClient(settings: ObjectStoreSettings, io: Io = {}): ObjectStoreClient {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey, timeoutMs } = settings
  const address = `${endpoint}/${bucket}`
  let opened: Promise<Opened> | undefined

  const open = async (): Promise<Opened> => {
    const [{ S3mini: Client }, { Agent, fetch }] = await Promise.all([import('s3mini'), import('undici')])
    const agent = io.dispatcher === undefined ? new Agent() : undefined
    const send = async (url: string, init: Parameters<typeof fetch>[1]) =>
      await fetch(url, {
        ...init,
        dispatcher: (io.dispatcher ?? agent) as Dispatcher,
        // a redirect would turn a PUT into a GET
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(io.signal === undefined ? [] : [io.signal])]),
      })
    const s3 = new Client({
      endpoint: address,
      region,
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      // undici's own types differ from those of the web by name only
      fetch: send as unknown as typeof globalThis.fetch,
    })
    return { s3, agent }
  }

  const ask = async <T>(method: string, key: string, work: (s3: S3mini) => Promise<T>): Promise<T> => {
    const asked: Asked = {
      method,
      url: key === '' ? address : `${address}/${key}`,
      host: new URL(endpoint).host,
      timeoutMs,
    }
    if (method !== 'GET') refuseWhenReadOnly(asked)
    opened ??= open()
    const { s3 } = await opened
    const once = async () => {
      try {
        return await work(s3)
      } catch (error) {
        if (io.signal?.aborted === true) throw io.signal.reason
        throw objectStoreError(asked, error)
      }
    }
    // every one of these requests may be sent twice
    return await retryBlips(once, {
      clock: io.clock ?? systemClock,
      random: io.random,
      signal: io.signal,
      log: io.log,
    })
  }

  const refuseWhenReadOnly = ({ method, url }: Asked) => {
    if (io.readOnly !== true) return
    throw new ConfigError('config/fallback-write', `${method} ${url} is refused: it was opened as a fallback`, {
      hint: 'a fallback only reads; save the connection with: d2flow block create object-store NAME',
    })
  }

  return {
    bucket,
    address,
    async put(key, content, { contentType = 'application/octet-stream' } = {}) {
      checkKey(key)
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      await ask('PUT', key, (s3) => s3.putObject(key, bytes, contentType))
    },
    async get(key) {
      checkKey(key)
      const found = await ask('GET', key, (s3) => s3.getObjectArrayBuffer(key))
      if (found === null) throw notThere(`${address}/${key}`)
      return new Uint8Array(found)
    },
    async list(prefix = '') {
      const found = await ask('GET', '', (s3) => s3.listObjects('/', prefix))
      if (found === null) throw notThere(address)
      return found
        .map(({ Key, Size, LastModified }) => ({
          key: Key,
          bytes: Size,
          modifiedAt: new Date(LastModified).toISOString(),
        }))
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    },
    async delete(key) {
      checkKey(key)
      await ask('DELETE', key, (s3) => s3.deleteObject(key))
    },
    async close() {
      const before = await opened
      opened = undefined
      await before?.agent?.destroy()
    },
  }
}

interface Opened {
  readonly s3: S3mini
  /** Our own; one that was lent is its owner's to close. */
  readonly agent: Agent | undefined
}

function checkKey(key: string): void {
  if (key !== '' && new TextEncoder().encode(key).length <= LONGEST_KEY && !key.startsWith('/')) return
  throw new ConfigError('config/params', `"${key.slice(0, 60)}" cannot be the key of an object`, {
    hint: `give 1 to ${LONGEST_KEY} bytes that do not begin with a slash, like "exports/2026/readings.parquet"`,
  })
}

function notThere(url: string): HttpError {
  return new HttpError('http/status', `GET ${url} answered 404: nothing is there`, {
    hint: 'check the bucket and the key',
    details: { url, status: 404 },
  })
}
