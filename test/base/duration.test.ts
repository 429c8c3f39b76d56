import { describe, expect, it } from 'vitest'
import { DAY, formatDuration, HOUR, MINUTE, parseDuration, SECOND } from '../../src/base/duration.ts'

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90 * SECOND],
    ['5m', 5 * MINUTE],
    ['1h30m', HOUR + 30 * MINUTE],
    ['1.5h', HOUR + 30 * MINUTE],
    ['2d', 2 * DAY],
    [' 5m ', 5 * MINUTE],
  ])('"%s" is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '5', 'm', '5 m', '-5m', '5m!', 'five minutes', '1h 30m'])('"%s" is none', (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ code: 'config/params', hint: expect.stringContaining('1h30m') }),
    )
  })

  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [4_200, '4.2 s'],
    [200_000, '3 min 20 s'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
    // rounding must not make a minute of 60 seconds, nor an hour of 60 minutes
    [999.9, '1 s'],
    [30_000, '30 s'],
    [59_990, '1 min 0 s'],
    [2 * MINUTE - 1, '2 min 0 s'],
    [HOUR - 1, '1 h 0 min'],
    [2 * HOUR - 1, '2 h 0 min'],
  ])('of %d ms reads "%s"', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
