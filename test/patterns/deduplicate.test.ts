import { deduplicate, recordKey } from 'd2flow/patterns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('the key of a record', () => {
  it('R40 does not depend on the order of fields or members', () => {
    expect(recordKey({ a: 1, b: 'x' }, ['a', 'b'])).toBe(recordKey({ b: 'x', c: 3, a: 1 }, ['b', 'a']))
  })

  it('R40 tells 1 from "1", and a separator inside a value from one between values', () => {
    expect(recordKey({ a: 1 }, ['a'])).not.toBe(recordKey({ a: '1' }, ['a']))
    expect(recordKey({ a: 'x,y', b: '' }, ['a', 'b'])).not.toBe(recordKey({ a: 'x', b: 'y' }, ['a', 'b']))
  })

  it('R40 is the same in every process', () => {
    // Python 3: hashlib.sha256(b'{"id":"7","name":"Ada"}').hexdigest()[:16]
    expect(recordKey({ name: 'Ada', id: '7' }, ['name', 'id'])).toBe('e740d9ba1d2433be')
  })

  it('refuses no fields, for then all records are one', () => {
    expect(() => recordKey({ a: 1 }, [])).toThrow(expect.objectContaining({ code: 'data/value' }))
  })
})

describe('duplicates', () => {
  it('keeps the first of each, and says whose the others are', () => {
    const rows = [
      { id: 1, value: 1 },
      { id: 2, value: 2 },
      { id: 1, value: 3 },
    ]

    expect(deduplicate(rows, ['id'])).toEqual({
      unique: [rows[0], rows[1]],
      duplicates: [{ record: rows[2], sameAs: 0 }],
    })
  })

  it('loses none', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.integer({ min: 0, max: 5 }) })), (rows) => {
        const { unique, duplicates } = deduplicate(rows, ['id'])
        return (
          unique.length + duplicates.length === rows.length && unique.length === new Set(rows.map(({ id }) => id)).size
        )
      }),
    )
  })
})
