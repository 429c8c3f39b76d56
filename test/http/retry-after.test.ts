import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../src/http/retry-after.ts'

const NOW = new Date('2026-03-01T12:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    // RFC 9110, section 5.6.7: a date is written like this
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ])('reads "%s" as %i ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected)
  })

  it.each([undefined, '', 'soon', '-5'])('says nothing for %o', (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined()
  })
})
