import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byLocalDay,
  byMonth,
  celsiusFromFahrenheit,
  celsiusFromKelvin,
  climateAnomaly,
  climateNormal,
  dailyTotalsFromRunningTotals,
  degreeDays,
  dekadsOf,
  fahrenheitFromCelsius,
  heatIndexC,
  hoursFromRunningTotals,
  meanWindDirection,
  mmFromMetres,
  monthlyMmFromDailyMetres,
  relativeHumidity,
  saturationVapourPressureHPa,
  spells,
  standardisedPrecipitation,
  vapourPressureDeficitHPa,
  wattsFromJoules,
  wetBulbC,
  windDirection,
  windSpeed,
} from '../../src/analysis/index.ts'
import { near } from './near.ts'

const refusal = (code: string) => expect.objectContaining({ code }) as unknown as Error

describe('units', () => {
  it('says both units in the name', () => {
    expect(celsiusFromKelvin(300)).toEqual(near(26.85))
    expect(celsiusFromFahrenheit(fahrenheitFromCelsius(-40))).toBe(-40)
    expect(mmFromMetres(0.012)).toBe(12)
    expect(monthlyMmFromDailyMetres(0.002, 30)).toBe(60)
    expect(wattsFromJoules(3_600_000, 1)).toBe(1000)
  })
})

describe('humidity', () => {
  it('follows Magnus', () => {
    // Python: 6.1094 * exp(17.625 * t / (t + 243.04))
    expect(saturationVapourPressureHPa(20)).toEqual(near(23.33440623099358))
    expect(relativeHumidity(20, 10)).toEqual(near(52.54132558106587))
    expect(vapourPressureDeficitHPa(30, 60)).toEqual(near(16.946601005181897))
  })

  it('never exceeds 100, and keeps missing missing', () => {
    expect(relativeHumidity(10, 10.01)).toBe(100)
    expect([relativeHumidity(null, 1), relativeHumidity(1, null), saturationVapourPressureHPa(-300)]).toEqual([
      null,
      null,
      null,
    ])
    expect([
      vapourPressureDeficitHPa(20, 101),
      vapourPressureDeficitHPa(20, -1),
      vapourPressureDeficitHPa(20, null),
    ]).toEqual([null, null, null])
  })
})

describe('heat', () => {
  it.each([
    [80, 40, 80],
    [90, 70, 106],
    [96, 50, 108],
    [100, 60, 129],
    [88, 85, 110],
    [110, 40, 136],
  ])('is as the chart of the National Weather Service has it: %d °F at %d %% feels like %d °F', (f, humidity, felt) => {
    const index = heatIndexC(celsiusFromFahrenheit(f), humidity)

    expect(Math.round(fahrenheitFromCelsius(index ?? 0))).toBe(felt)
  })

  it('adjusts for very dry and very damp air', () => {
    // By hand from the equation: 95 °F at 10 % is 3/4 below, 84 °F at 95 % is 1 · 3/5 above the plain regression
    const feels = (f: number, humidity: number) =>
      fahrenheitFromCelsius(heatIndexC(celsiusFromFahrenheit(f), humidity) ?? 0)

    expect(feels(95, 10)).toBeLessThan(feels(95, 13))
    expect(feels(84, 95)).toBeGreaterThan(feels(84, 85) + 0.6)
  })

  it('is mild where it is cool, and has nothing to say of what is missing or impossible', () => {
    // By hand, in °F: 0.5 · (68 + 61 + 0 + 4.7) = 66.85, and its mean with 68
    expect(heatIndexC(20, 50)).toEqual(near((67.425 - 32) / 1.8))
    expect([heatIndexC(null, 50), heatIndexC(30, null), heatIndexC(30, 101), heatIndexC(Infinity, 50)]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('gives the wet bulb of Stull, within his bounds only', () => {
    // Stull (2011), the worked example: 20 °C and 50 % give 13.7 °C
    expect(wetBulbC(20, 50)).toEqual(near(13.7, 1e-3))
    expect([wetBulbC(20, 4), wetBulbC(51, 50), wetBulbC(null, 50), wetBulbC(20, null)]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

describe('wind', () => {
  it.each([
    [-1, 0, 90],
    [1, 0, 270],
    [0, -1, 0],
    [0, 1, 180],
    [-1, -1, 45],
  ])('of u %d and v %d comes from %d degrees', (u, v, direction) => {
    expect(windDirection(u, v)).toEqual(near(direction, 1e-12))
  })

  it('has a speed even where it has no direction', () => {
    expect([windSpeed(3, 4), windSpeed(0, 0), windDirection(0, 0), windSpeed(null, 1), windDirection(1, null)]).toEqual(
      [5, 0, null, null, null],
    )
  })

  it('is averaged by vectors', () => {
    const from = (degrees: number) => {
      const angle = (degrees * Math.PI) / 180
      return { u: -Math.sin(angle), v: -Math.cos(angle) }
    }
    const mean = meanWindDirection([from(350), from(10), { u: null, v: 1 }]) ?? Number.NaN

    expect(Math.min(mean, 360 - mean)).toBeLessThan(1e-9)
    expect(meanWindDirection([from(90), from(270)])).toBeNull()
    expect(meanWindDirection([])).toBeNull()
  })
})

describe('days and months', () => {
  const hours = (from: string, count: number, value: (hour: number) => number | null) =>
    Array.from({ length: count }, (_, hour) => ({
      at: new Date(Date.parse(from) + hour * 3_600_000).toISOString(),
      value: value(hour),
    }))

  it('begins a day at 21:00 UTC three hours east of Greenwich', () => {
    const series = hours('2026-01-01T21:00:00Z', 24, () => 1)

    expect(byLocalDay(series, { utcOffsetMinutes: 180, statistic: 'sum' })).toEqual([
      { day: '2026-01-02', value: 24, hours: 24 },
    ])
    expect(byLocalDay(series, { utcOffsetMinutes: 0, statistic: 'sum' }).map(({ value }) => value)).toEqual([
      null,
      null,
    ])
  })

  it('needs 18 hours for a mean and all of them for a sum', () => {
    const series = hours('2026-01-01T00:00:00Z', 24, (hour) => (hour < 18 ? hour : null))
    const of = (statistic: 'mean' | 'sum' | 'min' | 'max') =>
      byLocalDay(series, { utcOffsetMinutes: 0, statistic })[0]?.value

    expect([of('mean'), of('min'), of('max'), of('sum')]).toEqual([8.5, 0, 17, null])
    expect(byLocalDay(series.slice(0, 17), { utcOffsetMinutes: 0, statistic: 'mean' })[0]).toMatchObject({
      value: null,
      hours: 17,
    })
  })

  it('refuses an hour given twice, a moment that is none, and what is not finite', () => {
    const options = { utcOffsetMinutes: 0, statistic: 'mean' } as const
    const [hour] = hours('2026-01-01T00:00:00Z', 1, () => 1)

    for (const wrong of [[hour, hour], [{ at: 'noon', value: 1 }], [{ at: '2026-01-01T00:00:00Z', value: Infinity }]]) {
      expect(() =>
        byLocalDay(
          wrong.flatMap((each) => each ?? []),
          options,
        ),
      ).toThrow(refusal('data/value'))
    }
  })

  it('R28 sums complete months only', () => {
    const february = Array.from({ length: 28 }, (_, day) => ({
      day: `2026-02-${String(day + 1).padStart(2, '0')}`,
      value: 2,
    }))

    expect(byMonth(february, 'sum')).toEqual([{ month: '2026-02', value: 56, daysPresent: 28, daysDue: 28 }])
    expect(byMonth(february.slice(1), 'sum')).toMatchObject([{ value: null, daysPresent: 27 }])
    const unreported = february.map(({ day }) => ({ day, value: null }))
    expect(byMonth(unreported, 'sum')).toMatchObject([{ value: null, daysPresent: 0 }])
    expect(() => byMonth([...february, ...february.slice(0, 1)], 'sum')).toThrow(refusal('data/value'))
    expect(() => byMonth([{ day: '2026-02', value: 1 }], 'sum')).toThrow(refusal('data/value'))
  })

  it('gives the last dekad what is left of the month', () => {
    expect(dekadsOf('2024-02')[2]).toEqual({ from: '2024-02-21', to: '2024-02-29', days: 9 })
    expect(['2026-01', '2026-02', '2026-04'].map((month) => dekadsOf(month)[2].days)).toEqual([11, 8, 10])
    expect(() => dekadsOf('2026-13')).toThrow(refusal('data/value'))
  })

  it('takes running totals apart, and finds a day in the stamp of the next midnight', () => {
    const totals = hours('2026-01-01T01:00:00Z', 25, (hour) => (hour === 24 ? 3 : hour + 1))
    const { hours: rain, clamped } = hoursFromRunningTotals(totals)

    expect(rain.map(({ value }) => value)).toEqual([...Array.from({ length: 24 }, () => 1), 3])
    expect(clamped).toBe(0)
    expect(dailyTotalsFromRunningTotals(totals)).toEqual([{ day: '2026-01-01', value: 24 }])
  })

  it('sets what packing made negative to 0 and counts it, but refuses a total that falls', () => {
    const stamps = hours('2026-01-01T01:00:00Z', 3, (hour) => [0.001, 0.0009999, null][hour] ?? null)

    expect(hoursFromRunningTotals(stamps)).toMatchObject({
      clamped: 1,
      hours: [{ value: 0.001 }, { value: 0 }, { value: null }],
    })
    expect(() => hoursFromRunningTotals(hours('2026-01-01T01:00:00Z', 2, (hour) => 2 - hour))).toThrow(
      refusal('data/value'),
    )
    expect(() => hoursFromRunningTotals([stamps[0], stamps[2]].flatMap((each) => each ?? []))).toThrow(
      refusal('data/value'),
    )
    expect(hoursFromRunningTotals(stamps.slice(1)).hours[0]).toMatchObject({ value: null })
  })
})

describe('normals', () => {
  it('needs 24 years', () => {
    const years = Array.from({ length: 30 }, (_, year) => (year < 24 ? year : null))

    expect(climateNormal(years)).toBe(11.5)
    expect(climateNormal(years.slice(1))).toBeNull()
  })

  it('has no percentage of a normal of next to nothing', () => {
    expect(climateAnomaly(30, 20)).toEqual({ difference: 10, percentOfNormal: 150 })
    expect(climateAnomaly(3, 0.5)).toEqual({ difference: 2.5, percentOfNormal: null })
    expect([climateAnomaly(null, 1), climateAnomaly(1, null)]).toEqual([null, null])
  })

  it('adds warmth up, but not over a missing day', () => {
    expect([degreeDays([12, 9, 15], 10), degreeDays([], 10), degreeDays([12, null], 10)]).toEqual([7, 0, null])
  })

  it('counts dry and wet spells, and leaves open how long one was that a missing day ends', () => {
    expect(spells([5, 0, 0.9, 1, null, 0, 0, 7])).toEqual([
      { kind: 'wet', from: 0, length: 1, open: true },
      { kind: 'dry', from: 1, length: 2, open: false },
      { kind: 'wet', from: 3, length: 1, open: true },
      { kind: 'dry', from: 5, length: 2, open: true },
      { kind: 'wet', from: 7, length: 1, open: true },
    ])
    expect(spells([])).toEqual([])
  })
})

describe('the standardised precipitation index', () => {
  /** Thirty years, each third January without rain. */
  const rain = Object.freeze(
    Array.from({ length: 360 }, (_, place) => {
      const [year, month] = [Math.floor(place / 12), place % 12]
      if (month === 0 && year % 3 === 0) return 0
      return ((year * 7919 + month * 104_729 + 13 * year * month) % 1000) / 10 + 1
    }),
  )

  it('is the normal deviate of the rain among the same months', () => {
    const [one, three] = [standardisedPrecipitation(rain), standardisedPrecipitation(rain, { window: 3 })]

    // scipy 1.17: norm.ppf(q + (1 − q) · gamma.cdf), Thom's shape
    expect([one[0], one[12], one[5], one[200], one[359]]).toEqual(
      [-0.43072729929545756, 1.294322569900737, 1.4876578508274352, -0.5655916866146902, 1.102852208314705].map(
        (value) => near(value, 1e-11),
      ),
    )
    expect([three[2], three[100], three[359]]).toEqual(
      [-0.10064222400597791, 0.3814259044640471, 0.972971347971903].map((value) => near(value, 1e-11)),
    )
    expect([three[0], three[1], three[12]]).toEqual([null, null, null])
  })

  it('has no distribution from too few years, or from the same rain every year', () => {
    expect(standardisedPrecipitation(rain.slice(0, 120)).every((value) => value === null)).toBe(true)
    expect(standardisedPrecipitation(Array.from({ length: 360 }, () => 33.3)).every((value) => value === null)).toBe(
      true,
    )
    expect(standardisedPrecipitation(Array.from({ length: 360 }, () => 0)).every((value) => value === null)).toBe(true)
  })

  it('leaves windows with a missing month out', () => {
    const gap = [...rain.slice(0, 5), null, ...rain.slice(6)]

    expect(standardisedPrecipitation(gap, { window: 3, minimumYears: 29 }).slice(5, 9)).toEqual([
      null,
      null,
      null,
      expect.any(Number),
    ])
  })

  it('does not mind the unit of rain, and refuses rain below 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 359 }), (month) => {
        const inches = standardisedPrecipitation(rain.map((mm) => mm / 25.4))

        expect(inches[month]).toEqual(near(standardisedPrecipitation(rain)[month] ?? 0, 1e-9))
      }),
      { numRuns: 3 },
    )
    expect(() => standardisedPrecipitation([1, -1])).toThrow(refusal('data/value'))
    expect(() => standardisedPrecipitation([1], { window: 0 })).toThrow(refusal('data/value'))
  })
})
