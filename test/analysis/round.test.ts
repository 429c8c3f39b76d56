import { roundTo } from 'd2flow/analysis'
import { expect, it } from 'vitest'

it.each([
  [0.125, 2, 0.12],
  [0.135, 2, 0.14],
  [2.675, 2, 2.68],
  [2.5, 0, 2],
  [-1.25, 1, -1.2],
  [1e-9, 3, 0],
  [123_456.789, 1, 123_456.8],
  [1e21, 2, 1e21],
])('rounds %d to %d decimals as %d', (value, decimals, rounded) => {
  expect(roundTo(value, decimals)).toBe(rounded)
})
