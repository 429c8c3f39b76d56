import { expect, it } from 'vitest'
import { formatDuration } from '../../src/base/duration.ts'

it.each([
  [0, '0 ms'],
  [999.6, '1.0 s'],
  [4_210, '4.2 s'],
  [59_960, '1 min 0 s'],
  [239_700, '4 min 0 s'],
  [200_000, '3 min 20 s'],
  [3_599_800, '1 h 0 min'],
  [7_500_000, '2 h 5 min'],
])('writes %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
