import { createFakeClock, runFlow } from 'd2flow/testing'
import { cron, flow } from 'd2flow'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/base/duration.ts'
import type { DeploymentRecord } from '../../src/model/deployment-record.ts'
import { schedule } from '../../src/schedule/scheduler.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { given } from '../store/given.ts'

/** A deployment that is due each morning at six in Oslo. */
async function dailyInOslo(startedAt: string, catchUp: 'all' | 'latest' = 'latest') {
  const clock = createFakeClock(startedAt)
  const store = createMemoryStore({ clock })
  const record: DeploymentRecord = given(clock).deployment({
    schedules: [
      {
        slug: 'daily',
        schedule: cron('0 6 * * *', 'Europe/Oslo'),
        active: true,
        parameters: {},
        catchUp,
        maxLatenessMs: null,
      },
    ],
    scheduledFromAt: startedAt,
  })
  await store.deployments.save(record)
  return { clock, store }
}

const hoursOf = ({ fromAt, toAt }: { readonly fromAt: string; readonly toAt: string }) =>
  (Date.parse(toAt) - Date.parse(fromAt)) / HOUR

describe('the data window', () => {
  it.each([
    ['2026-03-27T12:00:00Z', [24, 23, 24]],
    ['2026-10-23T12:00:00Z', [24, 25, 24]],
  ])('of the runs after %s lasts %j hours, and they tile', async (startedAt, hours) => {
    const { clock, store } = await dailyInOslo(startedAt)

    await schedule(store, clock.now())

    const windows = (await store.runs.upcoming('weekly')).map(({ dueAt, window }) => ({ dueAt, ...window }))
    expect(windows.map(({ fromAt = '', toAt = '' }) => hoursOf({ fromAt, toAt }))).toEqual(hours)
    expect(windows.map(({ toAt }) => toAt)).toEqual(windows.map(({ dueAt }) => dueAt))
    expect(windows.slice(1).map(({ fromAt }) => fromAt)).toEqual(windows.slice(0, -1).map(({ toAt }) => toAt))
  })

  it('of runs that are made up tiles as if they had run in time', async () => {
    const { clock, store } = await dailyInOslo('2026-06-01T12:00:00Z', 'all')
    clock.advance(4 * DAY)

    await schedule(store, clock.now())

    const windows = (await store.runs.upcoming('weekly')).map(({ window }) => window)
    expect(windows.map((window) => window?.fromAt.slice(0, 13))).toEqual([
      '2026-06-01T04',
      '2026-06-02T04',
      '2026-06-03T04',
      '2026-06-04T04',
      '2026-06-05T04',
      '2026-06-06T04',
      '2026-06-07T04',
    ])
  })

  it('is what a flow and its subflows see, and null without a cadence', async () => {
    const child = flow({ name: 'child', run: (_, ctx) => ctx.window?.fromAt.toISOString() ?? null })
    const parent = flow({ name: 'parent', run: async (_, ctx) => [ctx.window?.toAt ?? null, await child({})] })
    const window = { fromAt: '2026-01-01T06:00:00.000Z', toAt: '2026-01-02T06:00:00.000Z' }

    const given = await runFlow(flow({ name: 'one', run: async () => await child({}) }), {}, { window })
    const none = await runFlow(parent, {})

    expect(given.result).toBe(window.fromAt)
    expect(none.result).toEqual([null, null])
  })
})
