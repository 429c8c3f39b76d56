import {
  advisory,
  aqi,
  AQI_CATEGORIES,
  aqiCategory,
  combinedAqi,
  dailyMaximumEightHour,
  dailyMean,
  epaDay,
  epaHour,
  europeanAqiBand,
  exceedsWho,
  nowCast,
  ppbFromUgM3,
  severity,
  ugM3PerPpb,
  whoExceedanceDays,
  whoTargetAttained,
  worstFirst,
  type AqiCategory,
  type HourlyAir,
  type Pollutant,
} from 'd2flow/analysis'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('the US EPA index of one pollutant', () => {
  // 40 CFR 58 Appendix G, table 2 as revised in 2024: both ends of every row
  it.each<[Pollutant, number, number]>([
    ['pm25', 0, 0],
    ['pm25', 9.0, 50],
    ['pm25', 9.1, 51],
    ['pm25', 35.4, 100],
    ['pm25', 35.5, 101],
    ['pm25', 55.4, 150],
    ['pm25', 55.5, 151],
    ['pm25', 125.4, 200],
    ['pm25', 125.5, 201],
    ['pm25', 225.4, 300],
    ['pm25', 225.5, 301],
    ['pm25', 325.4, 500],
    ['pm10', 54, 50],
    ['pm10', 55, 51],
    ['pm10', 154, 100],
    ['pm10', 254, 150],
    ['pm10', 354, 200],
    ['pm10', 424, 300],
    ['pm10', 604, 500],
    ['o3-8h', 0.054, 50],
    ['o3-8h', 0.055, 51],
    ['o3-8h', 0.07, 100],
    ['o3-8h', 0.085, 150],
    ['o3-8h', 0.105, 200],
    ['o3-8h', 0.2, 300],
    ['o3-1h', 0.125, 101],
    ['o3-1h', 0.164, 150],
    ['o3-1h', 0.604, 500],
    ['co', 4.4, 50],
    ['co', 9.4, 100],
    ['co', 50.4, 500],
    ['so2-1h', 35, 50],
    ['so2-1h', 304, 200],
    ['so2-24h', 305, 201],
    ['so2-24h', 1004, 500],
    ['no2', 53, 50],
    ['no2', 100, 100],
    ['no2', 2049, 500],
  ])('%s at %d is %d', (pollutant, concentration, index) => {
    expect(aqi(pollutant, concentration)?.index).toBe(index)
  })

  it('truncates before it looks up, so that nothing falls between two rows', () => {
    expect(aqi('pm25', 9.09)).toEqual({ index: 50, category: 'Good', concentration: 9 })
    expect(aqi('o3-8h', 0.0709)).toEqual({ index: 100, category: 'Moderate', concentration: 0.07 })
    expect(aqi('pm10', 154.9)).toEqual({ index: 100, category: 'Moderate', concentration: 154 })
  })

  it('keeps the table of 2012 for older series', () => {
    // 78 FR 3086 (15 January 2013): 12.0 µg/m³ is 50, 500.4 is 500
    expect(aqi('pm25', 12, 'us-epa-2012')?.index).toBe(50)
    expect(aqi('pm25', 350.4, 'us-epa-2012')?.index).toBe(400)
    expect(aqi('pm25', 500.4, 'us-epa-2012')?.index).toBe(500)
    expect(aqi('pm25', 12)?.index).toBe(56) // 49 · 29 / 263 + 51 = 56.40
  })

  it('goes on along the last row above the table', () => {
    // 301 + 199 · (4254 − 2255) / 999 = 699.2
    expect(aqi('pm25', 425.4)).toEqual({ index: 699, category: 'Hazardous', concentration: 425.4 })
  })

  it('has no index where the regulation has none', () => {
    expect(aqi('o3-8h', 0.201)).toBeNull()
    expect(aqi('o3-1h', 0.124)).toBeNull()
    expect(aqi('so2-24h', 304)).toBeNull()
    expect(aqi('so2-1h', 305)).toBeNull()
  })

  it.each([null, -1, Number.NaN, Number.POSITIVE_INFINITY])('gives null for %s', (concentration) => {
    expect(aqi('pm25', concentration)).toBeNull()
  })

  it('refuses a pollutant that is not in the table', () => {
    expect(() => aqi('pollen' as Pollutant, 1)).toThrow(expect.objectContaining({ code: 'data/units' }))
  })

  it('never decreases when the concentration rises', () => {
    const pollutant = fc.constantFrom<Pollutant>('pm25', 'pm10', 'co', 'no2', 'o3-8h')
    fc.assert(
      fc.property(
        pollutant,
        fc.double({ min: 0, max: 600, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (which, low, more) => {
          const [lower, higher] = [aqi(which, low), aqi(which, low + more)]
          return lower === null || higher === null || lower.index <= higher.index
        },
      ),
    )
  })
})

describe('the index over several pollutants', () => {
  it('is the highest, and names who reaches it', () => {
    expect(combinedAqi({ pm25: 35.4, pm10: 154, no2: 10, co: null })).toEqual({
      index: 100,
      category: 'Moderate',
      critical: ['pm25', 'pm10'],
    })
  })

  it('fixes a high hour of SO2 beside a lower day at 200', () => {
    expect(combinedAqi({ 'so2-1h': 400, 'so2-24h': 200 })).toEqual({
      index: 200,
      category: 'Unhealthy',
      critical: ['so2-1h'],
    })
    expect(combinedAqi({ 'so2-1h': 400, 'so2-24h': 320 })?.critical).toEqual(['so2-24h'])
  })

  it('is null when nothing was measured', () => {
    expect(combinedAqi({})).toBeNull()
    expect(combinedAqi({ pm25: null })).toBeNull()
  })
})

describe('classes and advice', () => {
  it('F194 keeps each bound in the lower class', () => {
    const classes = [50, 50.0001, 100, 150, 200, 300, 300.01, 1e9].map((index) => {
      const found = aqiCategory(index)
      return [found?.name, found?.colour]
    })

    expect(classes).toEqual([
      ['Good', 'green'],
      ['Moderate', 'yellow'],
      ['Moderate', 'yellow'],
      ['Unhealthy for Sensitive Groups', 'orange'],
      ['Unhealthy', 'red'],
      ['Very Unhealthy', 'purple'],
      ['Hazardous', 'maroon'],
      ['Hazardous', 'maroon'],
    ])
  })

  it('F195 walks its bounds in order: in any other, some value falls into a worse class than its own', () => {
    const order = fc.shuffledSubarray([...AQI_CATEGORIES], { minLength: AQI_CATEGORIES.length })
    const walk = (categories: readonly AqiCategory[]) =>
      AQI_CATEGORIES.map(({ upTo }) => categories.find((category) => upTo <= category.upTo)?.name)
    const own = AQI_CATEGORIES.map(({ upTo }) => aqiCategory(upTo)?.name)

    fc.assert(
      fc.property(order, (categories) => {
        const isInOrder = categories.every((category, place) => category === AQI_CATEGORIES[place])

        expect(walk(categories).join() === own.join()).toBe(isInOrder)
      }),
    )
  })

  it('F195 does not call a missing number good', () => {
    expect([Number.NaN, null].map(aqiCategory)).toEqual([null, null])
  })

  it('F196 has six different texts, and one for a class it does not know', () => {
    expect(new Set(AQI_CATEGORIES.map(({ name }) => advisory(name))).size).toBe(6)
    expect(AQI_CATEGORIES.every(({ advice }) => advice.length > 0)).toBe(true)
    expect(advisory('Purple haze')).toBe('There is no advice for this class.')
  })

  it('F197 finds the worst by class, then value, then name, whatever the order', () => {
    const reading = (city: string, category: string, value: number) => ({ city, category, value })
    const readings = [
      reading('Oslo', 'Moderate', 99),
      reading('Bergen', 'Hazardous', 12),
      reading('Bergen', 'Good', 500),
      reading('Stavanger', 'Moderate', 60),
      reading('Arendal', 'Moderate', 60),
      reading('Tromsø', 'Good', 3),
    ]

    fc.assert(
      fc.property(fc.shuffledSubarray(readings, { minLength: readings.length }), (shuffled) => {
        const worst = worstFirst(shuffled, {
          place: ({ city }) => city,
          severity: ({ category }) => severity(category),
          value: ({ value }) => value,
        })

        expect(worst.map(({ city }) => city)).toEqual(['Bergen', 'Oslo', 'Arendal', 'Stavanger', 'Tromsø'])
      }),
    )
  })
})

describe('NowCast', () => {
  it('is the value itself when the air does not change', () => {
    expect(nowCast(Array.from({ length: 12 }, () => 20))).toBeCloseTo(20, 12)
  })

  it('weighs by the ratio of lowest to highest, not below a half', () => {
    // by hand: w = max(10/40, ½) = ½; (40 + ½·20 + ¼·10) / (1 + ½ + ¼) = 52.5 / 1.75
    expect(nowCast([40, 20, 10])).toBe(30)
    // w = 15/20 = ¾; (20 + ¾·15) / (1 + ¾) = 31.25 / 1.75
    expect(nowCast([20, 15])).toBeCloseTo(125 / 7, 12)
  })

  it('leaves missing hours out but keeps the hours ago of the others', () => {
    // w = ½; (40 + ¼·10) / (1 + ¼)
    expect(nowCast([40, null, 10])).toBe(34)
  })

  it('needs two of the newest three hours', () => {
    expect(nowCast([40, null, null, 10, 10])).toBeNull()
    expect(nowCast([])).toBeNull()
  })

  it('gives 0 for clean air', () => {
    expect(nowCast([0, 0, 0])).toBe(0)
  })
})

describe('averaging over a day', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => hour)

  it('needs 18 of 24 hours for a mean', () => {
    const gappy = hours.map((hour) => (hour < 7 ? null : hour))

    expect(dailyMean(hours)).toEqual({ value: 11.5, hours: 24, reason: null })
    expect(dailyMean(gappy)).toMatchObject({ value: null, hours: 17 })
  })

  it('takes the highest 8-hour mean, into the next day', () => {
    // 23:00–06:59: 23, then seven hours of 30 → (23 + 210) / 8
    expect(
      dailyMaximumEightHour(
        hours,
        Array.from({ length: 7 }, () => 30),
      ).value,
    ).toBe(29.125)
  })
})

describe('European bands and WHO levels', () => {
  it.each([
    ['pm25', 5, 1],
    ['pm25', 5.1, 2],
    ['pm25', 140, 5],
    ['pm25', 140.1, 6],
    ['o3', 100, 2],
    ['so2', 275.1, 6],
  ] as const)('%s at %d µg/m³ is band %d', (pollutant, concentration, band) => {
    expect(europeanAqiBand(pollutant, concentration)?.band).toBe(band)
  })

  it('has no band for what is missing', () => {
    expect(europeanAqiBand('pm10', null)).toBeNull()
  })

  it('counts a day above the guideline, not one at it', () => {
    expect([15, 15.1, null].map((value) => exceedsWho('pm25-24h', value))).toEqual([false, true, null])
  })
})

describe('what WHO asks of a year', () => {
  it('names the hardest level that is kept to, the level itself included', () => {
    expect([5, 5.1, 10, 12, 25, 35, 35.1].map((value) => whoTargetAttained('pm25-annual', value))).toEqual([
      'guideline',
      'interim target 4',
      'interim target 4',
      'interim target 3',
      'interim target 2',
      'interim target 1',
      'none',
    ])
    expect(whoTargetAttained('so2-24h', 45)).toBe('interim target 2')
    expect([null, -1, Number.NaN].map((value) => whoTargetAttained('pm25-annual', value))).toEqual([null, null, null])
  })

  it('lets one day in a hundred lie above, and counts the missing', () => {
    const year = Array.from({ length: 365 }, (_, day) => (day < 3 ? 16 : 10))

    expect(whoExceedanceDays('pm25-24h', year)).toEqual({ days: 3, measured: 365, missing: 0, withinGuideline: true })
    expect(whoExceedanceDays('pm25-24h', [...year, 16, null])).toMatchObject({
      days: 4,
      missing: 1,
      withinGuideline: false,
    })
    expect(whoExceedanceDays('o3-8h', [null])).toEqual({ days: 0, measured: 0, missing: 1, withinGuideline: null })
  })
})

describe('units of gases', () => {
  // EPA's own factors at 25 °C and one atmosphere, rounded: O3 1.96, NO2 1.88, SO2 2.62, CO 1.15 (1.145)
  it.each([
    ['o3', 1.96],
    ['no2', 1.88],
    ['so2', 2.62],
    ['co', 1.145],
  ] as const)('one ppb of %s weighs %d µg/m³', (gas, factor) => {
    expect(ugM3PerPpb(gas)).toBeCloseTo(factor, 2)
  })

  it('depends on the reference temperature', () => {
    expect(ugM3PerPpb('no2', { temperatureC: 20 })).toBeCloseTo(1.91, 2) // Directive 2008/50/EC uses 293 K
  })

  it('keeps missing missing', () => {
    expect(ppbFromUgM3('o3', null)).toBeNull()
  })
})

describe('a day of hourly concentrations', () => {
  const day = (pm25UgM3: number | null, no2UgM3: number | null): HourlyAir => ({
    pm25UgM3: Array.from({ length: 24 }, () => pm25UgM3),
    pm10UgM3: Array.from({ length: 24 }, () => null),
    o3UgM3: Array.from({ length: 24 }, () => 98),
    no2UgM3: Array.from({ length: 24 }, (_, hour) => (hour === 8 ? no2UgM3 : 0)),
    so2UgM3: Array.from({ length: 24 }, () => 0),
    coUgM3: Array.from({ length: 24 }, () => 0),
  })

  it('converts gases before it looks them up, and says in which unit', () => {
    const readings = epaDay(day(35.4, 188))

    // 188 µg/m³ NO2 = 188 / 1.8803 = 99.98 ppb → 99 → (100 − 51)·(99 − 54)/(100 − 54) + 51 = 98.9 (by hand)
    expect(readings.find(({ pollutant }) => pollutant === 'no2')).toMatchObject({
      index: 99,
      unit: 'ppb',
      averaging: 'highest hour',
    })
    // 98 µg/m³ O3 = 98 / 1.9617 = 49.96 ppb → 0.049 ppm → 50·49/54 = 45.4
    expect(readings.find(({ pollutant }) => pollutant === 'o3-8h')).toMatchObject({ index: 45, unit: 'ppm' })
    expect(readings.find(({ pollutant }) => pollutant === 'pm25')).toMatchObject({
      index: 100,
      unit: 'µg/m³',
      category: 'Moderate',
    })
  })

  it('says why a pollutant has no index', () => {
    const readings = epaDay(day(null, null))

    expect(readings.find(({ pollutant }) => pollutant === 'pm25')).toMatchObject({
      index: null,
      concentration: null,
      reason: '0 of 24 hours, at least 18 are needed',
    })
  })

  it('gives the newest hour by NowCast for particles and as it is for NO2', () => {
    const readings = epaHour({ ...day(null, 0), pm25UgM3: [10, 20, 40], no2UgM3: [0, 0, 188] })

    expect(readings.find(({ pollutant }) => pollutant === 'pm25')).toMatchObject({
      concentration: 30,
      averaging: 'NowCast',
    })
    expect(readings.find(({ pollutant }) => pollutant === 'no2')?.index).toBe(99)
  })
})
