import { openMeteo } from 'd2flow/connectors/open-meteo'
import { airQualityIndex } from 'd2flow/flows/climate/air-quality-index'
import { mockNetwork, openMeteoAnswers, openMeteoHandlers, runFlow } from 'd2flow/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const DUE_AT = '2026-03-10T06:00:00Z'
const meteo = openMeteoHandlers({ now: () => Date.parse(DUE_AT) })
const network = mockNetwork(...meteo.handlers)
beforeAll(() => network.enable())
afterEach(() => network.resetHandlers())
afterAll(() => network.disable())

const LIVE = { dueAt: DUE_AT, blocks: [{ block: openMeteo, name: 'public', values: {} }] }

describe('air-quality-index on sample data', () => {
  it('R3 says in every artifact that it is sample data, and needs no network', async () => {
    const { result, artifacts, state } = await runFlow(airQualityIndex, {})

    expect(state.type).toBe('completed')
    expect(artifacts.length).toBeGreaterThan(1)
    for (const { description, content } of artifacts) {
      expect(`${description} ${content.kind === 'markdown' ? content.text : ''}`).toContain('Sample data')
    }
    // by hand: the mean over the day of 10 + 15·3 + 8·3 + ((1.5 h + 9 + 6) mod 20) is highest for the fourth city's ozone
    expect(result).toMatchObject({ worstCity: 'Stavanger', totalReadings: 16, missing: 0 })
    expect(result?.readings.find(({ city, pollutant }) => city === 'Oslo' && pollutant === 'PM2.5')?.mean).toBe(18.9)
  })

  it('R4 never calls a concentration above the WHO guideline good by the index of particles', async () => {
    const { result } = await runFlow(airQualityIndex, { classifyBy: 'sub-index' })

    const above = result?.readings.filter(({ pollutant, mean }) => pollutant === 'PM2.5' && (mean ?? 0) > 15) ?? []
    expect(above.length).toBeGreaterThan(0)
    expect(above.map(({ category }) => category)).not.toContain('Good')
  })

  it('F241 gives the same without a store', async () => {
    const [kept, dropped] = await Promise.all([
      runFlow(airQualityIndex, {}),
      runFlow(airQualityIndex, {}, { store: null }),
    ])

    expect(dropped.result).toEqual(kept.result)
    expect(dropped.artifacts).toEqual([])
  })
})

describe('air-quality-index on live data', () => {
  it('converts, averages and says in which unit, by day and by hour', async () => {
    const { result, artifacts } = await runFlow(airQualityIndex, { data: 'live' }, LIVE)

    expect(result?.totalReadings).toBe(24)
    expect(new Set(result?.readings.map(({ pollutant, unit }) => `${pollutant} ${unit}`))).toEqual(
      new Set(['PM2.5 µg/m³', 'PM10 µg/m³', 'O3 ppm', 'NO2 ppb', 'SO2 ppb', 'CO ppm']),
    )
    const hourly = artifacts.find(({ key }) => key === 'air-quality-index-by-hour')?.content
    expect(hourly?.kind === 'table' && hourly.totalRows).toBe(4 * 24)
    for (const { description } of artifacts) expect(description ?? '').not.toContain('Sample')
  })

  it('gives the same for the same due moment, whenever it runs', async () => {
    const [once, again] = [
      await runFlow(airQualityIndex, { data: 'live' }, LIVE),
      await runFlow(airQualityIndex, { data: 'live' }, LIVE),
    ]

    expect(again.result).toEqual(once.result)
  })

  it('waits and tries again when the service is busy', async () => {
    meteo.answerNext(openMeteoAnswers.minutelyLimit, 3)

    const { state, waitsMs } = await runFlow(airQualityIndex, { data: 'live' }, LIVE)

    expect(state.type).toBe('completed')
    expect(waitsMs.length).toBeGreaterThan(0)
  })

  it('asks where a city is that it does not know', async () => {
    await expect(runFlow(airQualityIndex, { data: 'live', cities: ['Atlantis'] }, LIVE)).rejects.toMatchObject({
      code: 'config/params',
      message: expect.stringContaining('where is "Atlantis"?'),
    })
  })

  it('refuses to classify live concentrations by raw value', async () => {
    await expect(runFlow(airQualityIndex, { data: 'live', classifyBy: 'value' }, LIVE)).rejects.toMatchObject({
      code: 'config/params',
    })
  })
})
