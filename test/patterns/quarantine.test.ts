import { DataError } from 'd2flow'
import { quarantine } from 'd2flow/patterns'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

interface Row {
  readonly id: number
  readonly value: number | null
}

const BAD_OK_OK_BAD: readonly Row[] = [
  { id: 1, value: null },
  { id: 2, value: 20 },
  { id: 3, value: 30 },
  { id: 4, value: -4 },
]

function checkValue(row: Row): Row {
  if (row.value === null) throw new DataError('data/value', 'missing value')
  if (row.value < 0) throw new DataError('data/value', 'negative value')
  return row
}

describe('the quarantine', () => {
  it('F150 parts good and bad records, in the order they came, and loses none', () => {
    const { goodRecords, badRecords, errors } = quarantine(BAD_OK_OK_BAD, checkValue)

    expect(goodRecords.map(({ id }) => id)).toEqual([2, 3])
    expect(badRecords.map(({ id }) => id)).toEqual([1, 4])
    expect(errors).toHaveLength(2)
  })

  it('F151 keeps the reason of each bad record in their order, with its id', () => {
    const { errors } = quarantine(BAD_OK_OK_BAD, checkValue)

    expect(errors).toEqual(['Record 1: missing value', 'Record 4: negative value'])
  })

  it('F151 names a record without an id by its number, or as it is told', () => {
    const rows = [{ code: 'a' }, { code: 'b' }]
    const refuse = () => {
      throw new DataError('data/value', 'no')
    }

    expect(quarantine(rows, refuse).errors).toEqual(['Record number 1: no', 'Record number 2: no'])
    expect(quarantine(rows, refuse, { idOf: ({ code }) => code }).errors).toEqual(['Record a: no', 'Record b: no'])
  })

  it('F152 gives no good record when all are bad, and does not throw', () => {
    const { goodRecords, badRecords } = quarantine([{ id: 1, value: null }], checkValue)

    expect(goodRecords).toEqual([])
    expect(badRecords).toHaveLength(1)
  })

  it('R12 F152 throws on what is a mistake in the program', () => {
    const broken = (row: Row) => (row as unknown as { nothing: { here(): number } }).nothing.here()

    expect(() => quarantine(BAD_OK_OK_BAD, broken)).toThrow(TypeError)
  })

  it('F152 throws on an outage, which says nothing about a record', () => {
    const unreadable = () => {
      throw new DataError('data/file', 'the lookup table is not there')
    }

    expect(() => quarantine(BAD_OK_OK_BAD, unreadable)).toThrow('lookup table')
  })

  it('F152 refuses a check whose answer would come too late', () => {
    expect(() => quarantine(BAD_OK_OK_BAD, async (row) => row)).toThrow('returned a promise')
  })

  it('takes a schema as check, and names the fields', () => {
    const Reading = z.object({ id: z.int(), at: z.object({ hour: z.int().max(23, 'a day has 24 hours') }) })

    const { goodRecords, errors } = quarantine(
      [
        { id: 1, at: { hour: 24 } },
        { id: 2, at: { hour: 3 } },
      ],
      (row) => Reading.parse(row),
    )

    expect(goodRecords).toEqual([{ id: 2, at: { hour: 3 } }])
    expect(errors).toEqual(['Record 1: at.hour: a day has 24 hours'])
  })
})
