import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { collect } from 'd2flow'
import { createWorldBankClient, WorldBankConnection } from 'd2flow/connectors/world-bank'
import { worldBankAnswers, worldBankHandlers } from 'd2flow/fixtures/world-bank'
import { createFakeClock, mockNetwork } from 'd2flow/testing'

const worldBank = worldBankHandlers()
const network = mockNetwork(...worldBank.handlers)
const client = createWorldBankClient(WorldBankConnection.parse({}), { clock: createFakeClock() })

beforeAll(() => network.enable())
afterEach(() => worldBank.clear())
afterAll(async () => {
  await client.close()
  network.disable()
})

const gdpOf = (countries: readonly string[]) =>
  collect(client.indicator({ indicator: 'NY.GDP.MKTP.CD', countries, year: 2023 }))

describe('an indicator', () => {
  it('has a row for each country and year, and null where nothing is published', async () => {
    worldBank.publish('NY.GDP.MKTP.CD', { KEN: 108e9, UGA: null })

    const rows = await collect(
      client.indicator({ indicator: 'NY.GDP.MKTP.CD', countries: ['KEN', 'UGA'], from: 2022, to: 2023 }),
    )

    expect(rows.map(({ iso3, year, value }) => [iso3, year, value])).toEqual([
      ['KEN', 2023, 108e9],
      ['KEN', 2022, 108e9],
      ['UGA', 2023, null],
      ['UGA', 2022, null],
    ])
    expect(rows[0]).toMatchObject({
      country: 'Kenya',
      indicator: 'NY.GDP.MKTP.CD',
      indicatorName: 'GDP (current US$)',
    })
    expect(worldBank.requests[0]).toEqual({
      path: '/v2/country/KEN;UGA/indicator/NY.GDP.MKTP.CD',
      query: { format: 'json', per_page: '1000', page: '1', date: '2022:2023' },
    })
  })

  it('is read to its last page, a page at a time as rows are wanted', async () => {
    worldBank.limitPages(2)
    const rows = client.indicator({ indicator: 'SP.POP.TOTL', countries: ['ETH'], from: 2019, to: 2023 })

    const seen: [year: number, askedSoFar: number][] = []
    for await (const { year } of rows) seen.push([year, worldBank.requests.length])

    expect(seen).toEqual([
      [2023, 1],
      [2022, 1],
      [2021, 2],
      [2020, 2],
      [2019, 3],
    ])
    expect(worldBank.requests.map(({ query }) => query['page'])).toEqual(['1', '2', '3'])
  })

  it('is asked for in several requests when the codes of the countries would not fit between two slashes', async () => {
    const countries = Array.from({ length: 301 }, (_, at) => (at % 2 === 0 ? 'KEN' : 'UGA'))

    const rows = await gdpOf(countries)

    expect(rows).toHaveLength(301)
    expect(worldBank.requests).toHaveLength(2)
    expect(Math.max(...worldBank.requests.map(({ path }) => path.split('/')[3]?.length ?? 0))).toBeLessThan(1_500)
  })

  it('without rows is empty', async () => {
    worldBank.answerNext(worldBankAnswers.noRows)

    expect(await gdpOf(['KEN'])).toEqual([])
  })
})

describe('what the service refuses with status 200', () => {
  it('is an error with its words: a country it does not know', async () => {
    await expect(gdpOf(['KEN', 'XYZ'])).rejects.toMatchObject({
      code: 'world-bank/refused',
      message:
        'the World Bank refused NY.GDP.MKTP.CD of 2 countries: Invalid value: The provided parameter value is not valid',
      hint: expect.stringContaining('alpha-3'),
      retryable: false,
    })
  })

  it('is an error of its own for an indicator that is not there', async () => {
    await expect(
      collect(client.indicator({ indicator: 'NO.SUCH', countries: ['KEN'], year: 2023 })),
    ).rejects.toMatchObject({ code: 'world-bank/unknown-indicator', hint: expect.stringContaining('archives') })
  })
})

describe('an answer that is not well', () => {
  it.each([
    ['a page of HTML with status 200', worldBankAnswers.htmlPage, 'http/shape', false],
    ['half a page', worldBankAnswers.halfAPage, 'http/shape', false],
    ['an empty body', { status: 200, body: '' }, 'http/shape', false],
    ['a head without rows', { status: 200, body: '[{"page":1,"pages":1,"total":5}]' }, 'http/shape', false],
    [
      'a figure that is a word',
      {
        status: 200,
        body: '[{"page":1,"pages":1,"total":1},[{"indicator":{"id":"X","value":"x"},"country":{"id":"KE","value":"Kenya"},"countryiso3code":"KEN","date":"2023","value":"many"}]]',
      },
      'http/shape',
      false,
    ],
    ['a bad gateway, again and again', worldBankAnswers.badGateway, 'http/status', true],
  ])('is an error: %s', async (_, answer, code, retryable) => {
    worldBank.answerNext(answer, 10)

    await expect(gdpOf(['KEN'])).rejects.toMatchObject({ code, retryable })
  })

  it('waits as long as the service asks', async () => {
    const clock = createFakeClock()
    const waiting = createWorldBankClient(WorldBankConnection.parse({}), { clock })
    worldBank.answerNext(worldBankAnswers.busy({ retryAfterSeconds: 3 }))
    const before = clock.monotonicMs()

    const rows = await collect(waiting.indicator({ indicator: 'SP.POP.TOTL', countries: ['KEN'], year: 2023 }))

    expect(rows).toHaveLength(1)
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(3_000)
    await waiting.close()
  })
})

describe('a question that cannot be meant', () => {
  it.each([
    ['no country', { indicator: 'SP.POP.TOTL', countries: [], year: 2023 }],
    ['a name in place of a code', { indicator: 'SP.POP.TOTL', countries: ['Kenya'], year: 2023 }],
    ['a path in place of a code', { indicator: '../country', countries: ['KEN'], year: 2023 }],
    ['years the wrong way round', { indicator: 'SP.POP.TOTL', countries: ['KEN'], from: 2023, to: 2000 }],
    ['a year before the first', { indicator: 'SP.POP.TOTL', countries: ['KEN'], year: 1959 }],
  ])('is refused before anything is asked: %s', async (_, query) => {
    await expect(collect(client.indicator(query))).rejects.toMatchObject({ code: 'config/params' })
    expect(worldBank.requests).toEqual([])
  })
})

describe('countries and indicators', () => {
  it('tells groups of countries from countries', async () => {
    const countries = await collect(client.countries())

    expect(countries.find(({ iso3 }) => iso3 === 'WLD')).toMatchObject({ isAggregate: true, region: null })
    expect(countries.find(({ iso3 }) => iso3 === 'KEN')).toEqual({
      iso3: 'KEN',
      iso2: 'KE',
      name: 'Kenya',
      region: 'Sub-Saharan Africa',
      incomeLevel: 'Not classified',
      isAggregate: false,
    })
  })

  it('tells what an indicator is', async () => {
    expect(await client.indicatorInfo('SP.POP.TOTL')).toMatchObject({
      id: 'SP.POP.TOTL',
      name: 'Population, total',
      unit: null,
    })
    await expect(client.indicatorInfo('NO.SUCH')).rejects.toMatchObject({ code: 'world-bank/refused' })
  })
})

it('names who answered, when that was not the Bank', async () => {
  const mirror = createWorldBankClient({ baseUrl: 'http://127.0.0.1:4000' })

  expect(client.source).toEqual({ name: 'World Bank, World Development Indicators', licence: 'CC BY 4.0' })
  expect(mirror.source.name).toBe('World Bank, World Development Indicators, as answered by http://127.0.0.1:4000')
  await mirror.close()
})
