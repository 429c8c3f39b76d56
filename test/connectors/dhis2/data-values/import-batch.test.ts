import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../../src/base/log.ts'
import { createFakeClock, type FakeClock } from '../../../../src/testing/fake-clock.ts'
import { createDhis2Api, type Dhis2Api } from '../../../../connectors/dhis2/api.ts'
import { checkDhis2Settings } from '../../../../connectors/dhis2/settings.ts'
import { outcomeOf } from '../../../../connectors/dhis2/data-values/batch-ledger.ts'
import { compareWithStored } from '../../../../connectors/dhis2/data-values/compare-with-stored.ts'
import type { DataValueBatch } from '../../../../connectors/dhis2/data-values/data-value-batch.ts'
import { importBatch, type ImportContext } from '../../../../connectors/dhis2/data-values/import-batch.ts'
import type { ReadStoredValues, StoredValue } from '../../../../connectors/dhis2/data-values/stored-value.ts'
import { accept, fail, refuseGroup, startScriptedServer, summary, type ScriptedServer } from './scripted-server.ts'
import { dataSet, plan, row, smallCountry } from './small-country.ts'

const COUNTRY = smallCountry([
  dataSet('dsDaily0001', { periodType: 'Daily', elements: ['deShared001', 'deStock0001'] }),
])

/** One value a day, counted up from 1, all of one clinic. */
function days(count: number): DataValueBatch {
  const rows = Array.from({ length: count }, (_, number) =>
    row({ dataElement: 'deShared001', period: dayAt(number), value: number + 1 }),
  )
  return plan(rows, { index: COUNTRY, now: '2100-01-01T00:00:00' }).batchAt(0)
}

function dayAt(number: number): string {
  return new Date(Date.UTC(2020, 0, 1 + number)).toISOString().slice(0, 10).replaceAll('-', '')
}

describe('importing a batch', () => {
  let server: ScriptedServer
  let api: Dhis2Api
  let clock: FakeClock
  let requests: number

  beforeEach(async () => {
    server = await startScriptedServer()
    clock = createFakeClock()
    requests = 0
    const client = createDhis2Api(
      checkDhis2Settings({ baseUrl: server.url, username: 'admin', password: 'district' }),
      { clock },
    )
    api = {
      ...client,
      send: (request) => {
        requests += 1
        return client.send(request)
      },
    }
  })

  afterEach(async () => {
    await api.close()
    await server.stop()
  })

  const readStored: ReadStoredValues = async function* readStored({ periods, orgUnits }) {
    const { body } = await api.send({ path: 'dataValueSets', query: { period: periods, orgUnit: orgUnits } })
    yield* (body as { dataValues: StoredValue[] }).dataValues
  }

  function context(parts: Partial<ImportContext> = {}): ImportContext {
    return {
      api,
      readStored,
      storesFollowUp: true,
      clock,
      log: silentLog,
      dryRun: false,
      proof: 'all',
      asynchronous: false,
      timeoutMs: 5_000,
      requests: () => requests,
      ...parts,
    }
  }

  async function importNow(batch: DataValueBatch, parts: Partial<ImportContext> = {}, options = {}) {
    const before = await compareWithStored(batch, context(parts))
    const imported = await importBatch(batch, before, context(parts), options)
    return {
      ...imported,
      ledger: batch.rows.map(({ period }, number) => `${period} ${outcomeOf(imported.outcomes[number])}`),
    }
  }

  it('tells created from updated from unchanged, and does not send what is there', async () => {
    server.hold({ dataElement: 'deShared001', period: dayAt(0), orgUnit: 'ouClinic001', value: '1.0' })
    server.hold({ dataElement: 'deShared001', period: dayAt(1), orgUnit: 'ouClinic001', value: '99' })

    const { ledger } = await importNow(days(3))

    expect(ledger).toEqual(['20200101 unchanged', '20200102 updated', '20200103 created'])
    expect(server.imports).toEqual([2])
  })

  it('sends nothing when all is there', async () => {
    const batch = days(4)
    await importNow(batch)

    const { outcomes } = await importNow(batch)

    expect(outcomes).toBe('nnnn')
    expect(server.imports).toEqual([4])
  })

  it('leaves out a zero that means nothing where nothing is stored, and sends it where something is', async () => {
    server.hold({ dataElement: 'deShared001', period: dayAt(1), orgUnit: 'ouClinic001', value: '5' })
    const zeros = [0, 1].map((number) => row({ dataElement: 'deShared001', period: dayAt(number), value: 0 }))
    const batch = plan(zeros, { index: COUNTRY }).batchAt(0)

    const { outcomes, reasons } = await importNow(batch)

    expect(outcomes).toBe('nu')
    expect(reasons.map(({ row, code }) => [row, code])).toEqual([[0, 'row/zero-not-significant']])
    expect(server.held().map(({ value }) => value)).toEqual(['0'])
  })

  it('takes the culprits out of a refused group and sends the others again', async () => {
    server.play((rows) => {
      const bad = rows.filter(({ value }) => value === '3' || value === '5').map(({ period }) => period)
      return bad.length > 0 ? refuseGroup(rows, 'E8030', `dsDaily0001-[${bad[0]}]`) : accept(rows)
    })

    const { outcomes, reasons } = await importNow(days(8))

    expect(outcomes).toBe('ccrcrccc')
    expect(reasons.map(({ row, code, serverCode }) => [row, code, serverCode])).toEqual([
      [2, 'row/closed-period', 'E8030'],
      [4, 'row/closed-period', 'E8030'],
    ])
    expect(server.imports).toEqual([8, 7, 6])
  })

  it('finds by splitting who is to blame for a refusal that names nobody', async () => {
    server.play((rows) =>
      rows.some(({ value }) => value === '6') ? refuseGroup(rows, 'E8012', '[coSomething]') : accept(rows),
    )

    const { outcomes, reasons } = await importNow(days(8))

    expect(outcomes).toBe('cccccrcc')
    expect(reasons.map(({ row, code }) => [row, code])).toEqual([[5, 'row/refused']])
  })

  it('finds the row on which the server fails, and stores its neighbours', async () => {
    server.play((rows) => (rows.some(({ value }) => value === '6') ? fail('Cannot invoke "x" on null') : accept(rows)))

    const { outcomes, reasons } = await importNow(days(8))

    expect(outcomes).toBe('cccccrcc')
    expect(reasons).toEqual([
      { row: 5, code: 'row/server-error', message: 'the server failed on the row: Cannot invoke "x" on null' },
    ])
    expect(server.held()).toHaveLength(7)
    expect(new Set(server.imports).size, 'no request was sent again unchanged').toBe(4)
  })

  it('goes on when the rows that make the server fail stand together at the beginning', async () => {
    server.play((rows) => (rows.some(({ value }) => Number(value) <= 12) ? fail('broken') : accept(rows)))

    const { outcomes } = await importNow(days(64))

    expect(outcomes).toMatch(/^r{12}c{52}$/)
  })

  it('leaves a long pause that the server asks for to whoever called', async () => {
    server.play(() => ({
      status: 503,
      body: 'closed',
      store: [],
      contentType: 'text/plain',
      headers: { 'retry-after': '3600' },
    }))

    await expect(importNow(days(3))).rejects.toMatchObject({ retryable: true, retryAfterMs: 3_600_000 })
  })

  it('refuses what was compared for another batch', async () => {
    await expect(importBatch(days(3), 'aa', context())).rejects.toMatchObject({ code: 'data/misaligned' })
  })

  it('ends with the error when the server fails on everything', async () => {
    server.play(() => fail('out of memory'))

    await expect(importNow(days(64))).rejects.toMatchObject({ code: 'http/status', retryable: true })
    expect(server.imports.length).toBeLessThan(30)
  })

  it('reads the store after a 504 and finds that the server had done it', async () => {
    server.play((rows) => ({
      ...accept(rows),
      status: 504,
      body: '<html>gateway time-out</html>',
      contentType: 'text/html',
    }))

    const { outcomes } = await importNow(days(5))

    expect(outcomes).toBe('ccccc')
    expect(server.imports).toEqual([5])
  })

  it('does the same when the connection is cut after the server stored the rows', async () => {
    server.play((rows) => ({ ...accept(rows), cut: true }))

    expect((await importNow(days(5))).outcomes).toBe('ccccc')
    expect(server.imports).toEqual([5])
  })

  it('waits for a server that is still working before it sends anything again', async () => {
    let late: (() => void) | undefined
    server.play((rows) => {
      late = () => rows.forEach((one) => server.hold(one))
      return { status: 504, body: 'gateway time-out', store: [], contentType: 'text/plain' }
    })
    let looks = 0
    const slow: ReadStoredValues = (query) => {
      looks += 1
      // before the import, right after it, after 5 s: on the third look back the server is done
      if (looks === 4) late?.()
      return readStored(query)
    }

    const { outcomes } = await importNow(days(5), { readStored: slow })

    expect(outcomes).toBe('ccccc')
    expect(server.imports).toEqual([5])
    expect(clock.waitsMs).toEqual([5_000, 15_000])
  })

  it('sends again in halves what a lost request did not store', async () => {
    server.play((rows, request) =>
      request === 1 ? { status: 502, body: 'bad gateway', store: [], contentType: 'text/plain' } : accept(rows),
    )

    expect((await importNow(days(5))).outcomes).toBe('ccccc')
    expect(server.imports).toEqual([5, 3, 2])
  })

  it('says unknown, and not refused, when nobody can find out', async () => {
    server.play(() => ({ status: 502, body: 'bad gateway', store: [], contentType: 'text/plain' }))

    const { outcomes, reasons } = await importNow(days(2))

    expect(outcomes).toBe('??')
    expect(reasons.map(({ code }) => code)).toEqual(['row/unproven', 'row/unproven'])
  })

  it('waits as long as the server asks when it asks for fewer requests', async () => {
    server.play((rows, request) =>
      request === 1
        ? { status: 429, body: 'slow down', store: [], contentType: 'text/plain', headers: { 'retry-after': '30' } }
        : accept(rows),
    )

    expect((await importNow(days(4))).outcomes).toBe('cccc')
    expect(clock.waitsMs).toEqual([30_000])
  })

  it('sends less when the body is too large', async () => {
    server.play((rows) =>
      rows.length > 3 ? { status: 413, body: 'too large', store: [], contentType: 'text/plain' } : accept(rows),
    )

    expect((await importNow(days(8))).outcomes).toBe('cccccccc')
    expect(server.imports).toEqual([8, 4, 2, 2, 4, 2, 2])
  })

  it('does not believe a success: a row that is not stored is refused', async () => {
    server.play((rows) => ({ ...accept(rows), store: rows.slice(1) }))

    const { outcomes, reasons } = await importNow(days(3))

    expect(outcomes).toBe('rcc')
    expect(reasons.map(({ row, code }) => [row, code])).toEqual([[0, 'row/not-stored']])
  })

  it('looks at the store when counts do not add up, even if it may believe the others', async () => {
    server.play((rows) => ({
      status: 200,
      store: rows.slice(1),
      // 2.42 with a row that vanished without a word: DHIS2 2.42.4, recorded (duplicate-key)
      body: summary('SUCCESS', { imported: rows.length - 1 }),
    }))

    expect((await importNow(days(3), { proof: 'uncertain' })).outcomes).toBe('rcc')
  })

  it('reads nothing back from an answer that adds up, when that is enough', async () => {
    const { outcomes } = await importNow(days(3), { proof: 'uncertain' })

    expect(outcomes).toBe('ccc')
    expect(server.reads()).toBe(1)
  })

  it('says unknown when the server holds another value than the one it took', async () => {
    server.play((rows) => ({ ...accept(rows), store: rows.map((one) => ({ ...one, value: '1000' })) }))

    expect((await importNow(days(1))).outcomes).toBe('?')
  })

  it('stores nothing in a dry run, and gives the same verdicts', async () => {
    server.hold({ dataElement: 'deShared001', period: dayAt(0), orgUnit: 'ouClinic001', value: '99' })
    server.play((rows) => {
      const bad = rows.find(({ value }) => value === '2')
      return bad === undefined ? accept(rows) : refuseGroup(rows, 'E8021', `dsDaily0001-[${bad.period}]`)
    })
    const batch = days(3)

    const dry = await importNow(batch, { dryRun: true })
    const heldAfterDry = server.held().map(({ value }) => value)
    const real = await importNow(batch)

    expect(heldAfterDry).toEqual(['99'])
    expect(dry.outcomes).toBe('urc')
    expect(real.outcomes).toBe('urc')
  })

  it('judges a job by its summary, however long the tick makes it wait', async () => {
    server.keepSummaryBack(11)

    const { outcomes } = await importNow(days(5_000), { asynchronous: true })

    expect(outcomes).toMatch(/^c{5000}$/)
    expect(clock.waitsMs).toEqual(Array.from({ length: 12 }, () => 2_000))
  })

  it('looks at the store when a job leaves no summary', async () => {
    server.keepSummaryBack(Infinity)

    const { outcomes } = await importNow(days(5_000), { asynchronous: true })

    expect(outcomes).toMatch(/^c{5000}$/)
    expect(server.imports).toEqual([5_000])
    expect(clock.monotonicMs()).toBe(60_000)
  })

  it('ends an interrupted import with the ledger of one that was not', async () => {
    const batch = days(6)
    const before = await compareWithStored(batch, context())
    // the first try was sent and stored, and then the process died
    await importBatch(batch, before, context())

    const again = await importBatch(batch, before, context(), { resumed: true })

    expect(again.outcomes).toBe('cccccc')
    expect(server.imports).toEqual([6])
  })

  it('ends the push at once when the credentials are refused', async () => {
    server.play(() => ({ status: 401, store: [], body: { httpStatusCode: 401, message: 'Bad credentials' } }))

    await expect(importNow(days(3))).rejects.toMatchObject({ code: 'http/auth' })
    expect(server.imports).toEqual([3])
  })
})
