import { httpApi } from 'd2flow/connectors/http-api'
import { dhis2 } from 'd2flow/connectors/dhis2'
import { dhis2Handlers } from 'd2flow/fixtures/dhis2'
import { dhis2AuthenticatedApi } from 'd2flow/flows/dhis2/dhis2-authenticated-api'
import { dhis2Connection } from 'd2flow/flows/dhis2/dhis2-connection'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { http, HttpResponse } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const network = mockNetwork()
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

describe('dhis2-authenticated-api', () => {
  const blocks = [
    { name: 'by-key', values: { authType: 'api-key', apiKey: 'key-123' } },
    { name: 'by-token', values: { authType: 'bearer', token: 'token-456' } },
    { name: 'by-password', values: { authType: 'basic', username: 'admin', password: 'district' } },
  ].map(({ name, values }) => ({ block: httpApi, name, values: { baseUrl: 'http://api.test', ...values } }))
  const connections = blocks.map(({ name }) => name)

  it('R2 F234 really sends each header unmasked, and shows it masked', async () => {
    const sent: (string | null)[] = []
    network.use(
      http.get('http://api.test/api/organisationUnits', ({ request }) => {
        sent.push(request.headers.get('x-api-key') ?? request.headers.get('authorization'))
        return HttpResponse.json({ pager: {}, organisationUnits: [{ id: 'a' }, { id: 'b' }] })
      }),
    )

    const { result, artifacts, logs } = await runFlow(dhis2AuthenticatedApi, { connections }, { blocks })

    // base64 of "admin:district"
    expect(sent).toEqual(['key-123', 'Bearer token-456', 'Basic YWRtaW46ZGlzdHJpY3Q='])
    expect(result?.answers.map(({ status, records, header }) => [status, records, header])).toEqual([
      [200, 2, 'X-API-Key: ***'],
      [200, 2, 'Authorization: Bearer ***'],
      [200, 2, 'Authorization: Basic ***'],
    ])
    expect(JSON.stringify([artifacts, logs])).not.toMatch(/key-123|token-456|district|YWRtaW4/)
  })

  it('R2 reports the 401 that was answered, and fails', async () => {
    network.use(
      http.get('http://api.test/api/organisationUnits', ({ request }) =>
        request.headers.has('x-api-key')
          ? HttpResponse.json({ message: 'Unauthorized' }, { status: 401 })
          : HttpResponse.json({ organisationUnits: [] }),
      ),
    )

    const { state, artifacts } = await runFlow(dhis2AuthenticatedApi, { connections }, { blocks })

    expect(state).toMatchObject({ type: 'failed', message: 'refused: by-key' })
    expect(JSON.stringify(artifacts)).toContain('by-key (401)')
  })

  it('refuses a block without the secret that its kind needs, before anything is sent', async () => {
    const { error } = await runFlow(
      dhis2AuthenticatedApi,
      { connections: ['half'] },
      { blocks: [{ block: httpApi, name: 'half', values: { baseUrl: 'http://api.test', authType: 'bearer' } }] },
    )

    expect(error).toMatchObject({ code: 'config/block-invalid', message: expect.stringContaining('token: is missing') })
  })
})

describe('dhis2-connection', () => {
  const block = (values: Record<string, string>) => [
    { block: dhis2, name: 'dhis2', values: { baseUrl: 'http://dhis2.test', ...values } },
  ]

  it.each(['2.42', '2.43'] as const)('F137 tells what a %s server is and shows no password', async (personality) => {
    network.use(...dhis2Handlers({ personality, country: 'small' }).handlers)

    const { result, artifacts } = await runFlow(
      dhis2Connection,
      {},
      { blocks: block({ username: 'admin', password: 'district' }) },
    )

    expect(result).toMatchObject({
      deployment: 'local',
      host: 'dhis2.test',
      user: 'admin',
      hasPassword: true,
      version: expect.stringContaining(personality),
    })
    expect(result?.orgUnits).toBeGreaterThan(100)
    expect(JSON.stringify(artifacts)).not.toContain('district')
  })

  it('fails once, and says what to look at, when the password is wrong', async () => {
    network.use(...dhis2Handlers({ personality: '2.42', country: 'small' }).handlers)

    const { error, steps } = await runFlow(
      dhis2Connection,
      {},
      { blocks: block({ username: 'admin', password: 'wrong' }) },
    )

    expect(error).toMatchObject({ code: 'http/auth' })
    expect(steps[0]?.runCount).toBe(1)
  })
})
