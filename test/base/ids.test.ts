import { describe, expect, it } from 'vitest'
import { newId, newRunName } from '../../src/base/ids.ts'

describe('an id', () => {
  it('is a UUID of version 7 with the moment in its first 48 bits', () => {
    // later than any clock, so that no other id of this process stands in the way
    const ms = Date.parse('2100-01-01T00:00:00.123Z')

    const id = newId(ms)

    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(ms)
  })

  it('sorts by the order in which ids were made, thousands within one millisecond and when a clock goes back', () => {
    const ms = Date.parse('2101-01-01T00:00:00Z')

    const ids = [...Array.from({ length: 10_000 }, () => newId(ms)), newId(ms - 60_000), newId(ms + 60_000)]

    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('the name of a run', () => {
  it('is an adjective and an animal', () => {
    expect(newRunName(() => 0)).toBe('able-antelope')
    expect(newRunName(() => 0.999_999)).toBe('young-zebra')
  })
})
