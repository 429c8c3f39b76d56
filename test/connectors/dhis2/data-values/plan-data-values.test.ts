import { describe, expect, it } from 'vitest'
import type { DataValueRow } from '../../../../connectors/dhis2/data-values/data-value-row.ts'
import type { PlanContext } from '../../../../connectors/dhis2/data-values/plan-data-values.ts'
import { dataSet, DEFAULT_COMBO, plan, row, smallCountry } from './small-country.ts'

function reasonOf(one: DataValueRow, context: Partial<PlanContext> = {}): string | undefined {
  return plan([one], context).refused.get(0)?.code
}

describe('planning data values', () => {
  it.each([
    ['row/unknown-element', { dataElement: 'deMissing01' }],
    ['row/unknown-element', { dataElement: 'nope' }],
    ['row/unknown-element', { dataElement: '' }],
    ['row/no-data-set', { dataElement: 'deOrphan001' }],
    ['row/period', { period: '2024X1' }],
    ['row/period', { period: '202413' }],
    ['row/period', { period: '0024' }],
    ['row/unknown-unit', { orgUnit: 'ouMissing01' }],
    ['row/unassigned-unit', { orgUnit: 'ouStray0001' }],
    ['row/period-type', { period: '2024Q1' }],
    ['row/option-combo', { dataElement: 'deVisits001' }],
    ['row/option-combo', { categoryOptionCombo: 'ocMale00001' }],
    ['row/attribute-combo', { dataElement: 'deFunded001' }],
    ['row/attribute-combo', { attributeOptionCombo: 'ocGovern001' }],
    ['row/closed-unit', { orgUnit: 'ouClosed001' }],
    ['row/closed-unit', { orgUnit: 'ouYoung0001', period: '202402' }],
    ['row/future-period', { period: '202406' }],
    ['row/value', { value: '017' }],
    ['row/value', { value: '0' }],
    ['row/value', { value: ' ' }],
    ['row/value', { value: null, comment: 'a comment is no value' }],
    ['row/option', { dataElement: 'deColour001', value: 'Red' }],
    ['row/comment', { comment: 'x'.repeat(50_001) }],
  ] satisfies [string, Partial<DataValueRow>][])('refuses as %s: %o', (code, parts) => {
    const { refused, batchCount } = plan([row(parts)])

    expect(refused.get(0)?.code).toBe(code)
    expect(batchCount).toBe(0)
  })

  it.each([
    ['closed-unit', { orgUnit: 'ouClosed001', period: '201612' }],
    ['closed-unit', { orgUnit: 'ouYoung0001', period: '202403' }],
    ['future-period', { period: '202405' }],
    ['option-combo', { dataElement: 'deVisits001', categoryOptionCombo: 'ocMale00001' }],
    ['attribute-combo', { dataElement: 'deFunded001', attributeOptionCombo: 'ocGovern001' }],
    ['option', { dataElement: 'deColour001', value: 'RED ' }],
    ['value', { value: 12 }],
    ['value', { value: '12.0' }],
    ['comment', { comment: 'x'.repeat(50_000) }],
  ] satisfies [string, Partial<DataValueRow>][])('takes what is just within %s: %o', (_code, parts) => {
    expect(plan([row(parts)])).toMatchObject({ batchCount: 1, refused: new Map() })
  })

  it('says the value and the thing it is for', () => {
    const { refused } = plan([row({ value: '017' }), row({ orgUnit: 'ouClosed001' })])

    expect(refused.get(0)?.message).toBe('"017" for deBeds00001 (INTEGER_POSITIVE): a number with a leading zero')
    expect(refused.get(1)?.message).toBe('ouClosed001 closed on 2016-12-31, before 202401 began')
  })

  it('sends the good rows of an input that has bad ones, with their positions in it', () => {
    const { refused, batchAt } = plan([
      row({ value: 'x' }),
      row(),
      row({ orgUnit: 'nowhere' }),
      row({ period: '202402' }),
    ])

    expect([...refused.keys()]).toEqual([0, 2])
    expect(batchAt(0).rows.map(({ position, period }) => [position, period])).toEqual([
      [1, '202401'],
      [3, '202402'],
    ])
  })

  it('writes periods and values in one form and fills in the defaults', () => {
    const { batchAt } = plan([row({ period: '2024-01', value: '12.0' })])

    expect(batchAt(0).rows).toEqual([
      {
        position: 0,
        dataElement: 'deBeds00001',
        period: '202401',
        orgUnit: 'ouClinic001',
        categoryOptionCombo: DEFAULT_COMBO,
        attributeOptionCombo: DEFAULT_COMBO,
        value: '12',
      },
    ])
  })

  it('takes the first of two rows with one key, and names it to the other', () => {
    const { refused, batchAt } = plan([row({ period: '2024-01', value: '1', line: 2 }), row({ value: '2', line: 3 })])

    expect(batchAt(0).rows.map(({ value }) => value)).toEqual(['1'])
    expect(refused.get(1)).toEqual({
      code: 'row/duplicate',
      message: 'the row at position 0 (line 2) has the same key and was taken instead',
    })
  })

  it('takes the last of three rows with one key when asked to, equal values or not', () => {
    const rows = [row({ value: '1' }), row({ value: '2', categoryOptionCombo: DEFAULT_COMBO }), row({ value: '2' })]

    const { refused, batchAt } = plan(rows, { onDuplicate: 'last' })

    expect(batchAt(0).rows.map(({ position }) => position)).toEqual([2])
    expect(
      [...refused].map(([position, { code, message }]) => [position, code, /position \d/.exec(message)?.[0]]),
    ).toEqual([
      [0, 'row/duplicate', 'position 1'],
      [1, 'row/duplicate', 'position 2'],
    ])
  })

  it('does not let a bad row take the key of a good one', () => {
    const { refused, batchAt } = plan([row({ value: '017' }), row({ value: '17' })])

    expect([...refused.keys()]).toEqual([0])
    expect(batchAt(0).rows.map(({ value }) => value)).toEqual(['17'])
  })

  it('sends a row of an element in two data sets to the one that takes it', () => {
    const { refused, batchCount, batchAt } = plan([
      row({ dataElement: 'deShared001' }),
      row({ dataElement: 'deShared001', attributeOptionCombo: 'ocPartner01' }),
    ])

    expect(refused.size).toBe(0)
    expect([batchCount, batchAt(0).dataSet, batchAt(1).dataSet]).toEqual([2, 'dsFunding01', 'dsMonthly01'])
    expect(batchAt(0).rows.map(({ position }) => position)).toEqual([1])
  })

  it('holds all rows to a data set that is named', () => {
    const funding = smallCountry([dataSet('dsFunding01', { elements: ['deFunded001'], attributeCombo: 'ccFunding01' })])

    expect(reasonOf(row(), { index: funding, dataSet: 'dsFunding01' })).toBe('row/element-not-in-set')
  })

  it('refuses what the account may not write, where the account is an ordinary one', () => {
    const locked = smallCountry([dataSet('dsLocked001', { elements: ['deBeds00001'], canWrite: false })])

    expect(reasonOf(row(), { index: locked })).toBe('row/no-data-access')
    expect(reasonOf(row(), { writableRoots: ['ouClinic002'] })).toBe('row/foreign-unit')
    expect(reasonOf(row(), { writableRoots: ['ouCountry01'] })).toBeUndefined()
    expect(reasonOf(row(), { writableRoots: [] })).toBe('row/foreign-unit')
  })

  it('counts the open periods from the day on the server', () => {
    const open = (openFuturePeriods: number) =>
      smallCountry([dataSet('dsOpen00001', { elements: ['deBeds00001'], openFuturePeriods })])

    // DHIS2 2.42.4, recorded: on 2026-11-22 a weekly set with 3 open periods ends with 2026W49, a monthly with 0 in October
    expect(reasonOf(row({ period: '202407' }), { index: open(1) })).toBe('row/future-period')
    expect(reasonOf(row({ period: '202406' }), { index: open(1) })).toBeUndefined()
    expect(reasonOf(row({ period: '202408' }), { index: open(3) })).toBeUndefined()
    expect(reasonOf(row({ period: '202409' }), { index: open(3) })).toBe('row/future-period')
  })

  it('refuses closed months, unless they are left to the server', () => {
    const index = smallCountry([dataSet('dsExpire001', { elements: ['deBeds00001'], expiryDays: 10 })])

    // May ended 10 days before 10 June
    expect(reasonOf(row({ period: '202405' }), { index })).toBeUndefined()
    expect(reasonOf(row({ period: '202405' }), { index, now: '2024-06-11T00:00:00.000' })).toBe('row/closed-period')
    expect(reasonOf(row({ period: '202404' }), { index, closedPeriods: 'send' })).toBeUndefined()
  })

  it('keeps to the input periods of a data set', () => {
    const spans = [{ from: '2024-03-01T00:00:00.000', to: '2024-06-30T00:00:00.000' }]
    const index = smallCountry([
      dataSet('dsInput0001', { elements: ['deBeds00001'], inputPeriods: new Map([['202403', spans]]) }),
    ])

    expect(reasonOf(row({ period: '202403' }), { index })).toBeUndefined()
    expect(reasonOf(row({ period: '202404' }), { index })).toBe('row/input-period')
    expect(reasonOf(row({ period: '202403' }), { index, now: '2024-07-01T00:00:00.000' })).toBe('row/input-period')
  })

  it('keeps attribute options to their units and their time', () => {
    const index = {
      ...smallCountry(),
      attributeLimits: new Map([
        ['ocPartner01', { spans: [{ from: '2024-01-01', to: '2024-03-31' }], orgUnits: [new Set(['ouClinic001'])] }],
      ]),
    }
    const partner = (parts: Partial<DataValueRow>) =>
      row({ dataElement: 'deFunded001', attributeOptionCombo: 'ocPartner01', ...parts })

    expect(reasonOf(partner({}), { index })).toBeUndefined()
    expect(reasonOf(partner({ orgUnit: 'ouClinic002' }), { index })).toBe('row/attribute-unit')
    expect(reasonOf(partner({ period: '202404' }), { index })).toBe('row/attribute-period')
  })

  it('marks the zeros that mean nothing, and only those', () => {
    const { batchAt } = plan([
      row({ dataElement: 'deShared001', value: '0' }),
      row({ dataElement: 'deShared001', value: '0.0', period: '202402' }),
      row({ dataElement: 'deShared001', value: '1', period: '202403' }),
      row({ dataElement: 'deStock0001', value: '0' }),
    ])

    const marked = batchAt(0).rows.flatMap((one) => (one.onlyOverExisting === true ? [one.position] : []))
    expect(new Set(marked)).toEqual(new Set([0, 1]))
  })

  it('gives the same batches for the same rows in another order', () => {
    const rows = Array.from({ length: 300 }, (_, number) =>
      row({
        period: `20${10 + (number % 14)}${String((number % 12) + 1).padStart(2, '0')}`,
        orgUnit: number % 2 === 0 ? 'ouClinic001' : 'ouClinic002',
        value: number + 1,
      }),
    )
    const distinct = [...new Map(rows.map((one) => [`${one.period} ${one.orgUnit}`, one])).values()]
    const idsOf = (some: readonly DataValueRow[]) => {
      const { batchCount, batchAt } = plan(some, { batchRows: 20 })
      return Array.from({ length: batchCount }, (_, number) => batchAt(number).id)
    }

    const ids = idsOf(distinct)

    expect(ids.length).toBe(Math.ceil(distinct.length / 20))
    expect(idsOf(distinct.toReversed())).toEqual(ids)
    expect(idsOf(distinct.map((one) => ({ ...one, value: '1' })))).not.toEqual(ids)
  })

  it('makes a batch that survives being stored as JSON', () => {
    const batch = plan([row({ comment: 'a "remark"', followUp: true })]).batchAt(0)

    expect(JSON.parse(JSON.stringify(batch))).toEqual(batch)
  })

  it.each([
    ['row-by-row', 120_000, [50_000, 50_000, 20_000]],
    ['by-group', 12_000, [5_000, 5_000, 2_000]],
  ] as const)('cuts for a server that judges %s: %d rows as %j', (generation, count, sizes) => {
    const rows = Array.from({ length: count }, (_, number) =>
      row({ period: dayAt(number), dataElement: 'deShared001', value: number }),
    )
    const index = smallCountry([dataSet('dsDaily0001', { periodType: 'Daily', elements: ['deShared001'] })])

    const { batchCount, batchAt } = plan(rows, { generation, index, now: '9000-01-01T00:00:00' })

    expect(Array.from({ length: batchCount }, (_, number) => batchAt(number).rows.length)).toEqual(sizes)
  })

  it('cuts few rows of few units where a server from 2.43 looks at every pair of them', () => {
    const index = {
      ...smallCountry([
        dataSet('dsLimited01', { periodType: 'Daily', elements: ['deFunded001'], attributeCombo: 'ccFunding01' }),
      ]),
      attributeLimits: new Map([['ocPartner01', { spans: [], orgUnits: [new Set(['ouCountry01'])] }]]),
    }
    const rows = Array.from({ length: 450 }, (_, number) =>
      row({ dataElement: 'deFunded001', attributeOptionCombo: 'ocPartner01', period: dayAt(number), value: number }),
    )

    const { batchCount, batchAt } = plan(rows, { index, now: '9000-01-01T00:00:00' })

    expect(Array.from({ length: batchCount }, (_, number) => batchAt(number).rows.length)).toEqual([200, 200, 50])
  })
})

function dayAt(number: number): string {
  return new Date(Date.UTC(2000, 0, 1 + number)).toISOString().slice(0, 10)
}
