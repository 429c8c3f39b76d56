import { apiPagination } from 'd2flow/flows/pipelines/api-pagination'
import { circuitBreaker } from 'd2flow/flows/pipelines/circuit-breaker'
import { crossSourceEnrichment } from 'd2flow/flows/pipelines/cross-source-enrichment'
import { multiSourceForecast } from 'd2flow/flows/pipelines/multi-source-forecast'
import { responseCaching } from 'd2flow/flows/pipelines/response-caching'
import { streamingBatch } from 'd2flow/flows/pipelines/streaming-batch'
import { runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'

describe('api-pagination', () => {
  it('reads every page, and works in chunks of another size', async () => {
    const { result, steps } = await runFlow(apiPagination, {})

    // by hand: 2.5 · (0 + … + 44) = 2 475; the first chunk is 2.5 · (0 + … + 14)
    expect(result).toMatchObject({ rows: 45, pages: 5, sum: 2_475 })
    expect(result?.chunks).toEqual([
      { chunk: 1, rows: 15, sum: 262.5 },
      { chunk: 2, rows: 15, sum: 825 },
      { chunk: 3, rows: 15, sum: 1_387.5 },
    ])
    expect(steps).toHaveLength(5)
  })

  it('gives an empty list for an empty service', async () => {
    const { result, state } = await runFlow(apiPagination, { total: 0 })

    expect(state.name).toBe('Completed')
    expect(result).toEqual({ rows: 0, pages: 1, chunks: [], sum: 0 })
  })

  it('asks for no page beyond the last full one', async () => {
    expect((await runFlow(apiPagination, { total: 20 })).result?.pages).toBe(2)
  })
})

describe('response-caching', () => {
  it('F193 saves three of eight calls', async () => {
    const { result, steps } = await runFlow(responseCaching, {})

    expect(result).toMatchObject({ requests: 8, hits: 3, misses: 5, rate: 0.375 })
    expect(result?.rows.map(({ answer }) => answer)).toEqual([
      'miss',
      'miss',
      'hit',
      'miss',
      'hit',
      'miss',
      'miss',
      'hit',
    ])
    // the service itself was called five times
    expect(steps).toHaveLength(5)
  })

  it('F191 asks again when the answer is older than its time to live', async () => {
    const again = (afterMs: number) => ({ requests: [{ endpoint: '/x' }, { endpoint: '/x', afterMs }] })

    expect((await runFlow(responseCaching, again(300_000))).result?.hits).toBe(1)
    expect((await runFlow(responseCaching, again(301_000))).result?.hits).toBe(0)
    expect((await runFlow(responseCaching, { ...again(10), ttlMs: 9 })).result?.hits).toBe(0)
  })
})

describe('circuit-breaker', () => {
  it('F178 opens after three failures, probes at once and closes', async () => {
    const { result } = await runFlow(circuitBreaker, {})

    expect(result).toMatchObject({ state: 'closed', trips: 1, rejected: 0, probes: 1, failures: 0 })
  })

  it('F179 refuses until the cool-down is over', async () => {
    const { result } = await runFlow(circuitBreaker, { coolDownMs: 3_000 })

    // opened by the fifth call at 4 s: those at 5 s and 6 s are refused, the eighth at 7 s is a probe that fails
    expect(result?.steps.map(({ admission }) => admission).join(' ')).toBe(
      'call call call call call refused refused probe refused refused',
    )
    expect(result).toMatchObject({ state: 'open', trips: 1, rejected: 4, probes: 1 })
  })
})

describe('multi-source-forecast', () => {
  it('asks for each city in a task of its own', async () => {
    const { result, steps } = await runFlow(multiSourceForecast, {})

    // by hand: 15 + (0.3 · 59.91 mod 20) = 33.0; 15 + (−0.387 mod 20) = 34.6; 40 + (0.5 · −77.04 mod 40) = 41.5
    expect(result?.forecasts.map(({ city, temperatureC }) => [city, temperatureC])).toEqual([
      ['Nairobi', 34.6],
      ['Oslo', 33],
      ['Vientiane', 20.4],
      ['Lima', 31.4],
    ])
    expect(result?.forecasts[3]).toMatchObject({ humidityPercent: 41.5, condition: 'cloudy' })
    expect(result?.warmest).toBe('Nairobi')
    expect(steps).toHaveLength(4)
  })
})

describe('cross-source-enrichment', () => {
  it('keeps every record, with what was found', async () => {
    const { result } = await runFlow(crossSourceEnrichment, {})

    // by hand: ids 4 and 8, 5 and 10, and 7 lack one source each: 25 of 30
    expect(result?.records).toHaveLength(10)
    expect(result?.complete).toBe(5)
    expect(result?.averageCompleteness).toBeCloseTo(25 / 30, 12)
    expect(result?.records[3]).toMatchObject({ id: 4, demographic: null, completeness: 2 / 3 })
    // Python 3: int(hashlib.sha256(b'[{"id":1}]').hexdigest()[:8], 16) % 3 for each id
    expect(result?.records.map(({ financial }) => financial)).toEqual([
      'gold',
      'bronze',
      'bronze',
      'gold',
      null,
      'gold',
      'gold',
      'bronze',
      'gold',
      null,
    ])
  })

  it('has no average of no records', async () => {
    expect((await runFlow(crossSourceEnrichment, { records: 0 })).result).toEqual({
      records: [],
      complete: 0,
      averageCompleteness: null,
    })
  })
})

describe('streaming-batch', () => {
  it('describes each window', async () => {
    const values = [...Array.from({ length: 20 }, () => 10), ...Array.from({ length: 19 }, () => 13), null, 13, 5]

    const { result } = await runFlow(streamingBatch, { values })

    expect(result?.windows.map(({ n, mean, sd, median, trend }) => ({ n, mean, sd, median, trend }))).toEqual([
      { n: 20, mean: 10, sd: 0, median: 10, trend: null },
      { n: 19, mean: 13, sd: 0, median: 13, trend: 'rising' },
      { n: 2, mean: 9, sd: Math.sqrt(32), median: 9, trend: 'falling' },
    ])
    expect(result?.missing).toBe(1)
  })

  it('calls a change of exactly 2 no trend', async () => {
    const { result } = await runFlow(streamingBatch, { values: [1, 1, 3, 3], windowSize: 2 })

    expect(result?.windows[1]?.trend).toBe('steady')
  })

  it('finds what lies more than three standard deviations from its window', async () => {
    const values = [...Array.from({ length: 19 }, (_, i) => i % 2), 100]

    const { result } = await runFlow(streamingBatch, { values })

    expect(result?.windows[0]?.anomalies).toEqual([100])
  })

  it('makes the same sample of the same seed, and another of another', async () => {
    const means = async (seed: number) =>
      (await runFlow(streamingBatch, { seed })).result?.windows.map(({ mean }) => mean)

    expect(await means(1)).toEqual(await means(1))
    expect(await means(1)).not.toEqual(await means(2))
    expect(await means(1)).toHaveLength(5)
  })
})
