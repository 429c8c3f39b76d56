/**
 * A year of a country, twice: 188,701 values of which four have a leading zero.
 *
 * A published demo data set of this size is known to end as 188,697 stored values, and loaders that take the 409 for
 * "fine", or for "all failed", are wrong either way.
 */
import { describe, expect, it } from 'vitest'
import { createDhis2Client, type PushReport } from '../../../../connectors/dhis2/index.ts'
import { createDhis2App } from '../../../../fixtures/dhis2/app.ts'
import { countryDataValues, loadCountry, REFUSED_VALUES } from '../../../../fixtures/dhis2/country/index.ts'
import { createState } from '../../../../fixtures/dhis2/state.ts'
import { listen } from '../../../../src/project/listen.ts'

describe.each(['2.42', '2.43'] as const)('a year of a country on the fake %s', (personality) => {
  it('names the four refused values of 188,701 and stores the others; the second push changes nothing', async () => {
    const state = createState(personality)
    loadCountry(state)
    const server = await listen(createDhis2App({ personality, state }).app, { port: 0 })
    const client = createDhis2Client({
      baseUrl: server.address,
      username: 'admin',
      password: 'district',
      timeoutMs: 300_000,
    })

    const first = await client.pushDataValues(countryDataValues())
    const storedOnce = state.values.size
    const second = await client.pushDataValues(countryDataValues())

    await client.close()
    await server.stop()
    expect(first.counts).toEqual({ created: 188_697, updated: 0, unchanged: 0, refused: 4, unknown: 0 })
    expect(refusedOf(first)).toEqual([...REFUSED_VALUES])
    expect(storedOnce).toBe(188_697)
    expect(second.counts).toEqual({ created: 0, updated: 0, unchanged: 188_697, refused: 4, unknown: 0 })
    expect(refusedOf(second)).toEqual([...REFUSED_VALUES])
    expect(state.values.size).toBe(188_697)
  }, 600_000)
})

function refusedOf(report: PushReport) {
  return report.refused.map(({ position, row }) => [position, row.value])
}
