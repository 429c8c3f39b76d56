import { http } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client } from '../../../connectors/dhis2/client.ts'
import { collect } from '../../../src/base/collect.ts'
import { createLog } from '../../../src/base/log.ts'
import { createFakeClock } from '../../../src/testing/fake-clock.ts'
import { mockNetwork } from '../../../src/testing/mock-network.ts'
import { RECORDED_SERVERS } from './recordings.ts'
import { replays, SERVER } from './replay.ts'

const network = mockNetwork()
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

const warnings: string[] = []
afterEach(() => void warnings.splice(0))

const dhis2 = createDhis2Client(
  { baseUrl: SERVER, username: 'admin', password: 'district' },
  { clock: createFakeClock(), log: createLog((level, message) => void (level === 'warn' && warnings.push(message))) },
)

/** Serves a list in pages by id, as it stands when a page is asked for. */
function serves(list: string, objects: () => readonly { readonly id: string }[]): URL[] {
  const asked: URL[] = []
  network.use(
    http.get(`${SERVER}/api/${list}`, ({ request }) => {
      const url = new URL(request.url)
      asked.push(url)
      const pageSize = Number(url.searchParams.get('pageSize') ?? 50)
      const page = Number(url.searchParams.get('page') ?? 1)
      const sorted = objects().toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const rows = sorted.slice((page - 1) * pageSize, page * pageSize)
      const more = page * pageSize < sorted.length
      const pager = { page, total: sorted.length, pageSize, ...(more ? { nextPage: 'http://behind.proxy/api' } : {}) }
      return Response.json({ pager, [list]: rows })
    }),
  )
  return asked
}

const units = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `ou${String(at).padStart(9, '0')}`, name: `Unit ${at}`, level: 4 }))

describe('a list that is read page by page', () => {
  it('gives every object once, in the order of their ids', async () => {
    serves('organisationUnits', () => units(1_332).toReversed())

    const rows = await collect(dhis2.orgUnits({ pageSize: 50 }))

    expect(rows.map(({ id }) => id)).toEqual(units(1_332).map(({ id }) => id))
  })

  it('D2-007 asks for an order, for a thousand at a time, and for the fields of a row', async () => {
    const asked = serves('organisationUnits', () => units(3))

    await collect(dhis2.orgUnits({ level: 4, filter: ['name:like:a,b', 'code:!null'] }))

    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
      order: 'id:asc',
      pageSize: '1000',
      page: '1',
    })
    expect(asked[0]?.searchParams.get('fields')).toMatch(/^id,code,name,.*translations$/)
    expect(asked[0]?.searchParams.getAll('filter')).toEqual(['level:eq:4', 'name:like:a,b', 'code:!null'])
  })

  it('asks for outlines only where they are wanted, and then for fewer at a time', async () => {
    const asked = serves('organisationUnits', () => units(3))

    await collect(dhis2.orgUnits({ geometry: true }))

    expect(asked[0]?.searchParams.get('fields')).toMatch(/,geometry$/)
    expect(asked[0]?.searchParams.get('pageSize')).toBe('200')
  })

  it('R18 asks for the next page when it is wanted, and not before', async () => {
    const asked = serves('organisationUnits', () => units(100))

    for await (const row of dhis2.orgUnits({ pageSize: 10 })) if (row.id === 'ou000000012') break

    expect(asked).toHaveLength(2)
  })

  it('D2-008 ends where there is no next page, whatever the page numbers say', async () => {
    const requests: string[] = []
    network.use(
      http.get(`${SERVER}/api/dataElements`, ({ request }) => {
        requests.push(request.url)
        // recorded as paging/beyond: the pager shows the last page and the list is empty
        return Response.json({
          pager: { page: 1, total: 1, pageSize: 1, nextPage: 'x' },
          dataElements: requests.length === 1 ? [{ id: 'a' }] : [],
        })
      }),
    )

    expect(await collect(dhis2.dataElements())).toHaveLength(1)
    expect(requests).toHaveLength(2)
  })

  it('gives an object once, and the one that was missed, when one is added between two pages', async () => {
    let list = units(20)
    const asked = serves('organisationUnits', () => {
      // sorts before everything: the second page begins with a row of the first
      if (asked.length === 2) list = [{ id: 'aa000000000', name: 'New', level: 4 }, ...units(20)]
      return list
    })

    const rows = await collect(dhis2.orgUnits({ pageSize: 10 }))

    expect(rows.map(({ id }) => id).toSorted()).toEqual(['aa000000000', ...units(20).map(({ id }) => id)])
    expect(warnings).toEqual([expect.stringContaining('counts 20, then 21 objects and gave 20')])
  })

  it('gives everything when an object is removed between two pages', async () => {
    let list = units(20)
    const asked = serves('organisationUnits', () => {
      if (asked.length === 2) list = units(20).slice(1)
      return list
    })

    const rows = await collect(dhis2.orgUnits({ pageSize: 10 }))

    // the removed one had been read before; the one that moved up to the first page was found by the second reading
    expect(rows.map(({ id }) => id).toSorted()).toEqual(units(20).map(({ id }) => id))
    expect(warnings).toEqual([expect.stringContaining('counts 20, then 19 objects and gave 19')])
  })

  it('ends at a page that brings nothing new, even if the server always names a next one', async () => {
    const pager = { page: 1, total: 2, nextPage: 'x' }
    network.use(
      http.get(`${SERVER}/api/dataSets`, () => Response.json({ pager, dataSets: [{ id: 'a' }, { id: 'b' }] })),
    )

    expect(await collect(dhis2.dataSets())).toHaveLength(2)
  })

  it('dhis2/incomplete is what a list is that never comes to what the server counts', async () => {
    network.use(
      http.get(`${SERVER}/api/indicators`, () =>
        Response.json({ pager: { page: 1, total: 7 }, indicators: [{ id: 'a' }] }),
      ),
    )

    await expect(collect(dhis2.indicators())).rejects.toMatchObject({
      code: 'dhis2/incomplete',
      retryable: true,
      message: expect.stringContaining('counts 7 objects and gave 1'),
      hint: expect.stringContaining('one call'),
      details: { totals: [7], read: 1 },
    })
  })

  it('refuses an object without an id, naming where it stands', async () => {
    network.use(http.get(`${SERVER}/api/dataSets`, () => Response.json({ dataSets: [{ id: 'a' }, { name: 'b' }] })))

    await expect(collect(dhis2.dataSets())).rejects.toMatchObject({
      code: 'http/shape',
      details: { field: 'dataSets.1.id' },
    })
  })
})

describe('a row', () => {
  it('of a unit has our names, and null for what the server leaves out', async () => {
    network.use(
      http.get(`${SERVER}/api/organisationUnits`, () =>
        Response.json({
          organisationUnits: [
            {
              id: 'ouFacilty01',
              code: 'F1',
              name: 'Hazel clinic',
              shortName: 'Hazel',
              level: 4,
              path: '/a/b/c/ouFacilty01',
              parent: { id: 'c' },
              openingDate: '1980-01-01T00:00:00.000',
              closedDate: '2020-12-31',
              createdBy: { username: 'admin' },
              translations: [{ property: 'NAME' }, { property: 'SHORT_NAME' }],
              geometry: { type: 'Point', coordinates: [1, 2] },
            },
            { id: 'ouCountry01' },
          ],
        }),
      ),
    )

    expect(await collect(dhis2.orgUnits({ geometry: true }))).toEqual([
      {
        id: 'ouFacilty01',
        code: 'F1',
        name: 'Hazel clinic',
        shortName: 'Hazel',
        level: 4,
        path: '/a/b/c/ouFacilty01',
        parentId: 'c',
        openingDate: '1980-01-01',
        closedDate: '2020-12-31',
        createdBy: 'admin',
        translationCount: 2,
        geometry: { type: 'Point', coordinates: [1, 2] },
      },
      {
        id: 'ouCountry01',
        code: null,
        name: null,
        shortName: null,
        level: null,
        path: null,
        parentId: null,
        openingDate: null,
        closedDate: null,
        createdBy: null,
        translationCount: 0,
        geometry: null,
      },
    ])
  })

  it('of an indicator has the factor of its type, of a data set the ids of its elements', async () => {
    network.use(
      http.get(`${SERVER}/api/indicators`, () =>
        Response.json({
          indicators: [{ id: 'i', numerator: '#{a}', denominator: '1', indicatorType: { id: 't', factor: 100 } }],
        }),
      ),
      http.get(`${SERVER}/api/dataSets`, () =>
        Response.json({
          dataSets: [{ id: 's', periodType: 'Monthly', dataSetElements: [{ dataElement: { id: 'e' } }] }],
        }),
      ),
      http.get(`${SERVER}/api/dataElements`, () =>
        Response.json({
          dataElements: [{ id: 'e', valueType: 'NUMBER', categoryCombo: { id: 'c' }, zeroIsSignificant: true }],
        }),
      ),
    )

    expect(await collect(dhis2.indicators())).toMatchObject([{ numerator: '#{a}', indicatorTypeId: 't', factor: 100 }])
    expect(await collect(dhis2.dataSets())).toMatchObject([{ periodType: 'Monthly', dataElementIds: ['e'] }])
    expect(await collect(dhis2.dataElements())).toMatchObject([{ categoryComboId: 'c', zeroIsSignificant: true }])
  })

  it.each(RECORDED_SERVERS)('is read from what %s answered', async (server) => {
    network.use(replays(server, 'system/gzip'))

    const rows = await collect(dhis2.orgUnits())

    expect(rows).toHaveLength(16)
    expect(rows.find(({ id }) => id === 'ouFacilty01')).toMatchObject({
      name: 'Hazel clinic',
      parentId: 'ouDistrct01',
      openingDate: '1980-01-01',
      createdBy: 'admin',
    })
  })
})

describe('a list in one call', () => {
  it('F068 F230 is asked for without pages, with every member that belongs to the object', async () => {
    const asked: string[] = []
    network.use(
      http.get(`${SERVER}/api/organisationUnits`, ({ request }) => {
        asked.push(new URL(request.url).search)
        return Response.json({ organisationUnits: [{ id: 'OU1' }] })
      }),
    )

    const rows = await dhis2.fetchMetadata('organisationUnits')
    await dhis2.fetchMetadata('organisationUnits', { fields: 'id', filter: ['level:eq:1', 'code:eq:A'] })

    expect(rows).toEqual([{ id: 'OU1' }])
    expect(asked).toEqual([
      '?paging=false&fields=%3Aowner',
      '?paging=false&fields=id&filter=level%3Aeq%3A1&filter=code%3Aeq%3AA',
    ])
  })

  it('F068 raises on an error status, and on an answer without the list', async () => {
    network.use(
      http.get(`${SERVER}/api/organisationUnits`, () => Response.json({ message: 'boom' }, { status: 500 })),
      http.get(`${SERVER}/api/dataElements`, () => Response.json({ other: [] })),
    )

    await expect(dhis2.fetchMetadata('organisationUnits')).rejects.toMatchObject({ code: 'http/status' })
    await expect(dhis2.fetchMetadata('dataElements')).rejects.toMatchObject({
      code: 'http/shape',
      message: expect.stringContaining('"dataElements"'),
    })
  })

  it('says in the words of the server what is wrong with a filter', async () => {
    network.use(replays('2.42', 'paging/filter-unknown-operator'))

    await expect(dhis2.fetchMetadata('organisationUnits', { filter: 'name:equals:x' })).rejects.toMatchObject({
      code: 'http/status',
      message: expect.stringContaining('(E1003): `equals` is not a valid operator.'),
    })
  })

  it.each(['id,parent[id', 'id]', ' '])(
    'D2-009 refuses the fields "%s", which the server would not',
    async (fields) => {
      await expect(dhis2.fetchMetadata('organisationUnits', { fields })).rejects.toMatchObject({
        code: 'config/params',
      })
    },
  )

  it.each(['', '../me', 'organisationUnits?x=1'])('refuses "%s" as the name of a list', async (endpoint) => {
    await expect(dhis2.fetchMetadata(endpoint)).rejects.toMatchObject({ code: 'config/params' })
  })

  it('of named ids is asked for in addresses that every proxy takes', async () => {
    const asked: URL[] = []
    const ids = units(1_000).map(({ id }) => id)
    network.use(
      http.get(`${SERVER}/api/organisationUnits`, ({ request }) => {
        const url = new URL(request.url)
        asked.push(url)
        const [, some = ''] = /\[(.*)\]/.exec(url.searchParams.get('filter') ?? '') ?? []
        return Response.json({ organisationUnits: some.split(',').map((id) => ({ id })) })
      }),
    )

    const found = await dhis2.fetchByIds('organisationUnits', [...ids, ...ids], { fields: 'id' })

    expect(found.map(({ id }) => id)).toEqual(ids)
    expect(Math.max(...asked.map(({ search }) => search.length))).toBeLessThanOrEqual(2_000)
  })

  it('is counted without being read', async () => {
    const asked = serves('organisationUnits', () => units(1_332))

    expect(await dhis2.count('organisationUnits', { filter: 'level:eq:4' })).toBe(1_332)
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
      fields: 'id',
      filter: 'level:eq:4',
      pageSize: '1',
    })
  })
})

describe('the server', () => {
  it.each(RECORDED_SERVERS)('F230 says what it is: %s', async (server) => {
    network.use(replays(server, 'system/info'), replays(server, 'system/me'))

    const info = await dhis2.serverInfo()
    const me = await dhis2.me()

    expect(info).toMatchObject({ calendar: 'iso8601', serverTimeZoneId: 'UTC', lastAnalyticsTableSuccess: null })
    expect(info.majorMinor).toEqual(server.split('.').map(Number))
    expect(info.serverDate).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(me).toMatchObject({ username: 'admin', orgUnitIds: ['ouCountry01'], dataViewOrgUnitIds: ['ouCountry01'] })
    expect(me.authorities).toContain('ALL')
  })

  it.each([
    ['2.42.5.2', [2, 42]],
    ['2.43-SNAPSHOT', [2, 43]],
    ['2.41.8-rc', [2, 41]],
  ])('may have the version %s', async (version, majorMinor) => {
    network.use(http.get(`${SERVER}/api/system/info`, () => Response.json({ version })))

    expect(await dhis2.serverInfo()).toMatchObject({ version, majorMinor })
  })

  it('dhis2/version is what something else that answers is', async () => {
    network.use(http.get(`${SERVER}/api/system/info`, () => Response.json({ version: 'unknown' })))

    await expect(dhis2.serverInfo()).rejects.toMatchObject({
      code: 'dhis2/version',
      retryable: false,
      hint: expect.stringContaining('DHIS2 server'),
    })
  })

  it('dhis2/no-access is what a 403 is', async () => {
    network.use(
      http.get(`${SERVER}/api/users`, () =>
        Response.json({ message: 'Access is denied', errorCode: 'E3000' }, { status: 403 }),
      ),
    )

    await expect(dhis2.fetchMetadata('users')).rejects.toMatchObject({
      code: 'dhis2/no-access',
      retryable: false,
      hint: expect.stringContaining('authority'),
      details: { status: 403, serverCode: 'E3000' },
    })
  })

  it.each(RECORDED_SERVERS)('dhis2/unknown-uid is what an object that %s does not have is', async (server) => {
    network.use(replays(server, 'system/not-found-object'))

    await expect(dhis2.api.send({ path: 'dataElements/abcdefghijk' })).rejects.toMatchObject({
      code: 'dhis2/unknown-uid',
      retryable: false,
      hint: expect.stringContaining('instance'),
    })
  })
})
