import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { startSandbox } from '../../src/sandbox/index.ts'

const ADMIN = { authorization: `Basic ${Buffer.from('admin:district').toString('base64')}` }

async function asAdmin(address: string): Promise<Record<string, unknown>> {
  const answer = await fetch(address, { headers: ADMIN })
  return (await answer.json()) as Record<string, unknown>
}

describe('a sandbox', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ dhis2: '2.43', country: 'small', values: 'demo' })
  })
  afterAll(() => sandbox.stop())

  it('is a DHIS2 of the version asked for, with the country in it, at an address of its own', async () => {
    const info = await asAdmin(`${sandbox.addresses.dhis2}/api/system/info`)
    const regions = await asAdmin(
      `${sandbox.addresses.dhis2}/api/organisationUnits?filter=level:eq:1&fields=id,name,code`,
    )

    expect(info['version']).toMatch(/^2\.43/)
    expect(regions['organisationUnits']).toMatchObject([{ name: 'Meridara', code: 'MER' }])
    expect(new Set(Object.values(sandbox.addresses)).size).toBe(8)
    expect(Object.values(sandbox.addresses).every((each) => /^http:\/\/127\.0\.0\.1:\d+$/.test(each))).toBe(true)
  })

  it('lets nobody in without the password', async () => {
    const wrong = { authorization: `Basic ${Buffer.from('admin:wrong').toString('base64')}` }

    const answer = await fetch(`${sandbox.addresses.dhis2}/api/me`, { headers: wrong, redirect: 'manual' })

    expect(answer.status).toBe(401)
  })

  // dhis2.py puts .json behind every address; others end collections with a slash
  it.each(['/api/system/info.json', '/api/42/system/info', '/api/dataElements.json?pageSize=1', '/api/dataElements/'])(
    'takes an address as other clients write it: %s',
    async (path) => {
      const answer = await fetch(`${sandbox.addresses.dhis2}${path}`, { headers: ADMIN })

      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toContain('application/json')
    },
  )

  it('holds the data values that were asked for', async () => {
    const { dataSets } = (await asAdmin(`${sandbox.addresses.dhis2}/api/dataSets?fields=id&order=name:desc`)) as {
      dataSets: { id: string }[]
    }
    const { organisationUnits } = (await asAdmin(
      `${sandbox.addresses.dhis2}/api/organisationUnits?filter=level:eq:1&fields=id`,
    )) as { organisationUnits: { id: string }[] }

    const exported = await asAdmin(
      `${sandbox.addresses.dhis2}/api/dataValueSets?dataSet=${dataSets[0]?.id}&orgUnit=${organisationUnits[0]?.id}&children=true&startDate=2025-01-01&endDate=2025-12-31`,
    )

    expect((exported['dataValues'] as unknown[]).length).toBe(576)
  })

  it('is an air quality service', async () => {
    const answer = await fetch(`${sandbox.addresses.openMeteo}/v1/air-quality?latitude=60&longitude=11&hourly=pm2_5`)

    expect(await answer.json()).toMatchObject({ hourly_units: { pm2_5: 'μg/m³' } })
  })

  it('keeps what is sent to Slack and to the webhook, and shows it on its page', async () => {
    const { blocks, addresses } = sandbox

    await fetch(String(blocks['slack-webhook']?.['url']), { method: 'POST', body: '{"text":"<b>sent</b>"}' })
    await fetch(String(blocks['custom-webhook']?.['url']), { method: 'POST', body: 'hello' })

    const { slack, webhook } = await sandbox.messages()
    const page = await (await fetch(addresses.home)).text()
    expect(slack.map(({ text }) => text)).toEqual(['<b>sent</b>'])
    expect(webhook.map(({ body }) => body)).toEqual(['hello'])
    expect(page).toContain('&lt;b&gt;sent&lt;/b&gt;')
    expect(page).toContain(addresses.dhis2)
  })

  it('gives the values of a block for every service', () => {
    expect(sandbox.blocks).toMatchObject({
      'dhis2-credentials': { baseUrl: sandbox.addresses.dhis2, username: 'admin', password: 'district' },
      'http-api': { baseUrl: sandbox.addresses.dhis2, authType: 'basic', username: 'admin', password: 'district' },
      'open-meteo': {
        airQualityUrl: sandbox.addresses.openMeteo,
        forecastUrl: sandbox.addresses.openMeteo,
        archiveUrl: sandbox.addresses.openMeteo,
      },
      'world-bank': { baseUrl: sandbox.addresses.worldBank },
      worldpop: { statsUrl: sandbox.addresses.worldPop, hubUrl: sandbox.addresses.worldPop },
      'object-store': { endpoint: sandbox.addresses.objectStore, bucket: 'exports' },
      'slack-webhook': { url: expect.stringContaining(sandbox.addresses.slack) },
      'custom-webhook': { url: expect.stringContaining(sandbox.addresses.webhook) },
    })
  })
})

describe('starting and stopping a sandbox', () => {
  it('frees its ports, also while somebody is connected', async () => {
    const sandbox = await startSandbox({ country: 'small' })
    await fetch(`${sandbox.addresses.dhis2}/api/ping`)

    await sandbox.stop()

    await expect(fetch(`${sandbox.addresses.dhis2}/api/ping`)).rejects.toThrow('fetch failed')
  })

  it.each(['2.40', '2.41'] as const)('says that it cannot be DHIS2 %s, and what it can be', async (dhis2) => {
    await expect(startSandbox({ dhis2 })).rejects.toMatchObject({
      code: 'cli/usage',
      message: `the sandbox cannot answer as DHIS2 ${dhis2}`,
      hint: 'it can answer as 2.42 and 2.43',
    })
  })

  it('takes ports one after the other, and stops what had started when one of them is taken', async () => {
    const port = await freePorts()
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(port + 2, '127.0.0.1', resolve))

    const refused = startSandbox({ port, country: 'small' })

    await expect(refused).rejects.toMatchObject({
      code: 'cli/usage',
      message: `port ${port + 2} of this machine is taken`,
    })
    await new Promise((resolve) => squatter.close(resolve))
    const sandbox = await startSandbox({ port, country: 'small' })
    await sandbox.stop()
    expect(sandbox.addresses).toMatchObject({
      dhis2: `http://127.0.0.1:${port}`,
      openMeteo: `http://127.0.0.1:${port + 1}`,
      slack: `http://127.0.0.1:${port + 2}`,
      webhook: `http://127.0.0.1:${port + 3}`,
    })
  })
})

/** The first of five ports in a row that nobody uses. */
async function freePorts(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port > 65_000 ? freePorts() : port
}
