import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkIntegrity,
  compositeIndex,
  dimension,
  factTable,
  logLinearRegression,
  minMaxScores,
  rankAscending,
  rankByResidual,
  rankDescending,
  reconcile,
  rollUp,
  versionedDimension,
} from '../../src/analysis/index.ts'

const NORDIC = Object.freeze([
  Object.freeze({ iso3: 'NOR', name: 'Norway' }),
  Object.freeze({ iso3: 'SWE', name: 'Sweden' }),
  Object.freeze({ iso3: 'FIN', name: 'Finland' }),
])
const byIso3 = (row: { readonly iso3: string }): string => row.iso3

describe('dimension', () => {
  it('F210 numbers its members from 1 in the order given and keeps what they are called', () => {
    const countries = dimension(NORDIC, byIso3)

    expect(countries.rows).toEqual([
      { key: 1, iso3: 'NOR', name: 'Norway' },
      { key: 2, iso3: 'SWE', name: 'Sweden' },
      { key: 3, iso3: 'FIN', name: 'Finland' },
    ])
    expect(['SWE', 'DNK', null].map((iso3) => countries.keyOf(iso3))).toEqual([2, 0, 0])
  })

  it('F210 keeps the keys of an earlier load, takes new attributes and appends what is new', () => {
    const before = dimension(NORDIC, byIso3)

    const after = dimension(
      [
        { iso3: 'DNK', name: 'Denmark' },
        { iso3: 'FIN', name: 'Suomi' },
      ],
      byIso3,
      before.rows,
    )

    expect(after.rows.map(({ key, name }) => `${key} ${name}`)).toEqual([
      '1 Norway',
      '2 Sweden',
      '3 Suomi',
      '4 Denmark',
    ])
  })
})

describe('factTable', () => {
  const countries = dimension(NORDIC, byIso3)
  const years = dimension([{ year: 2021 }, { year: 2022 }], ({ year }) => String(year))
  interface Row {
    readonly iso3: string | null
    readonly year: number
    readonly value: number | null
  }
  const load = (rows: readonly Row[]): ReturnType<typeof factTable<Row, 'country' | 'year'>> =>
    factTable(
      rows,
      { country: ({ iso3 }) => countries.keyOf(iso3), year: ({ year }) => years.keyOf(String(year)) },
      ({ value }) => value,
    )

  it('F211 refers to members by key only, one fact for each cell of a full cube', () => {
    const cube = NORDIC.flatMap(({ iso3 }) => [2021, 2022].map((year) => ({ iso3, year, value: year })))

    const { facts, unknown } = load(cube)

    expect(facts).toHaveLength(countries.rows.length * years.rows.length)
    expect(facts[3]).toEqual({ keys: { country: 2, year: 2 }, value: 2022 })
    for (const { keys } of facts) {
      expect(countries.rows.some(({ key }) => key === keys.country)).toBe(true)
      expect(years.rows.some(({ key }) => key === keys.year)).toBe(true)
    }
    expect(unknown).toEqual({ country: 0, year: 0 })
  })

  it('F211 keeps and counts facts whose member is unknown', () => {
    const { facts, unknown } = load([
      { iso3: 'XKX', year: 2021, value: 1 },
      { iso3: null, year: 2021, value: 2 },
      { iso3: 'NOR', year: 1999, value: null },
    ])

    expect(facts.map(({ keys }) => keys)).toEqual([
      { country: 0, year: 1 },
      { country: 0, year: 1 },
      { country: 1, year: 0 },
    ])
    expect(unknown).toEqual({ country: 2, year: 1 })
  })

  it('refuses two facts on one grain, and a value that is no number', () => {
    const norway = { iso3: 'NOR', year: 2021, value: 1 }

    expect(() => load([norway, norway])).toThrow(
      expect.objectContaining({ code: 'data/value', message: 'rows 0 and 1 are both the fact of country 1, year 1' }),
    )
    expect(() => load([{ ...norway, value: Infinity }])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('versionedDimension', () => {
  const iso3 = (row: { iso3: string }) => row.iso3
  const first = versionedDimension(
    [
      { iso3: 'NOR', group: 'high' },
      { iso3: 'SWE', group: 'high' },
    ],
    iso3,
    {
      on: '2020-01-01',
    },
  )

  it('F210 gives a changed member a new row and key, and joins facts by their own day', () => {
    const second = versionedDimension(
      [
        { iso3: 'NOR', group: 'low' },
        { iso3: 'SWE', group: 'high' },
      ],
      iso3,
      {
        on: '2022-01-01',
        known: first.rows,
      },
    )

    expect(second.rows).toEqual([
      { iso3: 'NOR', group: 'high', key: 1, validFrom: '2020-01-01', validTo: '2022-01-01', current: false },
      { iso3: 'SWE', group: 'high', key: 2, validFrom: '2020-01-01', validTo: null, current: true },
      { iso3: 'NOR', group: 'low', key: 3, validFrom: '2022-01-01', validTo: null, current: true },
    ])
    expect(['2021-12-31', '2022-01-01', '2019-12-31'].map((day) => second.keyOn('NOR', day))).toEqual([1, 3, 0])
    expect([second.keyOn('DNK', '2022-01-01'), second.keyOn(null, '2022-01-01')]).toEqual([0, 0])
  })

  it('changes nothing when the same is loaded again', () => {
    const again = versionedDimension([{ iso3: 'NOR', group: 'high' }], iso3, { on: '2021-01-01', known: first.rows })

    expect(again.rows).toEqual(first.rows)
  })

  it('refuses a member given twice, and a change before the state that it ends', () => {
    const nor = { iso3: 'NOR', group: 'low' }

    expect(() => versionedDimension([nor, nor], iso3, { on: '2021-01-01' })).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
    expect(() => versionedDimension([nor], iso3, { on: '2020-01-01', known: first.rows })).toThrow(
      expect.objectContaining({ code: 'data/value' }),
    )
  })
})

describe('rollUp', () => {
  const facts = [
    { keys: { unit: 1, year: 1 }, value: 10 },
    { keys: { unit: 2, year: 1 }, value: 20 },
    { keys: { unit: 1, year: 2 }, value: null },
    { keys: { unit: 2, year: 2 }, value: null },
  ]

  it('sums what may be summed, and nothing to null', () => {
    expect(rollUp(facts, ['year'], { kind: 'additive' })).toEqual([
      { keys: { year: 1 }, sum: 30, facts: 2, missing: 0 },
      { keys: { year: 2 }, sum: null, facts: 2, missing: 2 },
    ])
    expect(rollUp([], ['year'], { kind: 'additive' })).toEqual([])
  })

  it('refuses to sum people over years, and rates over anything', () => {
    const population = { kind: 'semi-additive', notOver: ['year'] } as const

    expect(rollUp(facts, ['year'], population)).toHaveLength(2)
    expect(() => rollUp(facts, ['unit'], population)).toThrow(expect.objectContaining({ code: 'config/params' }))
    expect(() => rollUp(facts, ['unit'], { kind: 'non-additive' })).toThrow(
      expect.objectContaining({ code: 'config/params', message: 'a non-additive measure is not summed over year' }),
    )
  })

  it('F211 finds a key that its dimension does not have, and counts the unknown', () => {
    const unit = dimension([{ id: 'a' }], (row) => row.id)
    const strays = [
      { keys: { unit: 1 }, value: 1 },
      { keys: { unit: 7 }, value: 1 },
      { keys: { unit: 0 }, value: 1 },
    ]

    expect(checkIntegrity(strays, { unit })).toEqual({
      orphans: [{ fact: 1, dimension: 'unit', key: 7 }],
      unknown: { unit: 1 },
    })
  })

  it('accounts for every row and every sum', () => {
    expect(reconcile([0.1, 0.2, 0.3, null], [0.3, 0.1, null], [0.2])).toMatchObject({ reconciled: true })
    expect(reconcile([1, 2, 3], [1, 2], [])).toEqual({ reconciled: false, rowsUnaccounted: 1, sumDifference: 3 })
    expect(reconcile([1, 2], [1, 1], [])).toMatchObject({ reconciled: false, rowsUnaccounted: 0, sumDifference: 1 })
  })
})

describe('minMaxScores', () => {
  it('F212 gives 0 to 1, turned round where lower is better', () => {
    expect(minMaxScores([10, 20, 30])).toEqual({ scores: [0, 0.5, 1], discriminates: true })
    expect(minMaxScores([-5e-324, 0]).scores).toEqual([0, 1])
    expect(minMaxScores([10, null, 20, 30], { higherIsBetter: false }).scores).toEqual([1, null, 0.5, 0])
  })

  it('F212 gives 0.5 each and says so where nothing tells the values apart', () => {
    expect(minMaxScores([7, null, 7])).toEqual({ scores: [0.5, null, 0.5], discriminates: false })
    expect(minMaxScores([0, 0]).scores).toEqual([0.5, 0.5])
    expect(minMaxScores([])).toEqual({ scores: [], discriminates: false })
  })

  it('refuses what is not finite', () => {
    expect(() => minMaxScores([1, Infinity])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('compositeIndex', () => {
  it('F213 ranks by the weighted scores, best first', () => {
    const { ranked } = compositeIndex(
      [
        { name: 'Beta', scores: { life: 0, spending: 1 } },
        { name: 'Alpha', scores: { life: 1, spending: 0 } },
      ],
      { life: 0.75, spending: 0.25 },
    )

    expect(ranked).toEqual([
      { name: 'Alpha', score: 0.75, coverage: 1, partial: false, rank: 1 },
      { name: 'Beta', score: 0.25, coverage: 1, partial: false, rank: 2 },
    ])
  })

  it('F213 leaves out the weight of a missing indicator, and ranks nobody of whom nothing is known', () => {
    const { ranked, missing } = compositeIndex(
      [
        { name: 'Alpha', scores: { life: 0.5, spending: null } },
        { name: 'Beta', scores: { life: null, spending: null } },
      ],
      { life: 0.75, spending: 0.25 },
    )

    expect(ranked).toEqual([{ name: 'Alpha', score: 0.5, coverage: 0.75, partial: true, rank: 1 }])
    expect(missing).toEqual([{ name: 'Beta', score: null, coverage: 0, partial: true }])
  })

  it('refuses an indicator without weight, and weights that weigh nothing', () => {
    const rows = [{ name: 'Alpha', scores: { life: 1, spending: 1 } }]
    const onlyLife: Record<string, number> = { life: 1 }

    expect(() => compositeIndex<string>(rows, onlyLife)).toThrow(
      expect.objectContaining({ code: 'config/params', message: 'the indicator "spending" has no weight' }),
    )
    expect(() => compositeIndex(rows, { life: -1, spending: 2 })).toThrow('"life" has the weight -1')
    expect(() => compositeIndex(rows, { life: 0, spending: 0 })).toThrow('no indicator has a weight')
  })
})

describe('ranking', () => {
  it('puts the largest first, lets equals share a place, and ranks nothing that is missing', () => {
    const rows = [
      { iso3: 'KEN', gdp: 2 },
      { iso3: 'UGA', gdp: null },
      { iso3: 'TZA', gdp: 5 },
      { iso3: 'RWA', gdp: 2 },
      { iso3: 'BDI', gdp: 1 },
    ]

    const { ranked, missing } = rankDescending(rows, ({ gdp }) => gdp)

    expect(ranked.map(({ iso3, rank }) => `${rank} ${iso3}`)).toEqual(['1 TZA', '2 KEN', '2 RWA', '4 BDI'])
    expect(missing).toEqual([{ iso3: 'UGA', gdp: null }])
  })

  it('F209 ranks from the most negative residual, from 1 to n without gaps', () => {
    // deaths against spending: Beta lies far below the line, Gamma far above it
    const rows = [
      { name: 'Alpha', spending: 100, deaths: 50 },
      { name: 'Beta', spending: 200, deaths: 20 },
      { name: 'Gamma', spending: 400, deaths: 60 },
      { name: 'Delta', spending: 800, deaths: 30 },
    ]
    const fit = logLinearRegression(
      rows.map(({ spending }) => spending),
      rows.map(({ deaths }) => deaths),
    )

    const ranked = rankByResidual(rows, fit)

    expect(ranked.map(({ rank }) => rank)).toEqual([1, 2, 3, 4])
    expect(ranked[0]).toMatchObject({ name: 'Beta', rank: 1 })
    expect(ranked.at(-1)).toMatchObject({ name: 'Gamma', rank: 4 })
    expect(ranked.reduce((total, { residual }) => total + residual, 0)).toBeCloseTo(0, 10)
    expect(() => rankByResidual(rows.slice(1), fit)).toThrow(expect.objectContaining({ code: 'data/misaligned' }))
  })

  it('loses no row, and the places do not depend on the order of the rows', () => {
    const value = fc.option(fc.integer({ min: 0, max: 5 }))
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.nat(), value })), (rows) => {
        const { ranked, missing } = rankAscending(rows, (row) => row.value)
        const turned = rankAscending(rows.toReversed(), (row) => row.value)

        expect(ranked.length + missing.length).toBe(rows.length)
        expect(turned.ranked.map(({ rank }) => rank)).toEqual(ranked.map(({ rank }) => rank))
        for (const { rank, value: own } of ranked) {
          expect(rank).toBe(1 + ranked.filter((other) => (other.value ?? 0) < (own ?? 0)).length)
        }
      }),
    )
  })
})
