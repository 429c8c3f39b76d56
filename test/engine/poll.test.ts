import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, runFlow } from 'd2flow/testing'
import { flow, poll, PollTiming, task } from 'd2flow'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'd2flow-poll-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A body's context whose file appears when so much time has passed. */
function until(appearsAfterMs: number, path: string) {
  const clock = createFakeClock()
  const ctx = {
    signal: new AbortController().signal,
    clock: {
      ...clock,
      async sleep(ms: number, signal?: AbortSignal) {
        await clock.sleep(ms, signal)
        if (clock.monotonicMs() >= appearsAfterMs) writeFileSync(path, 'here')
      },
    },
  }
  return { clock, ctx }
}

const fileAt = (path: string) => ({ what: `the file ${path}`, check: () => existsSync(path) && path })

describe('polling', () => {
  it('F023 gives the value as soon as there is one, and waits the interval between two looks', async () => {
    const path = join(folder, 'drop.csv')
    const { clock, ctx } = until(120, path)

    const found = await poll(ctx, { ...fileAt(path), intervalMs: 20 })

    expect(found).toBe(path)
    expect(clock.waitsMs).toEqual([20, 20, 20, 20, 20, 20])
  })

  it.each([0, '', Number.NaN])('F023 takes %o for a value', async (value) => {
    const { ctx } = until(0, join(folder, 'unused'))

    expect(await poll(ctx, { what: 'a value', check: () => value })).toBe(value)
  })

  it.each([null, undefined, false] as const)('F023 takes %o for none yet', async (nothing) => {
    const { clock, ctx } = until(0, join(folder, 'unused'))
    const looks = [nothing, 'there']

    expect(await poll(ctx, { what: 'a value', check: async () => looks.shift() })).toBe('there')
    expect(clock.waitsMs).toEqual([5_000])
  })

  it('F024 looks every five seconds for five minutes unless told otherwise, as its schema says', async () => {
    const { clock, ctx } = until(Number.POSITIVE_INFINITY, '')

    await expect(poll(ctx, fileAt(join(folder, 'never')))).rejects.toThrow('within 5 min 0 s')

    expect(PollTiming.parse({})).toEqual({ intervalMs: 5_000, timeoutMs: 300_000 })
    expect(clock.waitsMs).toEqual(Array.from({ length: 60 }, () => 5_000))
  })

  it('F024 takes its schema for the params of a flow', async () => {
    const patient = flow({
      name: 'patient',
      params: PollTiming,
      run: ({ intervalMs, timeoutMs }) => [intervalMs, timeoutMs],
    })

    expect((await runFlow(patient, {})).result).toEqual([5_000, 300_000])
  })

  it('F025 looks once even when there is no time at all', async () => {
    const path = join(folder, 'there')
    writeFileSync(path, 'here')
    const { clock, ctx } = until(0, path)

    expect(await poll(ctx, { ...fileAt(path), timeoutMs: 0 })).toBe(path)
    expect(clock.waitsMs).toEqual([])
  })

  it('F025 names what was not there when the time is up, after a last look', async () => {
    const path = join(folder, 'missing')
    const { clock, ctx } = until(Number.POSITIVE_INFINITY, '')

    const error: unknown = await poll(ctx, { ...fileAt(path), intervalMs: 40, timeoutMs: 100 }).catch(
      (thrown: unknown) => thrown,
    )

    expect(error).toMatchObject({
      code: 'engine/timeout',
      message: `the file ${path} was not there within 100 ms`,
      retryable: true,
      hint: 'it was looked for 4 times; give it more time (timeoutMs), or see why it does not come',
    })
    expect(clock.waitsMs).toEqual([40, 40, 20])
  })

  it('F025 waits no longer when somebody sets the wall clock back', async () => {
    const { clock, ctx } = until(Number.POSITIVE_INFINITY, '')
    const setBack = { ...ctx.clock, now: () => new Date(clock.now().getTime() - 3_600_000 * clock.waitsMs.length) }

    await expect(
      poll({ ...ctx, clock: setBack }, { ...fileAt(join(folder, 'missing')), intervalMs: 50, timeoutMs: 100 }),
    ).rejects.toThrow('within 100 ms')

    expect(clock.monotonicMs()).toBe(100)
  })

  it('F026 runs side by side with another, and the values come in the order of the calls', async () => {
    const clock = createFakeClock()
    const looks: string[] = []
    const waitFor = task({
      name: 'wait-for',
      run: async ({ name, afterMs }: { name: string; afterMs: number }, ctx) =>
        await poll(ctx, {
          what: name,
          intervalMs: 100,
          check() {
            looks.push(name)
            return ctx.clock.monotonicMs() >= afterMs && name
          },
        }),
    })
    const process = task({ name: 'process', run: (names: readonly string[]) => names.join(' then ') })
    const both = flow({
      name: 'both',
      run: async () => await process([waitFor({ name: 'A', afterMs: 400 }), waitFor({ name: 'B', afterMs: 200 })]),
    })

    const { result } = await runFlow(both, {}, { clock })

    expect(result).toBe('A then B')
    expect(looks.join('')).toBe('ABABABAA')
    // one after the other it would be 600
    expect(clock.monotonicMs()).toBe(400)
  })

  it('ends with the run', async () => {
    const controller = new AbortController()
    const patient = flow({
      name: 'patient',
      run: async (_, ctx) =>
        await poll(ctx, {
          what: 'nothing',
          check() {
            controller.abort(new Error('enough'))
            return null
          },
        }),
    })

    const { state } = await runFlow(patient, {}, { signal: controller.signal })

    expect(state).toMatchObject({ type: 'cancelled', message: 'enough' })
  })

  it('passes on what a look throws', async () => {
    const { ctx } = until(0, join(folder, 'unused'))
    const check = () => {
      throw new Error('the drive is gone')
    }

    await expect(poll(ctx, { what: 'a file', check })).rejects.toThrow('the drive is gone')
  })

  it('refuses an interval of nothing', async () => {
    const { ctx } = until(0, join(folder, 'unused'))

    await expect(poll(ctx, { what: 'a file', check: () => 1, intervalMs: 0 })).rejects.toMatchObject({
      code: 'config/params',
    })
  })
})
