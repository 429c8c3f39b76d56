/** Reading a whole country from the fakes of both generations, with everything that goes wrong between us and a server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client, type Dhis2Client } from '../../../../connectors/dhis2/index.ts'
import { createDhis2App, type Dhis2Fake } from '../../../../fixtures/dhis2/app.ts'
import { loadCountry } from '../../../../fixtures/dhis2/country/index.ts'
import { makeToken } from '../../../../fixtures/dhis2/sign-in/api-token.ts'
import { createState } from '../../../../fixtures/dhis2/state.ts'
import { collect } from '../../../../src/base/collect.ts'
import { listen } from '../../../../src/project/listen.ts'
import { createFakeClock } from '../../../../src/testing/fake-clock.ts'

describe.each(['2.42', '2.43'] as const)('a country on the fake %s', (personality) => {
  let fake: Dhis2Fake
  let server: Awaited<ReturnType<typeof listen>>
  const clients: Dhis2Client[] = []

  beforeAll(async () => {
    const state = createState(personality)
    loadCountry(state)
    fake = createDhis2App({ personality, state })
    server = await listen(fake.app, { port: 0 })
  })

  afterEach(async () => {
    fake.scenarios.reset()
    await Promise.all(clients.splice(0).map((client) => client.close()))
  })

  afterAll(() => server.stop())

  function open(
    settings: { token: string } | { username: string; password: string } = { username: 'admin', password: 'district' },
  ) {
    const clock = createFakeClock()
    const client = createDhis2Client({ baseUrl: server.address, ...settings }, { clock })
    clients.push(client)
    return Object.assign(client, { clock })
  }

  it.each([50, 200, 1_000, 5_000])('has 1,332 units in four levels, in pages of %i', async (pageSize) => {
    const units = await collect(open().orgUnits({ pageSize }))

    const levels = Object.entries(Object.groupBy(units, ({ level }) => String(level)))
    expect(levels.map(([level, some]) => [level, some?.length])).toEqual([
      ['1', 1],
      ['2', 13],
      ['3', 152],
      ['4', 1_166],
    ])
    expect(new Set(units.map(({ id }) => id)).size).toBe(1_332)
    expect(units.every(({ name, path, code }) => name !== null && path !== null && code !== null)).toBe(true)
  })

  it('has geometry for 766 of them, when it is asked for', async () => {
    const plain = await collect(open().orgUnits())
    const outlined = await collect(open().orgUnits({ geometry: true }))

    expect(plain.filter(({ geometry }) => geometry !== null)).toHaveLength(0)
    const types = Object.groupBy(outlined, ({ geometry }) => geometry?.type ?? 'none')
    expect(Object.fromEntries(Object.entries(types).map(([type, some]) => [type, some?.length]))).toEqual({
      Point: 601,
      Polygon: 143,
      MultiPolygon: 22,
      none: 566,
    })
  })

  it('has 67 elements, two data sets of 31 and 12, and indicators with both of their halves', async () => {
    const client = open()

    const elements = await collect(client.dataElements())
    const sets = await collect(client.dataSets())
    const indicators = await collect(client.indicators({ pageSize: 7 }))

    expect(elements).toHaveLength(67)
    expect(sets.map(({ dataElementIds }) => dataElementIds.length).toSorted((a, b) => a - b)).toEqual([12, 31])
    expect(indicators).toHaveLength(await client.count('indicators'))
    expect(indicators.every(({ numerator, denominator }) => numerator !== null && denominator !== null)).toBe(true)
  })

  it('gives one call the same units as many pages', async () => {
    const client = open()

    const [paged, whole] = [
      await collect(client.metadata('organisationUnits', { pageSize: 100 })),
      await client.fetchMetadata('organisationUnits'),
    ]

    expect(paged.map(({ id }) => id).toSorted()).toEqual(whole.map(({ id }) => String(id)).toSorted())
  })

  it.each(['rowInsertedBetweenPages', 'rowRemovedBetweenPages'] as const)(
    'gives every unit once although of %s',
    async (scenario) => {
      const known = (await collect(open().orgUnits())).map(({ id }) => id)
      // sorts before all others, so that every page after the first is shifted
      const added = { id: 'A0000000000', name: 'Added', shortName: 'Added', level: 4, path: '/A0000000000' }
      if (scenario === 'rowInsertedBetweenPages')
        fake.scenarios.rowInsertedBetweenPages({ collection: 'organisationUnits', object: added })
      else fake.scenarios.rowRemovedBetweenPages({ collection: 'organisationUnits', id: added.id })

      const ids = (await collect(open().orgUnits({ pageSize: 100 }))).map(({ id }) => id)

      expect(ids.toSorted()).toEqual([...new Set([...known, added.id])].toSorted())
    },
  )

  it.each([
    ['signs in by token, and is told of', () => ({ token: makeToken(fake.state, 'admin').key }), undefined],
    ['refuses an expired token', () => ({ token: makeToken(fake.state, 'admin', { expiresAt: 0 }).key }), 'http/auth'],
    ['refuses a wrong password', () => ({ username: 'admin', password: 'wrong' }), 'http/auth'],
  ])('%s', async (_, settings, code) => {
    const outcome = await open(settings())
      .me()
      .catch((error: unknown) => error)

    expect(outcome).toMatchObject(code === undefined ? { username: 'admin' } : { code, retryable: false })
  })

  it('reads on through a proxy that fails and a server that is busy', async () => {
    fake.scenarios.proxyHtml({ path: '/organisationUnits', status: 502 })
    fake.scenarios.busyOnce({ path: '/organisationUnits', retryAfterSeconds: 2 })
    const client = open()

    const units = await collect(client.orgUnits())

    expect(units.length).toBeGreaterThanOrEqual(1_332)
    expect(client.clock.waitsMs).toContain(2_000)
  })

  it('says that it was given a login page', async () => {
    fake.scenarios.loginPage200()

    await expect(collect(open().orgUnits())).rejects.toMatchObject({
      code: 'http/auth',
      message: expect.stringContaining('Log in'),
    })
  })

  it('gives back every value that was stored, whatever was asked for and lifted out of the rows', async () => {
    const client = open()
    const [set] = await collect(client.dataSets())
    const [root] = await collect(client.orgUnits({ level: 1 }))
    const [unit, other] = await collect(client.orgUnits({ level: 4 }))
    const [element] = set?.dataElementIds ?? []
    const values = [unit, other].flatMap((where) =>
      ['202401', '202402'].map((period) => ({
        dataElement: element ?? '',
        period,
        orgUnit: where?.id ?? '',
        categoryOptionCombo: 'HllvX50cXC0',
        attributeOptionCombo: 'HllvX50cXC0',
      })),
    )
    for (const [at, key] of values.entries()) {
      const row = {
        ...key,
        value: String(at),
        comment: null,
        followup: false,
        storedBy: 'admin',
        createdAt: 0,
        lastUpdatedAt: 0,
        deleted: false,
      }
      fake.state.values.set(Object.values(key).join('|'), row)
    }
    const query = { dataSet: set?.id, orgUnit: root?.id, children: true }
    const keysOf = async (more: object) =>
      (await collect(client.dataValues({ ...query, ...more })))
        .map(({ period, orgUnit, value }) => `${period} ${orgUnit} ${value}`)
        .toSorted()
    const all = values.map(({ period, orgUnit }, at) => `${period} ${orgUnit} ${at}`).toSorted()

    expect(await keysOf({ period: ['202401', '202402'] })).toEqual(all)
    expect(await keysOf({ startDate: '2024-01-01', endDate: '2024-12-31' })).toEqual(all)
    expect(await keysOf({ period: '202401' })).toEqual(all.filter((key) => key.startsWith('202401')))
    expect(await keysOf({ period: '202401', orgUnit: unit?.id, children: false })).toEqual([`202401 ${unit?.id} 0`])
    expect(await keysOf({ period: '201001' })).toEqual([])
  })
})
