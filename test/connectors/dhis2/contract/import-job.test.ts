/** Imports that the server does in its own time, on its own tick; its clock and ours are one. */
import { describe, expect, it } from 'vitest'
import { createDhis2Client } from '../../../../connectors/dhis2/index.ts'
import { createDhis2App } from '../../../../fixtures/dhis2/app.ts'
import { createFreshServer } from '../../../../fixtures/dhis2/start/fresh-server.ts'
import { listen } from '../../../../src/project/listen.ts'
import { createFakeClock } from '../../../../src/testing/fake-clock.ts'
import { CLINICS, createContractMetadata } from './contract-metadata.ts'

describe.each(['2.42', '2.43'] as const)('an import job on the fake %s', (personality) => {
  it('waits for the tick of the server and judges the summary', async () => {
    const clock = createFakeClock('2026-11-22T11:40:01Z')
    const state = createFreshServer(personality, { now: () => clock.now().getTime() })
    const served = await listen(createDhis2App({ personality, state }).app, { port: 0 })
    const server = { url: served.address, username: 'admin', password: 'district', stop: () => served.stop() }
    await createContractMetadata(server)
    const client = createDhis2Client({ baseUrl: server.url, username: 'admin', password: 'district' }, { clock })
    const months = Array.from({ length: 125 }, (_, month) =>
      new Date(Date.UTC(2010, month, 1)).toISOString().slice(0, 7),
    )
    const rows = months.flatMap((period) =>
      CLINICS.map((orgUnit) => ({ dataElement: 'D2FtBeds001', period, orgUnit, value: '4' })),
    )

    const report = await client.pushDataValues(rows, { asynchronous: true })

    await client.close()
    await served.stop()
    expect(report.counts).toMatchObject({ created: 5_000, refused: 0, unknown: 0 })
    expect(state.values.size).toBe(5_000)
    // from second 1 to the tick at second 20, asked every two
    expect(clock.waitsMs.length).toBeGreaterThanOrEqual(9)
    expect(clock.waitsMs.length).toBeLessThan(15)
  })
})
