import { describe, expect, it } from 'vitest'
import { formatBytes, formatCell, formatCount, formatMoment, formatNumber } from '../../src/render/index.ts'

describe('numbers for people', () => {
  it.each([
    [188_701, '188,701'],
    [1_332, '1,332'],
    [0.1 + 0.2, '0.3'],
    [2.345, '2.35'],
    [-3, '-3'],
    [-0, '0'],
    [-0.001, '0'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  it('does not round a very small p to 0 in a table', () => {
    expect([formatCell(1.234e-9), formatCell(-1e-7), formatCell(0), formatCell(0.000_123)]).toEqual([
      '1.2e-9',
      '-1.0e-7',
      '0',
      '0.000123',
    ])
  })

  it('tells one from many', () => {
    expect([formatCount(1, 'row'), formatCount(2, 'row'), formatCount(0, 'reply', 'replies')]).toEqual([
      '1 row',
      '2 rows',
      '0 replies',
    ])
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [58_000_000, '58.0 MB'],
    [999_400, '999 kB'],
    [999_999, '1.00 MB'],
    [5e15, '5,000 TB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('writes a moment in the zone that is asked for', () => {
    const moment = '2026-11-24T23:30:00.000Z'

    expect(formatMoment(moment)).toBe('2026-11-24 23:30:00 UTC')
    expect(formatMoment(new Date(moment), 'Africa/Nairobi')).toBe('2026-11-25 02:30:00 Africa/Nairobi')
  })

  it('leaves a year a year in a cell, and groups what is longer', () => {
    expect([2025, 12_500, 0, null, false, 'text', ['a'], { b: 1 }].map(formatCell)).toEqual([
      '2025',
      '12,500',
      '0',
      '–',
      'no',
      'text',
      '["a"]',
      '{"b":1}',
    ])
  })
})
