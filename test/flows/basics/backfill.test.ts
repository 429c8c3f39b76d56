import { backfill, missingDays } from 'd2flow/flows/basics/backfill'
import { runFlow } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'

describe('the days that are missing', () => {
  it('are all of the range less those that were processed, leap days included', () => {
    expect(missingDays('2024-02-27', '2024-03-01', ['2024-03-01', '2024-02-27', '1999-01-01'])).toEqual([
      '2024-02-28',
      '2024-02-29',
    ])
    expect(missingDays('2023-02-28', '2023-03-01', [])).toEqual(['2023-02-28', '2023-03-01'])
    expect(missingDays('2024-02-29', '2024-02-29', ['2024-02-29'])).toEqual([])
  })

  it('are as many as the days of a year, also where the clocks change', () => {
    expect(missingDays('2024-01-01', '2024-12-31', [])).toHaveLength(366)
    expect(new Set(missingDays('2023-01-01', '2023-12-31', [])).size).toBe(365)
  })

  it.each([
    ['2024-03-02', '2024-03-01', '2024-03-01 is before 2024-03-02'],
    ['2000-01-01', '2005-06-23', '2000-01-01 to 2005-06-23 are 2001 days'],
  ])('of %s to %s are refused', (from, to, message) => {
    expect(() => missingDays(from, to, [])).toThrow(message)
  })
})

it('processes each missing day under its own key', async () => {
  const { result, steps } = await runFlow(backfill, {})

  expect(result?.missing).toEqual(['2024-02-26', '2024-02-28', '2024-02-29', '2024-03-02', '2024-03-03'])
  expect(steps.map(({ key }) => key)).toContain('process-day:2024-02-29')
})
