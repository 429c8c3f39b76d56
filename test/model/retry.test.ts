import { describe, expect, it } from 'vitest'
import { checkRetryPolicy, delayBeforeRetryMs, exponentialBackoff, type RetryPolicy } from '../../src/model/retry.ts'

/** Mulberry32 by Tommy Ettinger (public domain): the same numbers for the same seed, everywhere. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const waits = (policy: RetryPolicy) =>
  Array.from({ length: policy.attempts - 1 }, (_, index) => delayBeforeRetryMs(policy, index + 1))

describe('the wait before a retry', () => {
  it('is nothing when nothing was said', () => {
    expect(waits({ attempts: 3 })).toEqual([0, 0])
  })

  it('is the same each time for one delay', () => {
    expect(waits({ attempts: 4, firstDelayMs: 2_000 })).toEqual([2_000, 2_000, 2_000])
  })

  it('follows a list, whose last value repeats', () => {
    expect(waits({ attempts: 5, delaysMs: [1_000, 5_000] })).toEqual([1_000, 5_000, 5_000, 5_000])
    expect(waits({ attempts: 2, delaysMs: [1_000, 5_000] })).toEqual([1_000])
    expect(waits({ attempts: 3, delaysMs: [] })).toEqual([0, 0])
  })

  it('doubles with a backoff: f, 2f, 4f, 8f', () => {
    expect(waits({ attempts: 5, delaysMs: exponentialBackoff(1_000) })).toEqual([1_000, 2_000, 4_000, 8_000])
  })

  it('stops doubling after 50 retries, because a list has no more', () => {
    expect(exponentialBackoff(1)(80)).toHaveLength(50)
    expect(waits({ attempts: 60, delaysMs: exponentialBackoff(1) }).at(-1)).toBe(2 ** 49)
  })

  it('asks a function of the number of retries', () => {
    const counting = (retries: number) => Array.from({ length: retries }, () => retries * 100)

    expect(waits({ attempts: 3, delaysMs: counting })).toEqual([200, 200])
  })
})

describe('jitter', () => {
  it('of 0 is the exact delay', () => {
    expect(delayBeforeRetryMs({ attempts: 2, firstDelayMs: 1_234, jitter: 0 }, 1, seeded(1))).toBe(1_234)
  })

  it('leaves no wait where there was none', () => {
    expect(delayBeforeRetryMs({ attempts: 2, firstDelayMs: 0, jitter: 1 }, 1, seeded(1))).toBe(0)
  })

  // the bounds are those of the method: c = log2(2^(1+k) / (2^(1+k) - 1)) below, 1 + k above
  it.each([0.1, 0.3, 0.5, 1, 2, 5])(
    'of %f keeps the mean within 2 %% over 10,000 draws and crosses no bound',
    (jitter) => {
      const delayMs = 10_000
      const random = seeded(20_260_101)
      const upper = 2 ** (1 + jitter)

      const drawn = Array.from({ length: 10_000 }, () =>
        delayBeforeRetryMs({ attempts: 2, firstDelayMs: delayMs, jitter }, 1, random),
      )

      const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length
      expect(Math.abs(mean / delayMs - 1)).toBeLessThan(0.02)
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(delayMs * Math.log2(upper / (upper - 1)))
      expect(Math.max(...drawn)).toBeLessThanOrEqual(delayMs * (1 + jitter))
      // they are spread, not all the same
      expect(new Set(drawn.map((each) => Math.round(each / 100))).size).toBeGreaterThan(10)
    },
  )

  it('reaches its bounds at the ends of the randomness', () => {
    const policy = { attempts: 2, firstDelayMs: 1_000, jitter: 1 }

    // k = 1: c = log2(4 / 3)
    expect(delayBeforeRetryMs(policy, 1, () => 0)).toBeCloseTo(1_000 * Math.log2(4 / 3), 6)
    expect(delayBeforeRetryMs(policy, 1, () => 1)).toBeCloseTo(2_000, 6)
  })
})

describe('a retry policy', () => {
  it.each<[string, RetryPolicy]>([
    ['attempts 0', { attempts: 0 }],
    ['attempts 1.5', { attempts: 1.5 }],
    ['both firstDelayMs and delaysMs', { attempts: 2, firstDelayMs: 1, delaysMs: [1] }],
    ['51 delays', { attempts: 60, delaysMs: Array.from({ length: 51 }, () => 1) }],
    ['a delay that is not a length of time', { attempts: 2, delaysMs: [-1] }],
    ['a delay that is not a length of time', { attempts: 2, firstDelayMs: Number.NaN }],
    ['a delay that is not a length of time', { attempts: 2, firstDelayMs: Number.POSITIVE_INFINITY }],
    ['jitter -0.5', { attempts: 2, jitter: -0.5 }],
    ['jitter NaN', { attempts: 2, jitter: Number.NaN }],
  ])('with %s is refused by the name of its task', (what, policy) => {
    expect(() => checkRetryPolicy(policy, 'task fetch-gdp')).toThrow(
      expect.objectContaining({
        code: 'config/params',
        message: `the retry policy of task fetch-gdp has ${what}`,
        hint: expect.any(String),
      }),
    )
  })

  it('that can be meant is accepted', () => {
    expect(() => checkRetryPolicy({ attempts: 1 }, 'task a')).not.toThrow()
    expect(() =>
      checkRetryPolicy({ attempts: 60, delaysMs: exponentialBackoff(10), jitter: 1 }, 'task a'),
    ).not.toThrow()
  })
})
