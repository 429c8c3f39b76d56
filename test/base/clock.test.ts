import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { DAY } from '../../src/base/duration.ts'

afterEach(() => vi.useRealTimers())

describe('the system clock', () => {
  it('tells the time, and lengths that only grow', () => {
    vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z'), toFake: ['Date'] })

    expect(systemClock.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
    const before = systemClock.monotonicMs()
    vi.setSystemTime(new Date('2020-01-01'))
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before)
  })

  it('wakes a sleeper with the reason of whoever aborted', async () => {
    const stop = new AbortController()
    const reason = new Error('the run was cancelled')

    const sleeping = systemClock.sleep(DAY, stop.signal)
    stop.abort(reason)

    await expect(sleeping).rejects.toBe(reason)
  })

  it('does not begin to sleep when it was aborted before', async () => {
    const reason = new Error('the run was cancelled')

    await expect(systemClock.sleep(DAY, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('sleeps not at all for a length that is over', async () => {
    await expect(systemClock.sleep(-1)).resolves.toBeUndefined()
  })

  it('sleeps longer than a timer of Node can', async () => {
    const stop = new AbortController()
    let woke = false

    // 25 days and more wrap around to 1 ms when they are handed to a timer as they are
    const sleeping = systemClock.sleep(30 * DAY, stop.signal).finally(() => (woke = true))
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)

    expect(woke).toBe(false)
    stop.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
  })
})
