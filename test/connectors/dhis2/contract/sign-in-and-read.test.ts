import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client, type Dhis2Client } from '../../../../connectors/dhis2/index.ts'
import { collect } from '../../../../src/base/collect.ts'
import { CLINICS, COUNTRY, createContractMetadata, DEFAULT_COMBO, MONTHLY } from './contract-metadata.ts'
import { plainRequest } from './plain-request.ts'
import { SERVERS, type OpenServer } from './servers.ts'

describe.each(SERVERS)('$name', ({ open }) => {
  let server: OpenServer
  let client: Dhis2Client

  beforeAll(async () => {
    server = await open()
    await createContractMetadata(server)
    client = createDhis2Client({ baseUrl: server.url, username: server.username, password: server.password })
  }, 120_000)

  afterAll(async () => {
    await client.close()
    await server.stop()
  })

  it('says who signed in and what it is', async () => {
    const [account, info] = [await client.me(), await client.serverInfo()]

    expect(account.username).toBe(server.username)
    expect(account.orgUnitIds).toContain(COUNTRY)
    expect(info.version).toMatch(/^2\.\d+/)
  })

  it('refuses a wrong password with http/auth', async () => {
    const stranger = createDhis2Client({ baseUrl: server.url, username: server.username, password: 'not this one' })

    await expect(stranger.me()).rejects.toMatchObject({ code: 'http/auth', retryable: false })
    await stranger.close()
  })

  it('reads units, elements and sets that were made', async () => {
    const units = await collect(client.orgUnits({ filter: 'code:like:D2FT_CLIN' }))
    const sets = await collect(client.dataSets({ filter: `id:eq:${MONTHLY}` }))

    expect(units.map(({ id }) => id)).toEqual(CLINICS)
    expect(sets.map(({ periodType }) => periodType)).toEqual(['Monthly'])
  })

  it('reads values in one shape, whatever the server writes once for all rows', async () => {
    const row = { dataElement: 'D2FtBeds001', period: '202301', orgUnit: 'D2FtClin001', value: '12' }
    await plainRequest(server, 'POST', 'dataValueSets', { dataSet: MONTHLY, dataValues: [row] })

    const one = await collect(client.dataValues({ dataSet: MONTHLY, period: '202301', orgUnit: 'D2FtClin001' }))
    const all = await collect(
      client.dataValues({ dataSet: MONTHLY, period: '202301', orgUnit: COUNTRY, children: true }),
    )

    expect(one).toMatchObject([
      { ...row, categoryOptionCombo: DEFAULT_COMBO, attributeOptionCombo: DEFAULT_COMBO, deleted: false },
    ])
    expect(all).toEqual(one)
  })
})
