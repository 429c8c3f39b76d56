import { worldBank as worldBankBlock } from 'd2flow/connectors/world-bank'
import { worldBankAnswers, worldBankHandlers } from 'd2flow/fixtures/world-bank'
import { countryProfile } from 'd2flow/flows/economy/country-profile'
import { formatFigure } from 'd2flow/flows/economy/format-figure'
import { gdpComparison } from 'd2flow/flows/economy/gdp-comparison'
import { indicatorTimeseries } from 'd2flow/flows/economy/indicator-timeseries'
import { povertyAnalysis } from 'd2flow/flows/economy/poverty-analysis'
import { yearlyGrowth } from 'd2flow/flows/economy/yearly-growth'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const worldBank = worldBankHandlers()
const network = mockNetwork(...worldBank.handlers)

beforeAll(() => network.enable())
afterEach(() => worldBank.clear())
afterAll(() => network.disable())

const textOf = (artifacts: readonly { readonly content: { readonly kind: string } }[]) =>
  artifacts
    .map(({ content }) => content as { readonly kind: string; readonly text?: string })
    .find(({ kind }) => kind === 'markdown')?.text ?? ''

describe('gdp-comparison', () => {
  it('R34 ranks what is published and lists what is not, which is never counted as zero', async () => {
    worldBank.publish('NY.GDP.MKTP.CD', { KEN: 100e9, TZA: null, UGA: 50e9 })

    const { result, artifacts } = await runFlow(gdpComparison, { countries: ['UGA', 'TZA', 'KEN'], year: 2023 })

    expect(result).toMatchObject({ largest: 'KEN', smallest: 'UGA', totalUsd: 150e9, missing: ['TZA'] })
    expect(result?.ranked.map(({ iso3, rank }) => [iso3, rank])).toEqual([
      ['KEN', 1],
      ['UGA', 2],
    ])
    expect(textOf(artifacts)).toContain('1 of 3 countries have no value and no rank: Tanzania.')
    expect(artifacts.map(({ content }) => content.kind)).toEqual(['markdown', 'image', 'table'])
  })

  it('counts "last year" from when the run is due, not from when it runs', async () => {
    const { result } = await runFlow(gdpComparison, { year: 'LAST_YEAR' }, { dueAt: '2023-05-01T00:00:00Z' })

    expect(result?.year).toBe(2022)
    expect(worldBank.requests[0]?.query['date']).toBe('2022')
  })

  it('R23 waits as long as the server asks before it tries again', async () => {
    worldBank.answerNext(worldBankAnswers.busy({ retryAfterSeconds: 120 }))

    const { run, waitsMs } = await runFlow(gdpComparison, {})

    expect(run.state.type).toBe('completed')
    expect(waitsMs).toEqual([120_000])
  })

  it('R11 fails with the words of the service when it refuses with status 200, and asks once only', async () => {
    const { error } = await runFlow(gdpComparison, { countries: ['KEN', 'XYZ'] })

    expect(error).toMatchObject({ code: 'world-bank/refused', message: expect.stringContaining('not valid') })
    expect(worldBank.requests).toHaveLength(1)
  })

  it('says that nothing is published, when nothing is', async () => {
    worldBank.publish('NY.GDP.MKTP.CD', { KEN: null, UGA: null })

    const { result, artifacts } = await runFlow(gdpComparison, { countries: ['KEN', 'UGA'] })

    expect(result).toMatchObject({ largest: null, smallest: null, totalUsd: null })
    expect(textOf(artifacts)).toMatch(/^Nothing is published for 2023/)
  })

  it('names the saved block it was told to use', async () => {
    const mirror = { block: worldBankBlock, name: 'mirror', values: { baseUrl: 'https://api.worldbank.org' } }

    const { state } = await runFlow(gdpComparison, { connection: 'mirror' }, { blocks: [mirror] })

    expect(state.type).toBe('completed')
  })
})

describe('country-profile', () => {
  it('formats a figure by its unit and never by its size', () => {
    expect(
      [
        ['NY.GDP.MKTP.CD', 163_698_000_000],
        ['NY.GDP.MKTP.CD', 4_500_000],
        ['NY.GDP.PCAP.CD', 1_293.8],
        ['SP.POP.TOTL', 1_428_627_663],
        ['SE.ADT.LITR.ZS', 51.77],
        ['SP.DYN.LE00.IN', 65.644],
        ['SH.DYN.MORT', null],
      ].map(([code, value]) => formatFigure(code as string, value as number | null)),
    ).toEqual(['$163.7B', '$4.5M', '$1,293.8', '1,428,627,663', '51.8%', '65.6', 'N/A'])
  })

  it('asks for each indicator in a step of its own and counts those with data', async () => {
    worldBank.publish('SP.POP.TOTL', { ETH: 126_527_060 })
    worldBank.publish('SE.ADT.LITR.ZS', { ETH: null })

    const { result, steps, artifacts } = await runFlow(countryProfile, {
      indicators: ['SP.POP.TOTL', 'SE.ADT.LITR.ZS'],
    })

    expect(steps).toHaveLength(2)
    expect(result).toMatchObject({ withData: 1, total: 2 })
    expect(textOf(artifacts)).toContain('Indicators with data: 1/2.')
    expect(textOf(artifacts)).toContain('population, total: 126,527,060')
  })
})

describe('indicator-timeseries', () => {
  it('R1 computes growth from the figures that were read: other figures, other growth', async () => {
    worldBank.publish('SP.POP.TOTL', { ETH: 10 })
    const { result } = await runFlow(indicatorTimeseries, { from: 2020, to: 2022 })

    // the same value each year: no growth, and the first year is peak and trough
    expect(result?.series.map(({ growthPercent }) => growthPercent)).toEqual([null, 0, 0])
    expect(result).toMatchObject({ averageGrowthPercent: 0, peak: { year: 2020 }, trough: { year: 2020 } })
  })

  it('gives growth over a gap per year and marks it, and none after 0 or through a change of sign', () => {
    const growth = yearlyGrowth([
      { year: 2000, value: 100 },
      { year: 2001, value: null },
      { year: 2002, value: 121 },
      { year: 2003, value: 0 },
      { year: 2004, value: 5 },
      { year: 2006, value: -5 },
    ])

    // by hand: (121/100)^(1/2) − 1 = 10 %; (0 − 121)/121 = −100 %
    expect(growth.map(({ growthPercent, overGap }) => [growthPercent, overGap])).toEqual([
      [null, false],
      [null, false],
      [10, true],
      [-100, false],
      [null, false],
      [null, true],
    ])
  })

  it('R1 says nothing about change when only one year has a value', async () => {
    const { result, artifacts } = await runFlow(indicatorTimeseries, { from: 2024, to: 2025 })

    expect(result).toMatchObject({ missing: 1, averageGrowthPercent: null })
    expect(textOf(artifacts)).toMatch(/^Fewer than two years have a value/)
  })

  it('refuses years the wrong way round before anything is asked', async () => {
    await expect(runFlow(indicatorTimeseries, { from: 2023, to: 2000 })).rejects.toMatchObject({
      code: 'config/params',
      message: 'indicator-timeseries: to: lies before the first year',
    })
    expect(worldBank.requests).toEqual([])
  })

  it('R17 reads all pages', async () => {
    worldBank.limitPages(5)

    const { result } = await runFlow(indicatorTimeseries, { from: 2000, to: 2023 })

    expect(result?.series).toHaveLength(24)
    expect(worldBank.requests).toHaveLength(5)
  })
})

describe('poverty-analysis', () => {
  it('compares the latest published value with the earliest, and knows when it cannot tell', async () => {
    const { result } = await runFlow(povertyAnalysis, { countries: ['KEN'], from: 2023, to: 2024 })
    worldBank.publish('SI.POV.DDAY', { KEN: null, UGA: 20 })
    const unknown = await runFlow(povertyAnalysis, { countries: ['KEN', 'UGA'], from: 2020, to: 2023 })

    expect(result?.ranked.concat()).toHaveLength(1)
    expect(unknown.result).toMatchObject({ withData: 1, averagePercent: 20, missing: ['KEN'] })
    // the same value in four years: a change of 0 points is stable
    expect(unknown.result?.ranked[0]).toMatchObject({ iso3: 'UGA', trend: 'stable', changePoints: 0, published: 4 })
  })
})
