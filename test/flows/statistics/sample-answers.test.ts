/**
 * What the statistics flows answer on their sample data. The numbers were computed from the generators and formulas of the
 * flow catalogue by a script in Python 3.11 that shares no code with ours.
 */
import { compositeRiskAssessment } from 'd2flow/flows/climate/composite-risk-assessment'
import { dataLineage } from 'd2flow/flows/statistics/data-lineage'
import { daylightAnalysis } from 'd2flow/flows/statistics/daylight-analysis'
import { demographicAnalysis } from 'd2flow/flows/statistics/demographic-analysis'
import { expressionComplexityScoring } from 'd2flow/flows/statistics/expression-complexity-scoring'
import { financialTimeSeries } from 'd2flow/flows/statistics/financial-time-series'
import { grandCapstone } from 'd2flow/flows/statistics/grand-capstone'
import { hierarchicalData } from 'd2flow/flows/statistics/hierarchical-data'
import { hypothesisTesting } from 'd2flow/flows/statistics/hypothesis-testing'
import { multiIndicatorCorrelation } from 'd2flow/flows/statistics/multi-indicator-correlation'
import { multiPipelineOrchestrator } from 'd2flow/flows/statistics/multi-pipeline-orchestrator'
import { regressionAnalysis } from 'd2flow/flows/statistics/regression-analysis'
import { spatialData } from 'd2flow/flows/statistics/spatial-data'
import { starSchema } from 'd2flow/flows/statistics/star-schema'
import { statisticalAggregation } from 'd2flow/flows/statistics/statistical-aggregation'
import { runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('composite-risk-assessment finds the inland place worst', async () => {
  const { result } = await runFlow(compositeRiskAssessment, {})

  expect(result?.locations.map(({ score, category }) => [score, category])).toEqual([
    [13, 'low'],
    [30.1, 'moderate'],
    [47.2, 'moderate'],
    [64.3, 'high'],
  ])
  expect(result).toMatchObject({
    highestRisk: 'Inland-D',
    categoryCounts: { low: 1, moderate: 2, high: 1, critical: 0 },
  })
})

it('multi-indicator-correlation fills one gap and correlates three pairs over 33 country-years', async () => {
  const { result } = await runFlow(multiIndicatorCorrelation, {})

  expect(result).toMatchObject({ joinedCount: 33, filledCount: 1 })
  expect(result?.correlations.map(({ a, b, r, n }) => [a, b, r, n])).toEqual([
    ['GDP', 'CO2', 0.9878, 33],
    ['GDP', 'Renewable', 0.8826, 33],
    ['CO2', 'Renewable', 0.9448, 33],
  ])
  expect(result?.growthRates.find(({ country }) => country === 'Norway')).toMatchObject({ GDP: 0.0416, CO2: 0.0481 })
  const filled = result?.rows.filter((row) => row.filled.length > 0) ?? []
  expect(filled.map(({ country, year, filled: names }) => [country, year, names])).toEqual([['Norway', 2012, ['GDP']]])
})

it('R30 hypothesis-testing finds nothing, and says with what p and how many tests', async () => {
  const { result, artifacts } = await runFlow(hypothesisTesting, {})

  expect(result?.tests.map(({ r, significant }) => [r, significant])).toEqual([
    [0.0077, false],
    [-0.0054, false],
  ])
  expect(result?.tests[0]?.text).toMatch(/^Negligible positive correlation \(r=0\.0077, n=365, p=0\.88/)
  expect(JSON.stringify(artifacts)).toContain('2 tests were made')
})

it('regression-analysis ranks ten countries by their residuals', async () => {
  const { result } = await runFlow(regressionAnalysis, {})

  expect(result).toMatchObject({ intercept: 56.031261, slope: -6.465329, r2: 0.642113, n: 10, dropped: [] })
  expect(result?.ranked.map(({ country }) => country)).toEqual([
    'Zeta',
    'Gamma',
    'Theta',
    'Alpha',
    'Kappa',
    'Epsilon',
    'Eta',
    'Iota',
    'Beta',
    'Delta',
  ])
  expect(result?.ranked[0]).toMatchObject({ rank: 1, residual: -5.5516 })
  expect(result).toMatchObject({ top: ['Zeta', 'Gamma', 'Theta'], bottom: ['Iota', 'Beta', 'Delta'] })
})

it('star-schema ranks five countries from 75 facts', async () => {
  const { result } = await runFlow(starSchema, {})

  expect(result).toMatchObject({ dimCounts: { country: 5, time: 5, indicator: 3 }, factCount: 75, flat: [] })
  expect(result?.rankings.map(({ country, score }) => [country, score])).toEqual([
    ['Germany', 0.7806],
    ['Denmark', 0.5875],
    ['Norway', 0.4389],
    ['Finland', 0.3875],
    ['Sweden', 0.1944],
  ])
})

it('F222 expression-complexity-scoring scores seven indicators by the parsed expression', async () => {
  const { result } = await runFlow(expressionComplexityScoring, {})

  // by hand: operands and binary operators of both sides
  expect(result?.indicators.map(({ score }) => score)).toEqual([2, 4, 9, 8, 2, 4, 16])
  expect(result).toMatchObject({
    total: 7,
    distribution: { trivial: 2, simple: 2, moderate: 1, complex: 2 },
    mostComplex: 'IND_007',
    simplest: 'IND_001',
  })
  expect(Object.values(result?.distribution ?? {}).reduce((sum, count) => sum + count, 0)).toBe(result?.total)
})

it('R5 data-lineage makes its digests from the data of every stage', async () => {
  const { result } = await runFlow(dataLineage, {})
  const rows = [
    { id: 1, name: 'alpha', value: 80 },
    { id: 2, name: 'beta', value: 30 },
  ]
  const [one, other, turned] = [
    await runFlow(dataLineage, { rows }),
    await runFlow(dataLineage, { rows: [{ id: 1, name: 'alpha', value: 81 }, rows[1] ?? rows[0]!] }),
    await runFlow(dataLineage, { rows: rows.toReversed() }),
  ]

  expect(result).toMatchObject({
    stageCount: 4,
    dataModifications: 3,
    passedThrough: ['ingest'],
    totalRecordsProcessed: 20,
  })
  expect(result?.entries.map(({ recordCount }) => recordCount)).toEqual([6, 5, 5, 4])
  expect(other.result?.entries[0]?.inputHash).not.toBe(one.result?.entries[0]?.inputHash)
  expect(turned.result?.entries[3]?.outputHash).toBe(one.result?.entries[3]?.outputHash)
})

it('F225 data-lineage tells a filter that drops nothing from one that drops a row, with counts', async () => {
  const dropping = await runFlow(dataLineage, {})
  const passing = await runFlow(dataLineage, { minValue: 0 })

  const tableOf = ({ artifacts }: typeof dropping) => artifacts.find(({ key }) => key === 'data-lineage')?.content
  expect(dropping.result?.passedThrough).toEqual(['ingest'])
  expect(passing.result?.passedThrough).toEqual(['ingest', 'filter'])
  expect(tableOf(dropping)).toMatchObject({
    rows: [{}, { stage: 'filter', 'records in': 6, 'records out': 5, changed: true }, {}, {}],
  })
  expect(tableOf(passing)).toMatchObject({
    rows: [{}, { stage: 'filter', 'records in': 6, 'records out': 6, changed: false }, {}, {}],
  })
})

it('R31 daylight-analysis has the longest day in June in the north and in December in the south', async () => {
  const { result } = await runFlow(daylightAnalysis, {})

  expect(result?.profiles.map(({ min, max, longest }) => [min, max, longest])).toEqual([
    [7.36, 16.64, 'Jun'],
    [8.01, 15.99, 'Jun'],
    [8.57, 15.43, 'Jun'],
    [11.91, 12.09, 'Dec'],
  ])
  expect(result?.correlation).toBe(1)
})

it('demographic-analysis ranks by people and by density, and directs each border', async () => {
  const { result } = await runFlow(demographicAnalysis, {})

  // 5,800,000 / 42,933
  expect(result?.countries.find(({ iso3 }) => iso3 === 'DNK')?.densityPerKm2).toBe(135.09)
  expect(result).toMatchObject({
    byDensity: ['DNK', 'SWE', 'FIN', 'NOR', 'ISL'],
    byPopulation: ['SWE', 'DNK', 'FIN', 'NOR', 'ISL'],
  })
  expect(result?.borders).toContainEqual({ from: 'NOR', to: 'SWE' })
  expect(result?.borders).toContainEqual({ from: 'SWE', to: 'NOR' })
  expect(result?.countryLanguages.filter(({ iso3 }) => iso3 === 'FIN')).toHaveLength(2)
})

it('financial-time-series measures volatility over the last twenty returns', async () => {
  const { result } = await runFlow(financialTimeSeries, {})

  expect(
    Object.fromEntries((result?.currencies ?? []).map(({ currency, volatility }) => [currency, volatility])),
  ).toEqual({
    EUR: 0.091888,
    GBP: 0.104773,
    JPY: 0.104114,
    CHF: 0.108043,
    SEK: 0.107239,
    NOK: 0.103946,
  })
  expect(result?.correlations.find(({ a, b }) => a === 'EUR' && b === 'JPY')).toMatchObject({ r: 0.7805, n: 99 })
})

it('hierarchical-data keeps level and hierarchy depth apart', async () => {
  const { result } = await runFlow(hierarchicalData, {})

  expect(result?.levels).toEqual([
    { level: 1, units: 1, leaves: 0 },
    { level: 2, units: 2, leaves: 0 },
    { level: 3, units: 3, leaves: 1 },
    { level: 4, units: 2, leaves: 2 },
  ])
  expect(result).toMatchObject({ roots: ['root'], leaves: ['hill', 'clinic', 'post'], orphans: [], maxDepth: 3 })
})

it('spatial-data puts one box around points and areas', async () => {
  const { result } = await runFlow(spatialData, {})

  expect(result).toMatchObject({ bbox: [5, 58.15, 12, 63.43], counts: { Point: 4, Polygon: 2 }, missing: 0 })
})

it('statistical-aggregation takes means by station and by day', async () => {
  const { result } = await runFlow(statisticalAggregation, {})

  const west = result?.byStation.find(({ group }) => group === 'West')
  expect(west?.temperature).toEqual({ count: 7, mean: 27.94, min: 24.2, max: 32.5 })
  expect(result?.crossTable.find(({ station }) => station === 'North')).toMatchObject({ 'day 1': 16.7, 'day 7': 16.9 })
})

it('R6 multi-pipeline-orchestrator runs four flows of their own', async () => {
  const { result } = await runFlow(multiPipelineOrchestrator, {})

  expect(result).toMatchObject({ health: 'healthy', failed: 0, records: 50 })
})

it('grand-capstone goes from a file to a fitted line', async () => {
  const { result } = await runFlow(grandCapstone, {})

  expect(result).toMatchObject({ rowsRead: 31, rowsLeft: 30, slope: 0.084963, intercept: 62.943478, dimensionCount: 5 })
  // ids are present and in range, and one of them is there twice
  expect(result?.rules.map(({ passed }) => passed)).toEqual([true, true, false])
  expect(result?.qualityScore).toBeCloseTo(2 / 3, 12)
})
