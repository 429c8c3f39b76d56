import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeLzw } from '../../src/geo/lzw.ts'
import { encodeLzw } from './write-geo-tiff.ts'

it('gives back what an encoder by the book has packed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 255 }), { maxLength: 3000 }), fc.nat({ max: 255 }), (numbers, mask) => {
      const bytes = Uint8Array.from(numbers, (number) => number & mask)

      const unpacked = decodeLzw(encodeLzw(bytes), 10)

      expect(Buffer.from(unpacked).equals(bytes)).toBe(true)
    }),
  )
})

it('goes through all code widths and a full table, and through long repeats', () => {
  const uneven = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index * 7919) >>> 5)
  const even = new Uint8Array(300_000).fill(7)

  for (const bytes of [uneven, even]) {
    expect(Buffer.from(decodeLzw(encodeLzw(bytes), bytes.length)).equals(bytes)).toBe(true)
  }
})

it('takes the example of the TIFF 6.0 specification, section 13', () => {
  // 7 7 7 8 8 7 7 6 6 becomes the codes Clear 7 258 8 8 258 6 6 End, of 9 bits each
  const codes = [256, 7, 258, 8, 8, 258, 6, 6, 257]
  const bits = codes
    .map((code) => code.toString(2).padStart(9, '0'))
    .join('')
    .padEnd(88, '0')
  const packed = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))

  expect([...decodeLzw(packed)]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6])
})

it('refuses a code that refers to nothing', () => {
  // Clear, then code 300 before anything was said
  const bits = [256, 300]
    .map((code) => code.toString(2).padStart(9, '0'))
    .join('')
    .padEnd(24, '0')
  const packed = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))

  expect(() => decodeLzw(packed)).toThrow(
    expect.objectContaining({ code: 'data/grid', hint: 'the file is damaged; fetch it again' }),
  )
})
