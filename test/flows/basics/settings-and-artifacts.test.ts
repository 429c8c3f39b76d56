/** The pages on settings, artifacts, secrets and blocks of one's own. */
import { Secret, secretBlock as secretType } from 'd2flow'
import { customBlocks, facilityRegistry } from 'd2flow/flows/basics/custom-blocks'
import { markdownArtifacts } from 'd2flow/flows/basics/markdown-artifacts'
import { secretBlock } from 'd2flow/flows/basics/secret-block'
import { tableAndLinkArtifacts } from 'd2flow/flows/basics/table-and-link-artifacts'
import { variablesAndParams } from 'd2flow/flows/basics/variables-and-params'
import { runFlow } from 'd2flow/testing'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'

describe('variables-and-params', () => {
  it('F036 lets the parameter win over the variable, and the variable over the code', async () => {
    const variables = { import_settings: { batchSize: 100 } }

    expect((await runFlow(variablesAndParams, {})).result).toEqual({ batchSize: 10, region: 'North', batches: 25 })
    expect((await runFlow(variablesAndParams, {}, { variables })).result).toMatchObject({ batchSize: 100, batches: 3 })
    expect((await runFlow(variablesAndParams, { batchSize: 25 }, { variables })).result?.batchSize).toBe(25)
  })

  it('says of each setting where it comes from', async () => {
    const { artifacts } = await runFlow(
      variablesAndParams,
      { region: 'South' },
      { variables: { import_settings: '{"batchSize":100}' } },
    )

    expect(artifacts[0]?.content).toMatchObject({
      rows: [
        { setting: 'batchSize', value: 100, from: 'variable' },
        { setting: 'region', value: 'South', from: 'parameter' },
      ],
    })
  })

  it('stops at a slip in the variable, before anything is done', async () => {
    const { state, steps } = await runFlow(
      variablesAndParams,
      {},
      { variables: { import_settings: { batchsize: 100 } } },
    )

    expect(state).toMatchObject({ type: 'failed', message: expect.stringContaining('batchsize') })
    expect(steps).toEqual([])
  })
})

describe('markdown-artifacts', () => {
  it('counts what is missing, and lets no name break the table or become markup', async () => {
    const { result, artifacts } = await runFlow(markdownArtifacts, { title: 'Week 3' })

    expect(result).toEqual({ total: 58, missing: 1 })
    const { text = '' } = (artifacts[0]?.content ?? {}) as { text?: string }
    expect(text).toMatch(/^# Week 3 \(sample data\)\n\n58 cases in 2 facilities; 1 did not report\./)
    expect(text).toContain(String.raw`Bo \| Town`)
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(5)
  })

  it('F057 publishes nothing and fails nothing without a store', async () => {
    const { state, artifacts } = await runFlow(markdownArtifacts, {}, { store: null })

    expect(state.type).toBe('completed')
    expect(artifacts).toEqual([])
  })
})

describe('table-and-link-artifacts', () => {
  it('publishes rows with a gap, and where to read on', async () => {
    const { result, artifacts } = await runFlow(tableAndLinkArtifacts, { source: 'https://example.org/about' })

    expect(result).toEqual({ rows: 3, missing: 1 })
    expect(artifacts.map(({ key, content }) => [key, content.kind])).toEqual([
      ['table-and-link-artifacts', 'table'],
      ['coverage-source', 'link'],
    ])
    expect(artifacts[1]?.content).toMatchObject({ url: 'https://example.org/about' })
  })

  it('takes no address that a page could run', async () => {
    await expect(runFlow(tableAndLinkArtifacts, { source: 'javascript:alert(1)' })).rejects.toMatchObject({
      code: 'config/params',
    })
  })
})

describe('secret-block', () => {
  it('F062 uses a development value where no block is saved, and says so', async () => {
    const { result, logs } = await runFlow(secretBlock, {})

    expect(result?.source).toBe('development')
    expect(logs.map(({ level }) => level)).toContain('warn')
  })

  it('signs with the saved secret, which is nowhere to be seen', async () => {
    const blocks = [{ block: secretType, name: 'my-api-key', values: { value: 'correct-horse' } }]

    const { result, logs, artifacts, run } = await runFlow(secretBlock, {}, { blocks })

    // RFC 2104: HMAC-SHA256 of "a message" under "correct-horse", by Python's hmac module
    expect(result).toEqual({ source: 'block', signature: HMAC })
    expect(JSON.stringify([logs, artifacts, run])).not.toContain('correct-horse')
    expect(artifacts[0]?.content).toMatchObject({ rows: [{ value: '***' }] })
  })
})

const HMAC = '3c5324874aad03745aa9cc51d4a384d586eb70e98f376c2696068b40864c792e'

describe('custom-blocks', () => {
  let stop = () => {}
  afterEach(() => stop())

  /** A registry that answers with this, and writes down the headers it was sent. */
  async function registry(status: number, body: unknown): Promise<{ baseUrl: string; seen: IncomingHttpHeaders[] }> {
    const seen: IncomingHttpHeaders[] = []
    const server = createServer((request, answer) => {
      seen.push(request.headers)
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stop = () => server.closeAllConnections()
    server.unref()
    return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
  }

  const lend = (baseUrl: string) => ({
    blocks: [{ block: facilityRegistry, name: 'prod', values: { baseUrl, apiKey: 'key-of-the-registry' } }],
  })

  it('answers by itself where nothing is saved', async () => {
    const { result, artifacts } = await runFlow(customBlocks, { district: 'kono' })

    expect(result).toEqual({ facilities: 2, beds: 40, missing: 1 })
    expect(artifacts[0]?.description).toContain('Sample data')
  })

  it('F064 sends the key that the block keeps, and shows it nowhere', async () => {
    const { baseUrl, seen } = await registry(200, [{ code: 'a', beds: 12 }])

    const { result, run, logs, steps, artifacts } = await runFlow(customBlocks, { connection: 'prod' }, lend(baseUrl))

    expect(result).toEqual({ facilities: 1, beds: 12, missing: 0 })
    expect(seen[0]?.['x-api-key']).toBe('key-of-the-registry')
    expect(JSON.stringify([run, logs, steps, artifacts])).not.toContain('key-of-the-registry')
  })

  it('tries again when the registry is ill, and not when it refuses', async () => {
    const ill = await registry(503, {})
    const { state } = await runFlow(customBlocks, { connection: 'prod' }, lend(ill.baseUrl))
    stop()
    const refusing = await registry(403, {})
    await runFlow(customBlocks, { connection: 'prod' }, lend(refusing.baseUrl))

    expect(state).toMatchObject({ type: 'failed', message: expect.stringContaining('503') })
    expect([ill.seen.length, refusing.seen.length]).toEqual([3, 1])
  })

  it('F063 prints its secret as stars', () => {
    const { apiKey } = facilityRegistry.schema.parse({ baseUrl: 'https://x.test', apiKey: 'k' })

    expect(apiKey).toBeInstanceOf(Secret)
    expect([String(apiKey), JSON.stringify({ apiKey })]).toEqual(['***', '{"apiKey":"***"}'])
  })
})
