/**
 * Reading from DHIS2: 188,701 data values in one answer, and 1,332 organisation units in pages of 50.
 *
 * raw: undici alone, which parses the whole answer and keeps it. The server answers from memory, each page after
 * 20 ms, and each reading is a process of its own.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { median, printFigure } from './measure/figure.ts'
import { runNode, type ProcessUse } from './measure/process.ts'

const VALUES = 188_701
const UNITS = 1_332
const PAGE_SIZE = 50
const PAGE_DELAY_MS = 20
const ROUNDS = 5

const [, , reading, address = ''] = process.argv
if (reading === undefined) await measure()
else console.log(JSON.stringify(await readings(reading, address)))

async function measure(): Promise<void> {
  const url = await serve()
  const use: Record<string, ProcessUse[]> = {}
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['raw-values', 'values', 'raw-pages', 'pages']) {
      ;(use[name] ??= []).push(await runNode(['--conditions=source', import.meta.filename, name, url]))
    }
  }
  const of = (name: string, figure: (one: ProcessUse) => number) => median((use[name] ?? []).map(figure))
  const ms = ({ stdout }: ProcessUse) => (JSON.parse(stdout) as { readonly ms: number }).ms
  const both = (metric: string, unit: string, n: number, name: string, figure: (one: ProcessUse) => number) =>
    printFigure({ bench: 'dhis2-read', metric, value: of(name, figure), unit, n, raw: of(`raw-${name}`, figure) })

  both('188,701 values in one answer, processor time', 'ms', VALUES, 'values', ({ cpuMs }) => cpuMs)
  both('188,701 values in one answer, peak memory', 'MB', VALUES, 'values', ({ peakMb }) => peakMb)
  both('1,332 units in pages of 50, time to read', 'ms', UNITS, 'pages', ms)
  process.exit()
}

/** Each reading loads only what it reads with. */
async function readings(name: string, url: string): Promise<{ readonly ms: number; readonly rows: number }> {
  const read = name.startsWith('raw-') ? await rawReading(name, url) : await ourReading(name, url)
  const startedAt = performance.now()
  const rows = await read()
  const ms = performance.now() - startedAt
  const expected = name.endsWith('values') ? VALUES : UNITS
  if (rows !== expected) throw new Error(`${name} read ${rows} rows and not ${expected}`)
  return { ms, rows }
}

async function ourReading(name: string, url: string): Promise<() => Promise<number>> {
  const { createDhis2Client } = await import('../connectors/dhis2/client.ts')
  const dhis2 = createDhis2Client({ baseUrl: url, username: 'admin', password: 'district' })
  const values = { dataSet: 'dsMonthly01', period: '202401', orgUnit: 'ouCountry01', children: true }
  return async () => {
    let rows = 0
    const stream = name === 'values' ? dhis2.dataValues(values) : dhis2.orgUnits({ pageSize: PAGE_SIZE })
    for await (const _ of stream as AsyncIterable<unknown>) rows += 1
    await dhis2.close()
    return rows
  }
}

async function rawReading(name: string, url: string): Promise<() => Promise<number>> {
  const { Agent, request } = await import('undici')
  const dispatcher = new Agent()
  const fetchJson = async (path: string) => (await request(`${url}/api/${path}`, { dispatcher })).body.json()
  return async () => {
    let rows = 0
    if (name === 'raw-values') {
      rows = ((await fetchJson('dataValueSets')) as { readonly dataValues: readonly unknown[] }).dataValues.length
    } else {
      for (let page = 1, more = true; more; page += 1) {
        const answer = (await fetchJson(`organisationUnits?pageSize=${PAGE_SIZE}&page=${page}`)) as RawPage
        rows += answer.organisationUnits.length
        more = answer.pager.nextPage !== undefined
      }
    }
    await dispatcher.close()
    return rows
  }
}

interface RawPage {
  readonly pager: { readonly nextPage?: string }
  readonly organisationUnits: readonly unknown[]
}

async function serve(): Promise<string> {
  const values = Buffer.from(JSON.stringify({ dataValues: Array.from({ length: VALUES }, (_, at) => dataValue(at)) }))
  const units = Array.from({ length: UNITS }, (_, at) => orgUnit(at))
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '', 'http://loopback')
    const [, ids] = /^id:in:\[(.*)\]$/.exec(url.searchParams.get('filter') ?? '') ?? []
    const list = url.pathname.replace('/api/', '')
    answer.setHeader('content-type', 'application/json')
    if (ids !== undefined) answer.end(JSON.stringify({ [list]: ids.split(',').map((id) => ({ id })) }))
    else if (list === 'dataValueSets') answer.setHeader('content-length', values.length).end(values)
    else setTimeout(() => answer.end(pageOf(units, Number(url.searchParams.get('page')))), PAGE_DELAY_MS)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function pageOf(units: readonly unknown[], page: number): string {
  const nextPage = page * PAGE_SIZE < units.length ? { nextPage: 'there is one' } : {}
  return JSON.stringify({
    pager: { page, total: units.length, pageSize: PAGE_SIZE, ...nextPage },
    organisationUnits: units.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
  })
}

/** As DHIS2 2.42 writes one, 300 bytes long. */
function dataValue(at: number) {
  return {
    dataElement: `de${String(at % 43).padStart(9, '0')}`,
    period: `2024${String((at % 12) + 1).padStart(2, '0')}`,
    orgUnit: `ou${String(at % 1_086).padStart(9, '0')}`,
    categoryOptionCombo: 'HllvX50cXC0',
    attributeOptionCombo: 'HllvX50cXC0',
    value: String(at % 997),
    storedBy: 'admin',
    created: '2026-11-22T11:46:41.000+0000',
    lastUpdated: '2026-11-22T11:46:41.000+0000',
    comment: null,
    followup: false,
  }
}

function orgUnit(at: number) {
  return {
    id: `ou${String(at).padStart(9, '0')}`,
    code: `OU_${at}`,
    name: `Unit ${at}`,
    shortName: `Unit ${at}`,
    level: 4,
    path: `/ouCountry01/ouRegion001/ouDistrict1/ou${String(at).padStart(9, '0')}`,
    parent: { id: 'ouDistrict1' },
    openingDate: '1980-01-01T00:00:00.000',
    createdBy: { username: 'admin' },
    translations: [],
  }
}
