/** The heart of d2flow: whatever is pushed, the ledger says what the server really holds. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createDhis2Client,
  type DataValueRow,
  type LedgerEntry,
  type PushReport,
} from '../../../../connectors/dhis2/index.ts'
import { createFakeClock } from '../../../../src/testing/fake-clock.ts'
import {
  CLINICS,
  CLOSED_CLINIC,
  contractValues,
  createContractMetadata,
  DEFAULT_COMBO,
  deleteContractValues,
  STRAY_CLINIC,
} from './contract-metadata.ts'
import { startFailingProxy, type Failure, type ProxiedImport } from './failing-proxy.ts'
import { plainKey } from './plain-request.ts'
import { SERVERS, type OpenServer } from './servers.ts'

const MONTHS = Array.from(
  { length: 24 },
  (_, number) => `${2022 + Math.floor(number / 12)}${twoDigits((number % 12) + 1)}`,
)

/** 5,000 good rows: 40 clinics, 24 months, five values each, and 200 of a sixth element. */
function goodRows(): DataValueRow[] {
  const rows: DataValueRow[] = []
  for (const period of MONTHS) {
    for (const [number, orgUnit] of CLINICS.entries()) {
      const seed = Number(period) + number
      rows.push({ dataElement: 'D2FtBeds001', period, orgUnit, value: String((seed % 50) + 1) })
      rows.push({ dataElement: 'D2FtStock01', period, orgUnit, value: String(seed % 7) })
      rows.push({ dataElement: 'D2FtBalanc1', period, orgUnit, value: String((seed % 40) + 1) })
      for (const categoryOptionCombo of ['D2FtCocFem1', 'D2FtCocMal1']) {
        rows.push({ dataElement: 'D2FtVisits1', period, orgUnit, categoryOptionCombo, value: `${seed % 300}.5` })
      }
    }
  }
  for (const period of MONTHS.slice(0, 5)) {
    for (const orgUnit of CLINICS) rows.push({ dataElement: 'D2FtPower01', period, orgUnit, value: 'true' })
  }
  return rows
}

/** What is wrong with every 200th row, in turn; and what the ledger then says. */
const FAULTS: readonly { readonly code: string; readonly spoil: (row: DataValueRow) => DataValueRow }[] = [
  { code: 'row/value', spoil: (row) => ({ ...row, value: '017' }) },
  { code: 'row/unknown-element', spoil: (row) => ({ ...row, dataElement: 'D2FtMissing' }) },
  { code: 'row/unassigned-unit', spoil: (row) => ({ ...row, orgUnit: STRAY_CLINIC }) },
  { code: 'row/period-type', spoil: (row) => ({ ...row, period: '2023Q1' }) },
  { code: 'row/option-combo', spoil: (row) => ({ ...row, categoryOptionCombo: 'D2FtAocGov1' }) },
  { code: 'row/closed-unit', spoil: (row) => ({ ...row, orgUnit: CLOSED_CLINIC }) },
  { code: 'row/duplicate', spoil: () => ({ ...FIRST_ROW, value: '99' }) },
]

const FIRST_ROW: DataValueRow = { dataElement: 'D2FtBeds001', period: '2022-01', orgUnit: 'D2FtClin001', value: '23' }

describe.each(SERVERS)('a push to $name', ({ open }) => {
  let server: OpenServer

  beforeAll(async () => {
    server = await open()
    await createContractMetadata(server)
  }, 120_000)

  beforeEach(async () => {
    await deleteContractValues(server)
  }, 120_000)

  afterAll(async () => {
    await deleteContractValues(server)
    await server.stop()
  }, 120_000)

  async function push(rows: readonly DataValueRow[], options = {}, through: OpenServer = server): Promise<PushReport> {
    const { url: baseUrl, username, password } = through
    const client = createDhis2Client({ baseUrl, username, password }, { clock: createFakeClock(new Date()) })
    try {
      return await client.pushDataValues(rows, options)
    } finally {
      await client.close()
    }
  }

  it('of 5,000 rows names the 25 bad ones of seven kinds, and the server holds exactly the others', async () => {
    const rows = goodRows()
    const bad = Array.from({ length: 25 }, (_, number) => 150 + number * 190)
    const expected = new Map<number, string>()
    for (const [number, position] of bad.entries()) {
      const fault = FAULTS[number % FAULTS.length]
      const row = rows[position]
      if (fault === undefined || row === undefined) continue
      rows[position] = fault.spoil(row)
      expected.set(position, fault.code)
    }

    const report = await push(rows)

    expect(rows).toHaveLength(5_000)
    expect(report.counts).toEqual({ created: 4_975, updated: 0, unchanged: 0, refused: 25, unknown: 0 })
    expect(new Map(report.refused.map(({ position, reason }) => [position, reason?.code]))).toEqual(expected)
    const stored = await contractValues(server)
    expect(stored.size).toBe(4_975)
    expect(differencesTo(stored, report.ledger)).toEqual([])
  }, 180_000)

  it('sent again, everything good is unchanged and nothing is sent', async () => {
    const rows = [...goodRows().slice(0, 600), { ...FIRST_ROW, period: '202306', value: '017' }]
    await push(rows)
    const proxy = await startFailingProxy(server)

    const again = await push(rows, {}, proxy)

    expect(again.counts).toEqual({ created: 0, updated: 0, unchanged: 600, refused: 1, unknown: 0 })
    expect(proxy.imports).toEqual([])
    await proxy.stop()
  }, 60_000)

  // each line with its verdict, one list for both generations
  const MIXED: readonly (readonly [string, DataValueRow])[] = [
    ['created', { dataElement: 'D2FtBeds001', period: '202301', orgUnit: 'D2FtClin001', value: '5' }],
    [
      'refused row/unknown-element',
      { dataElement: 'D2FtMissing', period: '202301', orgUnit: 'D2FtClin001', value: '1' },
    ],
    ['refused row/no-data-set', { dataElement: 'D2FtOrphan1', period: '202301', orgUnit: 'D2FtClin001', value: '1' }],
    ['refused row/unknown-unit', { dataElement: 'D2FtBeds001', period: '202301', orgUnit: 'D2FtNowhere', value: '1' }],
    [
      'refused row/unassigned-unit',
      { dataElement: 'D2FtBeds001', period: '202301', orgUnit: STRAY_CLINIC, value: '1' },
    ],
    ['refused row/closed-unit', { dataElement: 'D2FtBeds001', period: '202301', orgUnit: CLOSED_CLINIC, value: '1' }],
    ['created', { dataElement: 'D2FtBeds001', period: '201612', orgUnit: CLOSED_CLINIC, value: '1' }],
    ['refused row/period-type', { dataElement: 'D2FtBeds001', period: '2023', orgUnit: 'D2FtClin001', value: '1' }],
    ['refused row/period', { dataElement: 'D2FtBeds001', period: '202313', orgUnit: 'D2FtClin001', value: '1' }],
    ['refused row/future-period', { dataElement: 'D2FtBeds001', period: '209901', orgUnit: 'D2FtClin001', value: '1' }],
    [
      'refused row/option-combo',
      {
        dataElement: 'D2FtBeds001',
        period: '202302',
        orgUnit: 'D2FtClin001',
        categoryOptionCombo: 'D2FtCocFem1',
        value: '1',
      },
    ],
    ['refused row/option-combo', { dataElement: 'D2FtVisits1', period: '202301', orgUnit: 'D2FtClin001', value: '1' }],
    [
      'refused row/attribute-combo',
      { dataElement: 'D2FtFunded1', period: '202301', orgUnit: 'D2FtClin001', value: '1' },
    ],
    [
      'created',
      {
        dataElement: 'D2FtFunded1',
        period: '202301',
        orgUnit: 'D2FtClin001',
        attributeOptionCombo: 'D2FtAocPar1',
        value: '1',
      },
    ],
    // of two data sets: the attribute option decides
    ['created', { dataElement: 'D2FtShared1', period: '202301', orgUnit: 'D2FtClin001', value: '3' }],
    [
      'created',
      {
        dataElement: 'D2FtShared1',
        period: '202301',
        orgUnit: 'D2FtClin001',
        attributeOptionCombo: 'D2FtAocGov1',
        value: '4',
      },
    ],
    ['refused row/duplicate', { dataElement: 'D2FtBeds001', period: '2023-01', orgUnit: 'D2FtClin001', value: '6' }],
    ['refused row/value', { dataElement: 'D2FtBeds001', period: '202303', orgUnit: 'D2FtClin001', value: '010' }],
    ['refused row/value', { dataElement: 'D2FtBeds001', period: '202304', orgUnit: 'D2FtClin001', value: '' }],
    ['created', { dataElement: 'D2FtBeds001', period: '202305', orgUnit: 'D2FtClin001', value: '12.0' }],
    ['created', { dataElement: 'D2FtBeds001', period: '202306', orgUnit: 'D2FtClin001', value: 13 }],
    ['created', { dataElement: 'D2FtPower01', period: '202301', orgUnit: 'D2FtClin001', value: 'yes' }],
    ['created', { dataElement: 'D2FtRemark1', period: '202301', orgUnit: 'D2FtClin001', value: '  padded  ' }],
    ['created', { dataElement: 'D2FtColour1', period: '202301', orgUnit: 'D2FtClin001', value: 'RED' }],
    ['refused row/option', { dataElement: 'D2FtColour1', period: '202302', orgUnit: 'D2FtClin001', value: 'Red' }],
    [
      'unchanged row/zero-not-significant',
      { dataElement: 'D2FtBalanc1', period: '202301', orgUnit: 'D2FtClin001', value: '0' },
    ],
    ['created', { dataElement: 'D2FtStock01', period: '202301', orgUnit: 'D2FtClin001', value: '0' }],
    ['unchanged', { dataElement: 'D2FtBeds001', period: '202101', orgUnit: 'D2FtClin001', value: '8' }],
    ['updated', { dataElement: 'D2FtBeds001', period: '202102', orgUnit: 'D2FtClin001', value: '9' }],
    // over a value that is there a zero says something
    ['updated', { dataElement: 'D2FtBalanc1', period: '202101', orgUnit: 'D2FtClin001', value: '0' }],
  ]

  it('gives one ledger and one store for a mixed batch, whatever the generation', async () => {
    await push([
      { dataElement: 'D2FtBeds001', period: '202101', orgUnit: 'D2FtClin001', value: '8' },
      { dataElement: 'D2FtBeds001', period: '202102', orgUnit: 'D2FtClin001', value: '8' },
      { dataElement: 'D2FtBalanc1', period: '202101', orgUnit: 'D2FtClin001', value: '8' },
    ])

    const report = await push(MIXED.map(([, row]) => row))

    expect(
      [...report.ledger].map(({ outcome, reason }) => [outcome, ...(reason === null ? [] : [reason.code])].join(' ')),
    ).toEqual(MIXED.map(([verdict]) => verdict))
    const stored = await contractValues(server)
    expect(Object.fromEntries(stored)).toEqual({
      [keyOf('D2FtBeds001', '202301')]: '5',
      [keyOf('D2FtBeds001', '201612', CLOSED_CLINIC)]: '1',
      [keyOf('D2FtFunded1', '202301', 'D2FtClin001', 'D2FtAocPar1')]: '1',
      [keyOf('D2FtShared1', '202301')]: '3',
      [keyOf('D2FtShared1', '202301', 'D2FtClin001', 'D2FtAocGov1')]: '4',
      [keyOf('D2FtBeds001', '202305')]: '12',
      [keyOf('D2FtBeds001', '202306')]: '13',
      [keyOf('D2FtPower01', '202301')]: 'true',
      [keyOf('D2FtRemark1', '202301')]: 'padded',
      [keyOf('D2FtColour1', '202301')]: 'RED',
      [keyOf('D2FtStock01', '202301')]: '0',
      [keyOf('D2FtBeds001', '202101')]: '8',
      [keyOf('D2FtBeds001', '202102')]: '9',
      [keyOf('D2FtBalanc1', '202101')]: '0',
    })
  })

  it('does a dry run that stores nothing and gives the verdicts of the real one', async () => {
    const rows = MIXED.map(([, row]) => row)

    const dry = await push(rows, { dryRun: true })
    const afterDry = await contractValues(server)
    const real = await push(rows)

    expect(afterDry.size).toBe(0)
    expect(dry.dryRun).toBe(true)
    expect([...dry.ledger]).toEqual([...real.ledger])
  })

  it('proves by reading what a proxy gave up on after the server had stored it, and sends it once', async () => {
    const proxy = await startFailingProxy(server, ({ number }) =>
      number === 1 ? { status: 504, message: 'gateway time-out', reachesServer: true } : null,
    )

    const report = await push(goodRows().slice(0, 300), {}, proxy)

    expect(report.counts).toEqual({ created: 300, updated: 0, unchanged: 0, refused: 0, unknown: 0 })
    expect(proxy.imports.map(({ rows }) => rows.length)).toEqual([300])
    expect(differencesTo(await contractValues(server), report.ledger)).toEqual([])
    await proxy.stop()
  })

  it('finds by splitting the row that makes the server fail; the next run sends the delta and names it again', async () => {
    const isPoison = ({ rows }: ProxiedImport) => rows.some(({ value }) => value === '666')
    const failure: Failure = { status: 500, message: 'Cannot invoke "x" because "y" is null', reachesServer: false }
    const proxy = await startFailingProxy(server, (imported) => (isPoison(imported) ? failure : null))
    const rows = goodRows().slice(0, 200)
    rows[77] = { ...FIRST_ROW, period: '202106', value: '666' }

    const first = await push(rows, {}, proxy)
    const sentFirst = proxy.imports.length
    const second = await push([...rows, { ...FIRST_ROW, period: '202107', value: '7' }], {}, proxy)

    expect(first.counts).toEqual({ created: 199, updated: 0, unchanged: 0, refused: 1, unknown: 0 })
    expect(first.refused.map(({ position, reason }) => [position, reason?.code])).toEqual([[77, 'row/server-error']])
    expect(differencesTo(await contractValues(server), second.ledger)).toEqual([])
    expect(second.counts).toEqual({ created: 1, updated: 0, unchanged: 199, refused: 1, unknown: 0 })
    expect(second.refused.map(({ position }) => position)).toEqual([77])
    // the new row and the poisoned one together, then each alone
    expect(proxy.imports.slice(sentFirst).map(({ rows }) => rows.length)).toEqual([2, 1, 1])
    await proxy.stop()
  })

  it('ends a push that was interrupted with the ledger of one that was not', async () => {
    const kept = new Map<string, unknown>()
    const checkpoints = {
      load: (key: string) => Promise.resolve(kept.get(key)),
      save: (key: string, value: unknown) => {
        kept.set(key, JSON.parse(JSON.stringify(value)))
        return Promise.resolve()
      },
    }
    const rows = goodRows().slice(0, 500)
    rows[100] = { ...FIRST_ROW, period: '202106', value: '017' }
    // two batches pass; the third is stored, and the process dies before it hears of it
    const dying = {
      ...checkpoints,
      save: (key: string, value: unknown) => {
        const finished = [...kept.keys()].filter((one) => one.endsWith('/imported')).length
        if (key.endsWith('/imported') && finished === 2) return Promise.reject(new Error('killed'))
        return checkpoints.save(key, value)
      },
    }

    await expect(push(rows, { batchRows: 100, checkpoints: dying })).rejects.toThrow('killed')
    const resumed = await push(rows, { batchRows: 100, checkpoints })

    expect(resumed.counts).toEqual({ created: 499, updated: 0, unchanged: 0, refused: 1, unknown: 0 })
    expect(differencesTo(await contractValues(server), resumed.ledger)).toEqual([])
  })

  it('F072 sends nothing from a fallback connection', async () => {
    const { url: baseUrl, username, password } = server
    const client = createDhis2Client({ baseUrl, username, password }, { readOnly: true })

    await expect(client.pushDataValues([FIRST_ROW])).rejects.toMatchObject({ code: 'config/fallback-write' })
    await client.close()
  })

  it('refuses a data set that is not there by its name', async () => {
    await expect(push([FIRST_ROW], { dataSet: 'D2FtNoSuch1' })).rejects.toMatchObject({ code: 'dhis2/unknown-uid' })
  })
})

/** Rows whose verdict and what the server holds are at odds, by position; every stored value must be of some row. */
function differencesTo(stored: ReadonlyMap<string, string>, ledger: Iterable<LedgerEntry>): string[] {
  const wrong: string[] = []
  const accounted = new Set<string>()
  for (const { position, outcome, reason, row } of ledger) {
    const { dataElement, orgUnit, value } = row
    const period = row.period.replace('-', '')
    const { categoryOptionCombo, attributeOptionCombo } = row
    const key = plainKey({
      dataElement,
      period,
      orgUnit,
      categoryOptionCombo: categoryOptionCombo ?? DEFAULT_COMBO,
      attributeOptionCombo: attributeOptionCombo ?? DEFAULT_COMBO,
    })
    const isHeld = stored.get(key) === String(value)
    if (outcome === 'refused') {
      // the key of a duplicate is held by its winner
      if (reason?.code !== 'row/duplicate' && stored.has(key)) wrong.push(`${position} is refused and stored`)
    } else {
      accounted.add(key)
      if (!isHeld) wrong.push(`${position} is ${outcome}, and the server holds ${stored.get(key) ?? 'nothing'}`)
    }
  }
  return [...wrong, ...[...stored.keys()].filter((key) => !accounted.has(key)).map((key) => `nobody sent ${key}`)]
}

function keyOf(dataElement: string, period: string, orgUnit = 'D2FtClin001', attributeOptionCombo = DEFAULT_COMBO) {
  return plainKey({ dataElement, period, orgUnit, categoryOptionCombo: DEFAULT_COMBO, attributeOptionCombo })
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
