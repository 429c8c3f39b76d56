/**
 * When would this flow run?
 *
 * Three kinds of schedule say it: a cron pattern, an interval, a recurrence rule. A flow may have several at once; where
 * two name the same moment, each gives a run. The table shows the next moments of all three over a clock change: a local
 * time that is left out runs as much later, one that comes twice runs at the first, and hours that pass are counted.
 */
import { cron, flow, HOUR, interval, rrule, table, upcoming } from 'd2flow'
import { z } from 'zod'

export const schedules = flow({
  name: 'schedules',
  params: z.object({
    timeZone: z.string().default('Europe/Oslo').describe('an IANA time zone'),
    after: z.iso.datetime().default('2026-03-28T00:00:00Z').describe('moments after this one are shown'),
    count: z.int().min(1).max(50).default(3).describe('how many of each'),
  }),
  async run({ timeZone, after, count }, ctx) {
    const from = new Date(after)
    const kinds = {
      'cron "30 2 * * *"': cron('30 2 * * *', timeZone),
      'every 12 hours': interval(12 * HOUR, from, timeZone),
      'rrule Monday and Thursday': rrule('FREQ=WEEKLY;BYDAY=MO,TH', timeZone),
    }
    const rows = Object.entries(kinds).flatMap(([schedule, kind]) =>
      upcoming(kind, { after: from, count }).map((moment) => ({
        schedule,
        utc: moment.toISOString(),
        local: moment.toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
      })),
    )
    await ctx.publish(table('schedules', rows, `The next moments in ${timeZone}`))
    return { moments: rows.length }
  },
})
