import { HttpError } from 'd2flow'
import {
  askCircuit,
  CLOSED_CIRCUIT,
  createCircuitBreaker,
  replayOutcomes,
  settleCircuit,
  type Circuit,
} from 'd2flow/patterns'
import { createFakeClock } from 'd2flow/testing'
import { describe, expect, it } from 'vitest'

const outcomes = (text: string) => text.split('').map((letter) => letter === 'T')

describe('the states of a circuit', () => {
  it('F177 opens after as many failures in a row as the threshold says; a success begins the count anew', () => {
    expect(replayOutcomes(outcomes('FFTFF'), { threshold: 3 }).circuit).toMatchObject({ state: 'closed', failures: 2 })
    expect(replayOutcomes(outcomes('FFF'), { threshold: 3 }).circuit).toMatchObject({ state: 'open', trips: 1 })
  })

  it('F178 probes once after the cool-down: a success closes, a failure opens again without being a new trip', () => {
    const settings = { threshold: 3, coolDownMs: 0 }

    const closes = replayOutcomes(outcomes('FFFT'), settings)
    const opens = replayOutcomes(outcomes('FFFF'), settings)

    expect(closes.steps.at(-1)).toMatchObject({ admission: 'probe', state: 'closed', failures: 0 })
    expect(opens.steps.at(-1)).toMatchObject({ admission: 'probe', state: 'open', trips: 1 })
  })

  it('R39 F179 refuses until the cool-down is over, and counts it', () => {
    const inTime = replayOutcomes(outcomes('FFFTTT'), { threshold: 3, coolDownMs: 3_000, everyMs: 1_000 })
    const inCalls = replayOutcomes(outcomes('FFFTTT'), { threshold: 3, coolDownCalls: 2 })

    // opened at 2 s: the calls at 3 s and 4 s are refused, the one at 5 s is the probe
    for (const { circuit, steps } of [inTime, inCalls]) {
      expect(steps.map(({ admission }) => admission)).toEqual(['call', 'call', 'call', 'refused', 'refused', 'probe'])
      expect(circuit).toMatchObject({ state: 'closed', rejected: 2 })
    }
  })

  it('F180 gives new values and leaves those passed in as they were', () => {
    const open: Circuit = Object.freeze({ ...CLOSED_CIRCUIT, state: 'open', failures: 3, trips: 1, openedAtMs: 0 })

    const asked = askCircuit(open, { coolDownMs: 10 }, 10)
    const settled = settleCircuit(asked.circuit, {}, asked.admission, 'success', 10)

    expect(open).toMatchObject({ state: 'open', failures: 3 })
    expect(asked.circuit.state).toBe('half-open')
    expect(settled.state).toBe('closed')
  })

  it('F180 plays scripted outcomes the same way twice', () => {
    const play = () => replayOutcomes(outcomes('TTFFFTTFTT'), { threshold: 3, coolDownMs: 0 })

    expect(play()).toEqual(play())
    // by hand: it opens at the fifth call, the sixth probes and closes, one failure later is not enough
    expect(
      play()
        .steps.map(({ state }) => state)
        .join(' '),
    ).toBe('closed closed closed closed open closed closed closed closed closed')
    expect(play().circuit).toMatchObject({ trips: 1, rejected: 0, failures: 0 })
  })

  it('takes no notice of a call that began before it opened', () => {
    const open: Circuit = { ...CLOSED_CIRCUIT, state: 'open', failures: 3, trips: 1, openedAtMs: 0 }

    expect(settleCircuit(open, {}, 'call', 'success', 5)).toEqual(open)
    expect(settleCircuit(open, {}, 'call', 'failure', 5)).toEqual(open)
  })

  it('refuses a threshold that can never be reached', () => {
    expect(() => replayOutcomes([], { threshold: 0 })).toThrow(expect.objectContaining({ code: 'config/params' }))
  })
})

describe('a circuit around a service', () => {
  function brokenService() {
    const clock = createFakeClock()
    const service = { calls: 0, isDown: true }
    const breaker = createCircuitBreaker({ clock, threshold: 3, coolDownMs: 30_000, service: 'rainfall' })
    const ask = () =>
      breaker.call(() => {
        service.calls += 1
        if (service.isDown) throw new HttpError('http/network', 'refused', { retryable: true })
        return 'answer'
      })
    return { clock, service, breaker, ask }
  }

  async function trip(ask: () => Promise<string>) {
    for (let call = 0; call < 3; call += 1) await expect(ask()).rejects.toMatchObject({ code: 'http/network' })
  }

  it('F179 fails at once within the cool-down, without reaching the service, and says how long', async () => {
    const { clock, service, breaker, ask } = brokenService()
    await trip(ask)
    clock.advance(10_000)

    await expect(ask()).rejects.toMatchObject({
      code: 'http/circuit-open',
      retryable: true,
      retryAfterMs: 20_000,
      message: expect.stringContaining('circuit is open'),
      hint: expect.any(String),
    })

    expect(service.calls).toBe(3)
    expect(breaker.circuit.rejected).toBe(1)
  })

  it('F178 lets one probe through after the cool-down, and nobody beside it', async () => {
    const { clock, service, breaker, ask } = brokenService()
    await trip(ask)
    clock.advance(30_000)
    service.isDown = false

    const [probe, other] = await Promise.allSettled([ask(), ask()])

    expect(probe).toMatchObject({ status: 'fulfilled', value: 'answer' })
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'http/circuit-open' } })
    expect(breaker.circuit.state).toBe('closed')
  })

  it('counts an answer that refuses the request as a service that is up', async () => {
    const breaker = createCircuitBreaker({ clock: createFakeClock(), threshold: 1 })

    await expect(
      breaker.call(() => {
        throw new HttpError('http/status', 'not found')
      }),
    ).rejects.toThrow('not found')

    expect(breaker.circuit.state).toBe('closed')
  })

  it('lets the next call probe when a probe was aborted', async () => {
    const { clock, service, breaker, ask } = brokenService()
    await trip(ask)
    clock.advance(30_000)
    const abort = Object.assign(new Error('stopped'), { name: 'AbortError' })

    await expect(breaker.call(() => Promise.reject(abort))).rejects.toThrow('stopped')
    service.isDown = false

    expect(await ask()).toBe('answer')
  })

  it('tells of every change', async () => {
    const seen: string[] = []
    const breaker = createCircuitBreaker({
      clock: createFakeClock(),
      threshold: 1,
      coolDownMs: 0,
      onChange: (before, after) => seen.push(`${before.state} → ${after.state}`),
    })

    await expect(breaker.call(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
    await breaker.call(() => 'up')

    expect(seen).toEqual(['closed → open', 'open → half-open', 'half-open → closed'])
  })
})
