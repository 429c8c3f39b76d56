import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, contentHash, sha256Hex } from '../../src/base/hash.ts'
import { Secret } from '../../src/base/secret.ts'

describe('canonical JSON, by the examples of RFC 8785', () => {
  it('writes numbers, texts and literals as section 3.2.2 does', () => {
    const input: unknown = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`)

    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts members by UTF-16 code units as section 3.2.3 does', () => {
    const input = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }

    expect(Object.values(JSON.parse(canonicalJson(input)) as object)).toEqual([
      'One', // an object puts whole numbers first, whatever the text says
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
    expect(canonicalJson(input).startsWith('{"\\r":"Carriage Return","1":"One",')).toBe(true)
  })

  // appendix B: the bits of an IEEE 754 double and its text
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text)
  })

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('refuses the double %s', (bits) => {
    expect(() => canonicalJson(double(bits))).toThrow(expect.objectContaining({ code: 'data/json' }))
  })
})

describe('canonical JSON', () => {
  it('is one text per value, whatever the order of its members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())

        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('leaves undefined members out, and keeps null', () => {
    expect(canonicalJson({ b: undefined, a: null })).toBe('{"a":null}')
  })

  it('takes a date as its text, and a secret as ***', () => {
    expect(canonicalJson({ at: new Date(0), token: new Secret('geheim') })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","token":"***"}',
    )
  })

  it('takes the same part twice, but no part of itself', () => {
    const part = { a: 1 }
    const circle: { self?: unknown } = {}
    circle.self = circle

    expect(canonicalJson([part, part])).toBe('[{"a":1},{"a":1}]')
    expect(() => canonicalJson(circle)).toThrow('a value that contains itself, found at $.self')
  })

  it.each<[string, unknown, string]>([
    ['NaN', { rows: [{ gdp: Number.NaN }] }, '$.rows[0].gdp'],
    ['a bigint', [1n], '$[0]'],
    ['a function', { run: () => 1 }, '$.run'],
    ['undefined in a list', [1, undefined], '$[1]'],
    ['a hole in a list', Array.from({ length: 1 }), '$[0]'],
    ['a Map', { seen: new Map() }, '$.seen'],
    ['half a surrogate pair', { name: '\ud83d' }, '$.name'],
    ['half a surrogate pair in a name', { '\ud83d': 1 }, '$'],
    ['nothing at all', undefined, '$'],
  ])('refuses %s and says where', (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'data/json', details: { path }, hint: expect.any(String) }),
    )
  })
})

describe('the hash of records', () => {
  const rows = [{ a: 1, b: 2 }, { a: 2 }, { a: 2 }]

  it('is that of their canonical texts', () => {
    // SHA-256 of the two bytes "[]", by any tool
    expect(contentHash([])).toBe('sha256-jcs:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945')
    expect(contentHash([{ b: 2, a: 1 }])).toBe(`sha256-jcs:${sha256Hex('[{"a":1,"b":2}]')}`)
  })

  it('does not hang on the order of the records, but on how often each is there', () => {
    expect(contentHash(rows.toReversed())).toBe(contentHash(rows))
    expect(contentHash(rows.slice(0, 2))).not.toBe(contentHash(rows))
  })

  it('hangs on the order when that is asked for', () => {
    expect(contentHash(rows.toReversed(), { ordered: true })).not.toBe(contentHash(rows, { ordered: true }))
  })

  it('tells a number from its text, null from missing, and not 0 from -0', () => {
    expect(contentHash([{ a: 1 }])).not.toBe(contentHash([{ a: '1' }]))
    expect(contentHash([{ a: null }])).not.toBe(contentHash([{}]))
    expect(contentHash([{ a: -0 }])).toBe(contentHash([{ a: 0 }]))
  })

  it('says which record cannot be hashed', () => {
    expect(() => contentHash([{}, { a: Number.NaN }])).toThrow('$[1].a')
  })
})

function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE()
}
