import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { facetsBy, runEvent } from 'd2flow/analysis'
import {
  createOpenLineageClient,
  OpenLineageConnection,
  type OpenLineageSettings,
} from 'd2flow/connectors/open-lineage'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Io } from '../../../src/base/io.ts'
import { createLog } from '../../../src/base/log.ts'

const folder = mkdtempSync(join(tmpdir(), 'd2flow-lineage-'))
afterAll(() => rmSync(folder, { recursive: true }))

const producer = 'https://example.org/pipelines/1.4.0'
const event = runEvent({
  eventType: 'COMPLETE',
  eventTime: '2026-01-31T06:00:00Z',
  producer,
  run: {
    runId: '0190163d-8694-739b-aea5-966c26f8ad90',
    facets: facetsBy(producer).nominalTime('2026-01-31T06:00:00Z'),
  },
  job: { namespace: 'health', name: 'malaria-weekly' },
})

const open = (settings: Partial<OpenLineageSettings> | { sendTo: string; apiKey: string }, io?: Io) =>
  createOpenLineageClient(OpenLineageConnection.parse(settings), io)

interface Received {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: unknown
}

/** A lineage server that answers with these statuses, one after the other, the last one for ever. */
async function server(...statuses: readonly number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      received.push({ path: request.url, authorization: request.headers.authorization, body })
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 500
      response.writeHead(status, { 'retry-after': '0' }).end(status < 300 ? '' : 'no such namespace')
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, received }
}

describe('a server', () => {
  it('is sent the event as it is, with its key', async () => {
    const { url, received } = await server(201)
    const client = open({ sendTo: url, apiKey: 'secret-key' })

    await client.emit(event)
    await client.close()

    expect(received).toEqual([{ path: '/api/v1/lineage', authorization: 'Bearer secret-key', body: event }])
  })

  it('is asked again after a blip', async () => {
    const { url, received } = await server(503, 201)
    const client = open({ sendTo: url })

    await client.emit(event)
    await client.close()

    expect(received).toHaveLength(2)
  })

  it('that refuses an event is quoted', async () => {
    const { url, received } = await server(422)
    const client = open({ sendTo: url })

    await expect(client.emit(event)).rejects.toMatchObject({
      code: 'http/status',
      retryable: false,
      message: expect.stringContaining('no such namespace') as string,
    })
    await client.close()
    expect(received).toHaveLength(1)
  })
})

describe('a file', () => {
  it.each([
    ['a path', (path: string) => `file:${path}`],
    ['an address', (path: string) => pathToFileURL(path).href],
  ])('grows by a line for each event, named by %s', async (name, address) => {
    const path = join(folder, name, 'lineage.ndjson')
    const client = open({ sendTo: address(path) })

    await client.emit(event)
    await client.emit({ ...event, eventTime: '2026-01-31T07:00:00Z' })

    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      event,
      { ...event, eventTime: '2026-01-31T07:00:00Z' },
    ])
  })

  it('that cannot be written is named', async () => {
    await expect(open({ sendTo: `file:${folder}` }).emit(event)).rejects.toMatchObject({
      code: 'data/file',
      details: { file: folder },
    })
  })
})

it('writes into the log it is lent', async () => {
  const lines: unknown[] = []

  await open({}, { log: createLog((level, message, fields) => lines.push([level, message, fields])) }).emit(event)

  expect(lines).toEqual([['info', 'lineage', { event }]])
})

it('sends nothing over a fallback connection', async () => {
  const { url, received } = await server(201)

  await expect(open({ sendTo: url }, { readOnly: true }).emit(event)).rejects.toMatchObject({
    code: 'config/fallback-write',
  })
  expect(received).toEqual([])
})

it.each(['ftp://example.org', 'lineage.ndjson', ''])('refuses to send to "%s"', (sendTo) => {
  expect(OpenLineageConnection.safeParse({ sendTo }).success).toBe(false)
})
