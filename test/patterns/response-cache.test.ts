import { createResponseCache, responseKey } from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'

function service() {
  const calls: string[] = []
  return {
    calls,
    answer: (what: string) => async () => {
      calls.push(what)
      return { what, at: calls.length }
    },
  }
}

describe('the response cache', () => {
  it('F190 knows a request by endpoint and parameters, whatever their order', () => {
    const key = responseKey('/x', { a: 1, b: 2 })

    expect(responseKey('/x', { b: 2, a: 1 })).toBe(key)
    expect(key).toMatch(/^[0-9a-f]{16}$/)
    expect(new Set([key, responseKey('/x', { a: 1, b: 3 }), responseKey('/y', { a: 1, b: 2 })]).size).toBe(3)
  })

  it('F190 tells 1 from "1", and a separator in a value from one between values', () => {
    expect(responseKey('/x', { a: 1 })).not.toBe(responseKey('/x', { a: '1' }))
    expect(responseKey('/x', { a: '1,b:2' })).not.toBe(responseKey('/x', { a: '1', b: '2' }))
  })

  it('F191 keeps an answer for 300 s and asks again at 301 s', async () => {
    const clock = createFakeClock()
    const cache = createResponseCache({ clock })
    const { calls, answer } = service()
    await cache.get('/x', {}, answer('x'))

    clock.advance(300_000)
    const atTheEnd = await cache.get('/x', {}, answer('x'))
    clock.advance(1_000)
    const after = await cache.get('/x', {}, answer('x'))

    expect([atTheEnd.wasHit, after.wasHit]).toEqual([true, false])
    expect(calls).toHaveLength(2)
  })

  it('F192 gives the data and whether it was a hit, and calls once', async () => {
    const cache = createResponseCache({ clock: createFakeClock() })
    const { calls, answer } = service()

    const first = await cache.get('/x', { a: 1 }, answer('x'))
    const second = await cache.get('/x', { a: 1 }, answer('x'))

    expect(first).toEqual({ data: { what: 'x', at: 1 }, wasHit: false })
    expect(second).toEqual({ data: first.data, wasHit: true })
    expect(calls).toEqual(['x'])
  })

  it('F193 tracks hits and misses', async () => {
    const cache = createResponseCache({ clock: createFakeClock() })
    const { answer } = service()
    expect(cache.statistics()).toEqual({ requests: 0, hits: 0, misses: 0, rate: 0 })

    for (const endpoint of ['/a', '/a', '/a', '/b', '/b']) await cache.get(endpoint, {}, answer(endpoint))

    expect(cache.statistics()).toEqual({ requests: 5, hits: 3, misses: 2, rate: 0.6 })
  })

  it('shares one call between two that ask at once', async () => {
    const cache = createResponseCache({ clock: createFakeClock() })
    const { calls, answer } = service()

    const answers = await Promise.all([cache.get('/x', {}, answer('x')), cache.get('/x', {}, answer('x'))])

    expect(answers.map(({ wasHit }) => wasHit)).toEqual([false, true])
    expect(calls).toHaveLength(1)
  })

  it('keeps no failure', async () => {
    const cache = createResponseCache({ clock: createFakeClock() })

    await expect(cache.get('/x', {}, () => Promise.reject(new Error('down')))).rejects.toThrow('down')

    expect((await cache.get('/x', {}, async () => 'up')).data).toBe('up')
  })

  it('forgets the oldest when there are too many', async () => {
    const cache = createResponseCache({ clock: createFakeClock(), maxEntries: 2 })
    for (const endpoint of ['/a', '/b', '/c']) await cache.get(endpoint, {}, async () => endpoint)

    expect((await cache.get('/c', {}, async () => '')).wasHit).toBe(true)
    expect((await cache.get('/a', {}, async () => '')).wasHit).toBe(false)
  })
})
