/** What the statistics flows do with too little, too much and wrong data. */
import { worldBankHandlers } from 'd2flow/fixtures/world-bank'
import { compositeRiskAssessment } from 'd2flow/flows/climate/composite-risk-assessment'
import { daylightAnalysis } from 'd2flow/flows/statistics/daylight-analysis'
import { expressionComplexityScoring } from 'd2flow/flows/statistics/expression-complexity-scoring'
import { hierarchicalData } from 'd2flow/flows/statistics/hierarchical-data'
import { hypothesisTesting } from 'd2flow/flows/statistics/hypothesis-testing'
import { multiIndicatorCorrelation } from 'd2flow/flows/statistics/multi-indicator-correlation'
import { multiPipelineOrchestrator } from 'd2flow/flows/statistics/multi-pipeline-orchestrator'
import { regressionAnalysis } from 'd2flow/flows/statistics/regression-analysis'
import { spatialData } from 'd2flow/flows/statistics/spatial-data'
import { starSchema } from 'd2flow/flows/statistics/star-schema'
import { statisticalAggregation } from 'd2flow/flows/statistics/statistical-aggregation'
import { mockNetwork, runFlow } from 'd2flow/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const worldBank = worldBankHandlers()
const network = mockNetwork(...worldBank.handlers)
beforeAll(() => network.enable())
afterEach(() => worldBank.clear())
afterAll(() => network.disable())

describe('composite-risk-assessment', () => {
  const marine = (location: string, value: number | null) => ({
    location,
    source: 'marine' as const,
    factor: 'wave',
    value,
  })

  it('R32 refuses weights that do not add up to 1, whatever the scores', async () => {
    const { error } = await runFlow(compositeRiskAssessment, { marineWeight: 0.6, floodWeight: 0.6 })

    expect(error).toMatchObject({ code: 'config/params', message: expect.stringContaining('1.2') })
  })

  it('F201 scores a place by the source that is there, marks it, and gives one without any no score', async () => {
    const { result, logs, artifacts } = await runFlow(compositeRiskAssessment, {
      locations: ['Half', 'None'],
      rows: [marine('Half', 2.75), marine('None', null)],
    })

    expect(result?.locations).toMatchObject([
      { location: 'Half', score: 50, category: 'high', partial: true, coverage: 0.6 },
      { location: 'None', score: null, category: null, partial: false },
    ])
    expect(result).toMatchObject({ highestRisk: 'Half', unscored: ['None'] })
    expect(artifacts.find(({ key }) => key === 'composite-risk-assessment')?.content).toMatchObject({
      rows: [
        { location: 'Half', coverage: 0.6, partial: true },
        { location: 'None', score: null },
      ],
    })
    expect(JSON.stringify(artifacts)).toContain('Scored by one source only: Half.')
    expect(logs.some(({ message }) => message === 'no factor for None')).toBe(true)
  })

  it('counts the readings of a place that was not asked for, and is not green then', async () => {
    const { result, state, artifacts } = await runFlow(compositeRiskAssessment, {
      locations: ['Asked'],
      rows: [marine('Asked', 1), marine('Other', 4)],
    })

    expect(result?.leftOut).toBe(1)
    expect(state.name).toBe('CompletedWithErrors')
    expect(JSON.stringify(artifacts)).toContain('1 reading of places that were not asked for: Other')
  })

  it('classifies before it rounds', async () => {
    // (2.749 − 0.5)/4.5 = 49.978 %: shown as 50.0, and moderate
    const { result } = await runFlow(compositeRiskAssessment, {
      locations: ['Edge'],
      marineWeight: 1,
      floodWeight: 0,
      rows: [marine('Edge', 2.749)],
    })

    expect(result?.locations[0]).toMatchObject({ score: 50, category: 'moderate' })
  })
})

describe('multi-indicator-correlation', () => {
  const rows = [1, 2, 3, 4].map((year) => ({ country: 'A', year, values: { x: year, flat: 7, gone: null } }))

  it('F204 gives no r and the reason for a constant and for an indicator that is all missing', async () => {
    const { result, artifacts } = await runFlow(multiIndicatorCorrelation, { rows })

    expect(JSON.stringify(artifacts)).toContain('(no variance)')
    expect(result?.correlations.map(({ a, b, r, reason }) => [a, b, r, reason])).toEqual([
      ['flat', 'gone', null, 'skipped: fewer than 3 pairs'],
      ['flat', 'x', null, 'no variance'],
      ['gone', 'x', null, 'skipped: fewer than 3 pairs'],
    ])
  })

  it('R36 fills nothing when it is told not to, and never from another country', async () => {
    const gap = [
      { country: 'A', year: 1, values: { x: 1 } },
      { country: 'B', year: 1, values: { x: null } },
      { country: 'B', year: 2, values: { x: 5 } },
      { country: 'B', year: 3, values: { x: null } },
    ]

    const [filled, unfilled] = [
      await runFlow(multiIndicatorCorrelation, { rows: gap }),
      await runFlow(multiIndicatorCorrelation, { rows: gap, fillForward: false }),
    ]

    expect(filled.result?.rows.map(({ values }) => values['x'])).toEqual([1, null, 5, 5])
    expect(unfilled.result?.rows.map(({ values }) => values['x'])).toEqual([1, null, 5, null])
  })

  it('R3 reads the World Bank when it is told to, and then nothing says "sample"', async () => {
    const { result, artifacts } = await runFlow(multiIndicatorCorrelation, {
      data: 'live',
      countries: ['NOR', 'SWE', 'FIN'],
      years: [2018, 2019, 2020],
    })

    expect(worldBank.requests).toHaveLength(3)
    expect(result?.joinedCount).toBe(9)
    expect(JSON.stringify(artifacts.map(({ description, content }) => [description, content]))).not.toMatch(/sample/i)
  })

  it('refuses names where live data needs codes', async () => {
    await expect(runFlow(multiIndicatorCorrelation, { data: 'live' })).rejects.toMatchObject({ code: 'config/params' })
  })
})

describe('hypothesis-testing', () => {
  it.each([0, 1, 2])('says that %i days are too few', async (days) => {
    const { result } = await runFlow(hypothesisTesting, { days })

    expect(result?.tests).toMatchObject([
      { r: null, significant: false, text: 'Insufficient data' },
      { r: null, significant: false, text: 'Insufficient data' },
    ])
  })

  it('R30 does not call a middling r over few points significant', async () => {
    const rows = [
      [1, 1],
      [2, 3],
      [3, 2],
      [4, 4],
      [5, 3],
    ].map(([quakes = 0, temperatureC = 0], at) => ({ date: `d${at}`, quakes, temperatureC, pressureHpa: 1_000 }))

    const { result } = await runFlow(hypothesisTesting, { rows })

    // scipy 1.14: pearsonr([1,2,3,4,5], [1,3,2,4,3]) is 0.6934 with p 0.1942
    expect(result?.tests[0]).toMatchObject({ r: 0.6934, strength: 'strong', significant: false })
    expect(result?.tests[0]?.p).toBeCloseTo(0.1942, 3)
    expect(result?.tests[1]).toMatchObject({ r: null, text: 'No correlation (no variance)' })
  })
})

describe('regression-analysis', () => {
  const row = (country: string, spendingUsd: number | null, mortality: number | null) => ({
    country,
    spendingUsd,
    mortality,
  })

  it('R31 F208 drops x, y and the country together and counts them', async () => {
    const { result, artifacts } = await runFlow(regressionAnalysis, {
      rows: [
        row('A', 100, 50),
        row('B', 0, 40),
        row('C', 400, 30),
        row('D', null, 20),
        row('E', 900, 25),
        row('F', 50, null),
      ],
    })

    expect(result?.dropped).toEqual(['B', 'D', 'F'])
    expect(JSON.stringify(artifacts)).toContain('3 countries were left out')
    expect(result?.ranked.map(({ country }) => country).toSorted()).toEqual(['A', 'C', 'E'])
  })

  it('shortens both ends rather than name a country twice', async () => {
    const { result } = await runFlow(regressionAnalysis, { countries: ['A', 'B', 'C', 'D', 'E'], top: 3 })

    expect(result?.top).toHaveLength(2)
    expect(result?.bottom).toHaveLength(2)
    expect(result?.top.filter((country) => result.bottom.includes(country))).toEqual([])
  })

  it('refuses constant spending, and gives no R² for constant mortality', async () => {
    const spread = ['A', 'B', 'C', 'D']
    const flat = await runFlow(regressionAnalysis, { rows: spread.map((name, at) => row(name, 100, 10 + at)) })
    const level = await runFlow(regressionAnalysis, { rows: spread.map((name, at) => row(name, 100 * (at + 1), 10)) })

    expect(flat.error).toMatchObject({ code: 'data/ill-conditioned' })
    expect(level.result?.r2).toBeNull()
    expect(JSON.stringify(level.artifacts)).toContain('no variance')
  })

  it('reads two World Bank indicators when it is told to', async () => {
    const { result } = await runFlow(regressionAnalysis, {
      data: 'live',
      countries: ['ETH', 'KEN', 'TZA', 'UGA', 'NGA', 'IND', 'BGD', 'VNM', 'NOR', 'SWE'],
    })

    expect(worldBank.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['SH.XPD.CHEX.PC.CD', 'SH.DYN.MORT'])
    expect((result?.n ?? 0) + (result?.dropped.length ?? 0)).toBe(10)
  })

  it('F208 counts a country that one of two indicators leaves out', async () => {
    worldBank.publish('SH.XPD.CHEX.PC.CD', { ETH: 30, KEN: 80, TZA: 40 })
    worldBank.publish('SH.DYN.MORT', { ETH: 50, KEN: 40, TZA: 45, UGA: 42 })

    const { result } = await runFlow(regressionAnalysis, { data: 'live', countries: ['ETH', 'KEN', 'TZA', 'UGA'] })

    expect(result?.n).toBe(3)
    expect(result?.dropped).toHaveLength(1)
  })
})

describe('star-schema', () => {
  const facts = (value: (country: string, at: number) => number | null) =>
    ['Norway', 'Sweden'].flatMap((country) =>
      ['life_expectancy', 'infant_mortality', 'health_spending'].map((indicator, at) => ({
        country,
        year: 2022,
        indicator,
        value: value(country, at),
      })),
    )

  it('leaves a missing fact out with its weight, and marks the country', async () => {
    const { result } = await runFlow(starSchema, {
      rows: facts((country, at) => (country === 'Norway' && at === 0 ? null : at)),
    })

    const norway = result?.rankings.find(({ country }) => country === 'Norway')
    expect(norway).toMatchObject({ partial: true, score: 0.5 })
    expect(result?.flat).toEqual(['life_expectancy', 'infant_mortality', 'health_spending'])
  })

  it('counts a fact about a country that no dimension holds', async () => {
    const stranger = { country: 'Atlantis', year: 2022, indicator: 'life_expectancy', value: 1 }

    const { result } = await runFlow(starSchema, { rows: [...facts((_, at) => at), stranger] })

    expect(result?.unknown).toEqual({ country: 1, year: 0, indicator: 0 })
  })

  it('refuses two facts on one grain', async () => {
    const twice = facts(() => 1)

    const { error } = await runFlow(starSchema, { rows: [...twice, twice[0]!] })

    expect(error).toMatchObject({ code: 'data/value', message: expect.stringContaining('are both the fact of') })
  })
})

describe('expression-complexity-scoring', () => {
  const indicator = (numerator: string, denominator = '1') => ({ id: 'i', name: 'I', numerator, denominator })

  it('R33 counts no sign inside a reference, no sign before an operand, and every kind of reference', async () => {
    const { result } = await runFlow(expressionComplexityScoring, {
      rows: [indicator('#{abcdefghijk.bcdefghijkl} * -1'), indicator('C{abcdefghijk} + R{abcdefghijk.REPORTING_RATE}')],
    })

    expect(result?.indicators.map(({ operands, operators }) => [operands, operators])).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('gives a text that does not parse no score, and says where', async () => {
    const { result, artifacts } = await runFlow(expressionComplexityScoring, { rows: [indicator('#{abcdefghijk} +')] })

    expect(result?.indicators[0]).toMatchObject({ score: null, complexity: null })
    expect(result?.indicators[0]?.problem).toMatch(/numerator/)
    expect(JSON.stringify(artifacts)).toContain('No indicator could be scored.')
  })

  it('R33 prints the bins it used', async () => {
    const { artifacts } = await runFlow(expressionComplexityScoring, { bins: [1, 5, 20] })

    expect(JSON.stringify(artifacts)).toContain('trivial up to 1, simple up to 5, moderate up to 20')
    await expect(runFlow(expressionComplexityScoring, { bins: [5, 5, 6] })).rejects.toMatchObject({
      code: 'config/params',
    })
  })
})

it('daylight-analysis says why one city has no correlation', async () => {
  const { result, artifacts } = await runFlow(daylightAnalysis, { cities: [{ name: 'Quito', latitude: 0 }] })

  expect(result?.correlation).toBeNull()
  expect(JSON.stringify(artifacts)).toContain('no correlation: too few')
})

it('hierarchical-data lists a unit whose parent is not there', async () => {
  const { result } = await runFlow(hierarchicalData, { rows: [{ id: 'b', name: 'B', path: '/a/b' }] })

  expect(result).toMatchObject({ orphans: ['b'], roots: [], maxDepth: 1 })
})

it('spatial-data counts features without a place, and has no box without any place', async () => {
  const nowhere = { type: 'Feature' as const, properties: { name: 'x' }, geometry: null }

  const { result } = await runFlow(spatialData, { rows: [nowhere] })

  expect(result).toMatchObject({ bbox: null, located: 0, missing: 1 })
})

it('statistical-aggregation has a count of 0 and no statistics for a group without values', async () => {
  const { result } = await runFlow(statisticalAggregation, {
    rows: [{ station: 'S', day: 1, temperatureC: null, humidityPercent: 0 }],
  })

  expect(result?.byStation[0]).toMatchObject({
    temperature: { count: 0, mean: null, min: null, max: null },
    humidity: { count: 1, mean: 0 },
  })
})

describe('multi-pipeline-orchestrator', () => {
  it('R6 is degraded by one failing child, and the others complete as runs of their own', async () => {
    const { result, run } = await runFlow(multiPipelineOrchestrator, { failOn: 'band-records' })

    expect(result).toMatchObject({ health: 'degraded', failed: 1 })
    expect(run.state.type).toBe('completed')
  })

  it('is critical when nothing could be made to work on', async () => {
    const { result } = await runFlow(multiPipelineOrchestrator, { failOn: 'ingest-records' })

    expect(result).toMatchObject({ health: 'critical', failed: 4, records: 0 })
  })
})
