/** What the servers refuse themselves, where nothing was found before sending: the culprits only, under one name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDhis2Client, type DataValueRow, type Dhis2Client } from '../../../../connectors/dhis2/index.ts'
import type { BatchRow } from '../../../../connectors/dhis2/index.ts'
import {
  CLINICS,
  contractValues,
  createContractMetadata,
  deleteContractValues,
  STRAY_CLINIC,
} from './contract-metadata.ts'
import { SERVERS, type OpenServer } from './servers.ts'

/** Each is wrong in its own way, and takes its group down on 2.43. */
const SPOILED: readonly (readonly [string, Partial<BatchRow>])[] = [
  ['row/unassigned-unit', { orgUnit: STRAY_CLINIC }],
  ['row/period-type', { period: '2023Q1' }],
  ['row/option-combo', { categoryOptionCombo: 'D2FtCocFem1' }],
  ['row/attribute-combo', { attributeOptionCombo: 'D2FtAocGov1' }],
  ['row/element-not-in-set', { dataElement: 'D2FtFunded1' }],
  ['row/value', { value: '017' }],
  ['row/option', { dataElement: 'D2FtColour1', value: 'Red' }],
]

describe.each(SERVERS)('rows that nobody checked, on $name', ({ open }) => {
  let server: OpenServer
  let client: Dhis2Client

  beforeAll(async () => {
    server = await open()
    await createContractMetadata(server)
    client = createDhis2Client({ baseUrl: server.url, username: server.username, password: server.password })
  }, 120_000)

  afterAll(async () => {
    await deleteContractValues(server)
    await client.close()
    await server.stop()
  })

  it('refuses the seven that are wrong, each by the same name on both generations, and stores their neighbours', async () => {
    const rows: DataValueRow[] = CLINICS.slice(0, 21).map((orgUnit) => ({
      dataElement: 'D2FtBeds001',
      period: '202301',
      orgUnit,
      value: '3',
    }))
    const batch = (await client.planDataValues(rows)).batchAt(0)
    const spoiled = {
      ...batch,
      valueTypes: { ...batch.valueTypes, D2FtColour1: 'TEXT', D2FtFunded1: 'NUMBER' },
      // every third row, in turn
      rows: batch.rows.map((row, number) => (number % 3 === 1 ? { ...row, ...SPOILED[(number - 1) / 3]?.[1] } : row)),
    }

    const imported = await client.importBatch(spoiled, await client.compareWithStored(spoiled))

    expect(imported.outcomes).toBe('crc'.repeat(7))
    expect(imported.reasons.map(({ row, code }) => [row, code])).toEqual(
      SPOILED.map(([code], number) => [3 * number + 1, code]),
    )
    expect((await contractValues(server)).size).toBe(14)
  })
})
