import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createOpenMeteoClient, OpenMeteoConnection, weightedCalls } from 'd2flow/connectors/open-meteo'
import { openMeteoAnswers, openMeteoHandlers } from 'd2flow/fixtures/open-meteo'
import { createFakeClock, mockNetwork } from 'd2flow/testing'

const NOW = '2025-03-10T09:30:00Z'
const openMeteo = openMeteoHandlers({ now: () => Date.parse(NOW) })
const network = mockNetwork(...openMeteo.handlers)
const client = createOpenMeteoClient(OpenMeteoConnection.parse({}), { clock: createFakeClock(NOW) })

beforeAll(() => network.enable())
afterEach(() => openMeteo.clear())
afterAll(async () => {
  await client.close()
  network.disable()
})

const MAPUTO = { latitude: -25.97, longitude: 32.58 }
const OSLO = { latitude: 59.91, longitude: 10.75 }

describe('a forecast', () => {
  it('is seven days of hours in UTC, in our names and units', async () => {
    const [weather] = await client.forecast({ places: [MAPUTO] })

    expect(weather?.hours).toHaveLength(7 * 24)
    expect(weather?.hours[0]).toEqual({
      at: '2025-03-10T00:00:00Z',
      temperatureC: expect.any(Number),
      relativeHumidityPercent: expect.any(Number),
      dewPointC: expect.any(Number),
      precipitationMm: expect.any(Number),
      windSpeedMS: expect.any(Number),
      cloudCoverPercent: expect.any(Number),
      pressureHpa: expect.any(Number),
    })
    expect(openMeteo.requests[0]).toMatchObject({
      wind_speed_unit: 'ms',
      timezone: 'UTC',
      forecast_days: '7',
      past_days: '0',
    })
  })

  it('asks for the height above the sea only when it is told one', async () => {
    await client.forecast({ places: [MAPUTO] })
    await client.forecast({ places: [{ ...MAPUTO, elevationM: 60 }, OSLO] })

    expect(openMeteo.requests.map(({ elevation }) => elevation)).toEqual([undefined, '60,nan'])
  })

  it('R21 sends the days that were asked for', async () => {
    const [weather] = await client.forecast({ places: [OSLO], pastDays: 2, forecastDays: 16 })

    expect(openMeteo.requests[0]).toMatchObject({ past_days: '2', forecast_days: '16' })
    expect(weather?.hours).toHaveLength(18 * 24)
  })
})

describe('the archive', () => {
  it('gives whole days of one reanalysis', async () => {
    const [weather] = await client.archive({ places: [OSLO], from: '2024-02-28', to: '2024-03-01' })

    expect(weather?.hours.map(({ at }) => at.slice(0, 10)).filter((_, at) => at % 24 === 0)).toEqual([
      '2024-02-28',
      '2024-02-29',
      '2024-03-01',
    ])
    expect(openMeteo.requests[0]).toMatchObject({ models: 'era5', start_date: '2024-02-28', end_date: '2024-03-01' })
  })

  it('has nothing for days that it does not have yet, and says so with null', async () => {
    const [weather] = await client.archive({ places: [OSLO], from: '2025-03-01', to: '2025-03-09' })

    expect(weather?.hours.at(0)?.temperatureC).toEqual(expect.any(Number))
    expect(weather?.hours.at(-1)?.temperatureC).toBeNull()
  })
})

describe('many places', () => {
  it('are asked for fifty at a time and come back in their order', async () => {
    const places = Array.from({ length: 120 }, (_, at) => ({ latitude: -20 + at / 4, longitude: 30 }))

    const answers = await client.airQuality({ places })

    expect(openMeteo.requests).toHaveLength(3)
    expect(answers).toHaveLength(120)
    const off = answers.filter(({ latitude }, at) => Math.abs(latitude - (places[at]?.latitude ?? 0)) > 0.4)
    expect(off).toEqual([])
  })

  it('are not mixed up when an answer is missing', async () => {
    openMeteo.answerNext({ status: 200, body: '[]' })

    await expect(client.airQuality({ places: [OSLO, MAPUTO] })).rejects.toMatchObject({
      code: 'http/shape',
      message: 'Open-Meteo was asked for 2 places and answered for 0',
    })
  })
})

describe('an answer that is not what was asked for', () => {
  it.each([
    ['wind in km/h', 'hourly_units.wind_speed_10m', { wind_speed_10m: 'km/h' }],
    ['temperature in °F', 'hourly_units.temperature_2m', { temperature_2m: '°F' }],
  ])('is refused, naming the field: %s', async (_, complaint, units) => {
    openMeteo.changeNext((answer) => ({ ...answer, hourly_units: { ...answer.hourly_units, ...units } }))

    await expect(client.forecast({ places: [OSLO] })).rejects.toMatchObject({
      code: 'http/shape',
      message: expect.stringContaining(complaint),
    })
  })

  it('is refused when its lists differ in length', async () => {
    openMeteo.changeNext((answer) => ({
      ...answer,
      hourly: { ...answer.hourly, precipitation: (answer.hourly?.['precipitation'] ?? []).slice(1) },
    }))

    await expect(client.forecast({ places: [OSLO] })).rejects.toMatchObject({
      code: 'http/shape',
      message: expect.stringContaining('hourly.precipitation'),
    })
  })

  it.each([
    ['HTML with status 200', { status: 200, body: '<html></html>', contentType: 'text/html' }],
    ['half an answer', { status: 200, body: '{"latitude":59.9,"hourly":{"time":["2025-03-1' }],
    ['nothing', { status: 200, body: '' }],
    ['an error with status 200', { status: 200, body: '{"error":true,"reason":"no"}' }],
  ])('is refused: %s', async (_, answer) => {
    openMeteo.answerNext(answer)

    await expect(client.forecast({ places: [OSLO] })).rejects.toMatchObject({ code: 'http/shape' })
  })
})

describe('a limit that is reached', () => {
  it.each([
    ['minutely', openMeteoAnswers.minutelyLimit, 60_000],
    ['hourly', openMeteoAnswers.hourlyLimit, 30 * 60_000], // at half past nine
    ['daily', openMeteoAnswers.dailyLimit, 14.5 * 3_600_000],
  ])('says when to come back: %s', async (limit, answer, retryAfterMs) => {
    openMeteo.answerNext(answer, 20)
    const own = createOpenMeteoClient(OpenMeteoConnection.parse({}), {
      clock: { ...createFakeClock(NOW), now: () => new Date(NOW) },
    })

    await expect(own.airQuality({ places: [OSLO] })).rejects.toMatchObject({
      code: 'http/status',
      retryable: true,
      retryAfterMs,
      details: { limit },
    })
    await own.close()
  })
})

describe('a question that cannot be meant', () => {
  it.each([
    ['a place that is not on Earth', () => client.forecast({ places: [{ latitude: 91, longitude: 0 }] })],
    ['a place that is no number', () => client.forecast({ places: [{ latitude: Number.NaN, longitude: 0 }] })],
    ['17 days ahead', () => client.forecast({ places: [OSLO], forecastDays: 17 })],
    ['8 days of air ahead', () => client.airQuality({ places: [OSLO], forecastDays: 8 })],
    ['31 February', () => client.archive({ places: [OSLO], from: '2024-02-31', to: '2024-03-01' })],
    ['days the wrong way round', () => client.archive({ places: [OSLO], from: '2024-03-02', to: '2024-03-01' })],
  ])('is refused before anything is asked: %s', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'config/params' })
    expect(openMeteo.requests).toEqual([])
  })
})

it('counts what a request costs as the service does', () => {
  // one place with few variables and days is one call
  expect(weightedCalls({ places: 1, variables: 6, days: 7 })).toBe(1)
  // 135 districts, a year, six variables: 135 · 6/10 · 365/14
  expect(weightedCalls({ places: 135, variables: 6, days: 365 })).toBe(2_112)
})
