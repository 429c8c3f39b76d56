/** An account that is no superuser, on the server that the recordings were made of. */
import { describe, expect, it } from 'vitest'
import { createDhis2Client, type DataValueRow } from '../../../../connectors/dhis2/index.ts'
import { createDhis2App } from '../../../../fixtures/dhis2/app.ts'
import { createRecordedServer } from '../../../../fixtures/dhis2/start/recorded-server.ts'
import { listen } from '../../../../src/project/listen.ts'

const RECORDED_AT = Date.parse('2026-11-22T11:39:00Z')

describe.each(['2.42', '2.43'] as const)('an ordinary account on the fake %s', (personality) => {
  async function push(rows: readonly DataValueRow[], options = {}) {
    const state = createRecordedServer(personality, { now: () => RECORDED_AT })
    const server = await listen(createDhis2App({ personality, state }).app, { port: 0 })
    const client = createDhis2Client({ baseUrl: server.address, username: 'writer', password: 'District1!' })
    try {
      const report = await client.pushDataValues(rows, options)
      return [...report.ledger].map(({ outcome, reason }) => [outcome, reason?.code ?? '', reason?.serverCode ?? ''])
    } finally {
      await client.close()
      await server.stop()
    }
  }
  const own: DataValueRow = { dataElement: 'deIntPos001', period: '202401', orgUnit: 'ouFacilty01', value: '3' }

  it('writes to its own units and sets, and is told what it may not do before anything is sent', async () => {
    const ledger = await push([
      own,
      { ...own, orgUnit: 'ouFacilty06' },
      { ...own, dataElement: 'dePrivate01' },
      { ...own, dataElement: 'deExpired01', period: '202003' },
      { ...own, dataElement: 'deInputPe01', period: '202403' },
    ])

    expect(ledger).toEqual([
      ['created', '', ''],
      ['refused', 'row/foreign-unit', ''],
      ['refused', 'row/no-data-access', ''],
      ['refused', 'row/closed-period', ''],
      ['refused', 'row/input-period', ''],
    ])
  })

  it('leaves closed months to the server when asked to, which refuses them without harm to the others', async () => {
    // DHIS2 2.42.4 and 2.43.1, recorded: writer-expired-named
    const ledger = await push(
      [
        { ...own, dataElement: 'deExpired01', period: '202003' },
        { ...own, dataElement: 'deExpired01', period: '202610' },
        own,
      ],
      { closedPeriods: 'send' },
    )

    expect(ledger).toEqual([
      ['refused', 'row/closed-period', personality === '2.42' ? 'E7640' : 'E8030'],
      ['refused', 'row/closed-period', personality === '2.42' ? 'E7640' : 'E8030'],
      ['created', '', ''],
    ])
  })
})
