import { http } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client, type Dhis2Client } from '../../../connectors/dhis2/client.ts'
import type { StoredDataValue } from '../../../connectors/dhis2/stored-values.ts'
import { collect } from '../../../src/base/collect.ts'
import { createFakeClock } from '../../../src/testing/fake-clock.ts'
import { mockNetwork } from '../../../src/testing/mock-network.ts'
import { RECORDED_SERVERS, recordedCases, type RecordedServer } from './recordings.ts'
import { knowsAllIdsBut, replays, SERVER } from './replay.ts'

const network = mockNetwork()
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

const QUERY = { dataSet: 'dsMonthly01', period: '202301', orgUnit: 'ouFacilty02' }

function client(): Dhis2Client {
  return createDhis2Client({ baseUrl: SERVER, username: 'admin', password: 'district' }, { clock: createFakeClock() })
}

/** Answers a read of data values and gives the query it came with. */
function answersReads(answer: () => Response): URLSearchParams[] {
  const queries: URLSearchParams[] = []
  network.use(
    knowsAllIdsBut(),
    http.get(`${SERVER}/api/dataValueSets`, ({ request }) => {
      queries.push(new URL(request.url).searchParams)
      return answer()
    }),
  )
  return queries
}

async function readRecorded(server: RecordedServer, name: string): Promise<StoredDataValue[]> {
  network.use(knowsAllIdsBut(), replays(server, `export/${name}`))
  return await collect(client().dataValues(QUERY))
}

/** What both servers can be asked to agree on: they were filled at other moments, and only 2.43 stores followUp. */
function comparable(rows: readonly StoredDataValue[]) {
  return rows
    .map((row) => ({ ...row, created: null, lastUpdated: null, followUp: false }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

describe('stored data values', () => {
  it.each([
    'one-period-one-unit',
    'two-units',
    'two-periods',
    'one-aoc',
    'aoc',
    'element',
    'include-deleted',
    'last-updated-dates',
    'empty',
  ])('D2-012 rule 19 are the same rows from both generations: %s', async (name) => {
    const [older, newer] = [await readRecorded('2.42', name), await readRecorded('2.43', name)]

    expect(comparable(newer)).toEqual(comparable(older))
    expect(older.length > 0).toBe(name !== 'empty')
  })

  it('have one shape, whatever the server writes beside the list', async () => {
    const [row] = await readRecorded('2.43', 'one-aoc')

    expect(row).toEqual({
      dataElement: 'deIntPos001',
      period: '202301',
      orgUnit: 'ouFacilty02',
      categoryOptionCombo: 'HllvX50cXC0',
      attributeOptionCombo: 'HllvX50cXC0',
      value: '1',
      comment: null,
      followUp: false,
      storedBy: 'admin',
      created: '2026-11-22T11:46:41.868+0000',
      lastUpdated: '2026-11-22T11:53:42.634+0000',
      deleted: false,
    })
  })

  it('D2-012 belong to the unit of their row, not to the one that was asked for', async () => {
    // 2.42 with children=true: beside the list stands the country, in each row the clinic
    const [row] = await readRecorded('2.42', 'limit')

    expect(row?.orgUnit).toBe('ouFacilty02')
  })

  it('wait for what stands behind the list', async () => {
    const value = { dataElement: 'e', categoryOptionCombo: 'c', attributeOptionCombo: 'a', value: '1' }
    answersReads(() =>
      Response.json({ orgUnit: 'u', dataValues: [value, { ...value, period: '202302' }], period: '202301' }),
    )

    const rows = await collect(client().dataValues(QUERY))

    expect(rows.map(({ period }) => period).toSorted()).toEqual(['202301', '202302'])
  })

  it('are refused when a part of their key stands nowhere', async () => {
    answersReads(() => Response.json({ dataValues: [{ dataElement: 'e', orgUnit: 'u', value: '1' }] }))

    await expect(collect(client().dataValues(QUERY))).rejects.toMatchObject({
      code: 'http/shape',
      details: { field: 'dataValues.period' },
    })
  })

  it('are never a short list: a body that is cut off is an error', async () => {
    const text = JSON.stringify({ dataValues: Array.from({ length: 9 }, () => ({ dataElement: 'e' })) })
    answersReads(() => new Response(text.slice(0, -30), { headers: { 'content-type': 'application/json' } }))

    await expect(collect(client().dataValues(QUERY))).rejects.toMatchObject({ code: 'http/shape', retryable: true })
  })
})

describe('an answer that holds nothing', () => {
  it.each(RECORDED_SERVERS)('is no value at all where every id is known: %s', async (server) => {
    expect(await readRecorded(server, 'empty')).toEqual([])
  })

  it('D2-010 rule 18: an id that is not there is named, though 2.43 answers it with an empty list', async () => {
    network.use(knowsAllIdsBut('ouMissing01', 'deMissing01'), replays('2.43', 'export/unknown-unit'))
    const query = { ...QUERY, orgUnit: ['ouFacilty02', 'ouMissing01'], dataElement: 'deMissing01' }

    await expect(collect(client().dataValues(query))).rejects.toMatchObject({
      code: 'dhis2/unknown-uid',
      retryable: false,
      details: { missing: ['dataElements/deMissing01', 'organisationUnits/ouMissing01'] },
    })
  })

  it.each(
    RECORDED_SERVERS.flatMap((server) => [[server, 'no-data-access'] as const, [server, 'foreign-unit'] as const]),
  )('D2-013 rule 17: is dhis2/no-access where the account may not read, on %s: %s', async (server, name) => {
    network.use(knowsAllIdsBut(), replays(server, `export/${name}`))

    await expect(collect(client().dataValues(QUERY))).rejects.toMatchObject({
      code: 'dhis2/no-access',
      retryable: false,
      hint: expect.stringMatching(/account/),
    })
  })

  it('looks an id up once for as long as the client lives', async () => {
    const lookups: string[] = []
    answersReads(() => Response.json({ dataValues: [] }))
    network.use(
      http.get(`${SERVER}/api/organisationUnits`, ({ request }) => {
        lookups.push(request.url)
        // goes on to the handler that knows all ids
        return undefined
      }),
    )
    const dhis2 = client()

    await collect(dhis2.dataValues(QUERY))
    await collect(dhis2.dataValues({ ...QUERY, period: '202302' }))

    expect(lookups).toHaveLength(1)
  })
})

describe('what is asked for', () => {
  const empty = () => Response.json({ dataValues: [] })

  it('repeats a parameter for each id, and writes periods in their short form', async () => {
    const queries = answersReads(empty)

    await collect(
      client().dataValues({ dataSet: ['a', 'b'], period: ['2024-01', '2024W05'], orgUnit: 'u', children: true }),
    )

    expect(queries[0]?.toString()).toBe('dataSet=a&dataSet=b&orgUnit=u&children=true&period=202401&period=2024W5')
  })

  it.each([{ lastUpdated: '2024-05-01T00:00:00.000' }, { lastUpdatedDuration: '3d' }])(
    'D2-011 rule 19: has days beside %o, without which 2.43 refuses it',
    async (since) => {
      const queries = answersReads(empty)

      await collect(client().dataValues({ dataSet: 'a', orgUnit: 'u', ...since }))

      expect(Object.fromEntries(queries[0] ?? [])).toEqual({
        dataSet: 'a',
        orgUnit: 'u',
        startDate: '1900-01-01',
        endDate: '2100-12-31',
        ...since,
      })
    },
  )

  it('has no days added where there are periods', async () => {
    const queries = answersReads(empty)

    await collect(client().dataValues({ ...QUERY, lastUpdatedDuration: '3d' }))

    expect(queries[0]?.has('startDate')).toBe(false)
  })

  it.each([
    [{ period: '202301', orgUnit: 'u' }, 'dataSet'],
    [{ dataSet: 'a', period: '202301' }, 'orgUnit'],
    [{ dataSet: [], period: '202301', orgUnit: 'u' }, 'dataSet'],
    [{ dataSet: 'a', orgUnit: 'u' }, 'period'],
    [{ dataSet: 'a', orgUnit: 'u', startDate: '2024-01-01' }, 'endDate'],
  ])('is refused before anything is sent when it lacks something: %o', async (query, missing) => {
    await expect(collect(client().dataValues(query))).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringContaining(missing),
    })
  })

  it('is refused when a period does not parse', async () => {
    await expect(collect(client().dataValues({ ...QUERY, period: '202313' }))).rejects.toMatchObject({
      code: 'data/period',
    })
  })
})

describe('the recorded exports', () => {
  it('are all read, or refused with a reason', async () => {
    const outcomes: string[] = []
    for (const server of RECORDED_SERVERS) {
      // compression-gzip is a zipped file whose bytes were not kept; suffix-* are other addresses
      for (const { case: name } of recordedCases(server, 'export').filter(
        (one) => !/compression|suffix/.test(one.case),
      )) {
        network.resetHandlers()
        network.use(knowsAllIdsBut(), replays(server, name))
        const outcome = await collect(client().dataValues(QUERY)).then(
          (rows) => `${rows.length} rows`,
          (error: { readonly code: string }) => error.code,
        )
        outcomes.push(`${server} ${name}: ${outcome}`)
      }
    }

    expect(outcomes.length).toBeGreaterThan(80)
    expect(outcomes.filter((outcome) => !/(rows|http\/(shape|status)|dhis2\/no-access)$/.test(outcome))).toEqual([])
  })
})
