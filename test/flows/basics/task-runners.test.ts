import { mostAtOnce } from 'd2flow/flows/basics/most-at-once'
import { taskRunners } from 'd2flow/flows/basics/task-runners'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { expect, it } from 'vitest'

it('F156 F157 F158 gives the same values in the same order, however many are under way at once', async () => {
  const clock = createFakeClock()

  const { result, artifacts, state } = await runFlow(taskRunners, { waitMs: 50 }, { clock })

  expect(state.name).toBe('Completed')
  const items = '10, 100, 1000, 10000'
  expect(result).toEqual({
    rows: [
      { runner: 'concurrent', items, mostAtOnce: 4 },
      { runner: 'at-once-3', items, mostAtOnce: 3 },
      { runner: 'at-once-1', items, mostAtOnce: 1 },
      { runner: 'threads', items, mostAtOnce: null },
    ],
    // the prime-counting function at powers of ten (OEIS A006880)
    primes: [4, 25, 168, 1_229],
  })
  // one wait, two, and four
  expect(clock.monotonicMs()).toBe(50 + 100 + 200)
  expect(artifacts[0]?.description).toBe('Sample data: the same map under each runner')
})

it('counts what shares a moment', () => {
  const intervals = [
    { beganAtMs: 0, endedAtMs: 10 },
    { beganAtMs: 10, endedAtMs: 20 },
    { beganAtMs: 5, endedAtMs: 15 },
  ]

  expect(mostAtOnce(intervals)).toBe(2)
  expect(mostAtOnce([])).toBe(0)
})
