/**
 * Which days are missing?
 *
 * All days of the range, both ends included, less those that were processed, in order. Each missing day is a task run with
 * its day as key, so that a run that was cut off goes on with the days that are left. Days are calendar days; leap days
 * are days. More than 2,000 days are refused before anything runs (sample data).
 */
import { ConfigError, DAY, flow, table, task } from 'd2flow'
import { z } from 'zod'

const DAYS_AT_MOST = 2_000

const processDay = task({
  name: 'process-day',
  run: ({ day }: { day: string }) => ({ day, rows: Number(day.slice(-2)) }),
})

export const backfill = flow({
  name: 'backfill',
  params: z.object({
    from: z.iso.date().default('2024-02-26').describe('the first day'),
    to: z.iso.date().default('2024-03-03').describe('the last day'),
    processed: z
      .array(z.iso.date())
      .default(['2024-02-27', '2024-03-01'])
      .describe('days that need not be processed again'),
  }),
  async run({ from, to, processed }, ctx) {
    const missing = missingDays(from, to, processed)
    const done = await Promise.all(processDay.map({ day: missing }, { key: ({ day }) => day }))
    await ctx.publish(table('backfill', done, `Sample data: ${missing.length} days were missing`))
    return { missing, rows: done.reduce((sum, { rows }) => sum + rows, 0) }
  },
})

/** @throws ConfigError `config/params` for a range that is turned round or longer than 2,000 days */
export function missingDays(from: string, to: string, processed: readonly string[]): string[] {
  const firstMs = Date.parse(from)
  const days = (Date.parse(to) - firstMs) / DAY + 1
  if (days < 1 || days > DAYS_AT_MOST) {
    const what = days < 1 ? `${to} is before ${from}` : `${from} to ${to} are ${days} days`
    throw new ConfigError('config/params', what, { hint: `give a range of 1 to ${DAYS_AT_MOST} days` })
  }
  const isProcessed = new Set(processed)
  return Array.from({ length: days }, (_, index) => new Date(firstMs + index * DAY).toISOString().slice(0, 10)).filter(
    (day) => !isProcessed.has(day),
  )
}
