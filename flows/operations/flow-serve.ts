/**
 * Who asked for this run, and did it start in time?
 *
 * `d2flow serve` is one process that schedules and runs: name a deployment of this flow in the project file, serve it, and
 * the table says which deployment asked, for which moment, and how late the run began. Run by hand it has no deployment,
 * and is due when it is asked for.
 *
 *     deployment({ name: 'every-minute', flow: flowServe, schedule: cron('* * * * *'), params: { patienceMs: 5_000 } })
 */
import { flow, runtime, table } from 'd2flow'
import { z } from 'zod'

export const flowServe = flow({
  name: 'flow-serve',
  params: z.object({
    patienceMs: z.int().min(0).default(60_000).describe('a run that begins later than this is late'),
  }),
  async run({ patienceMs }, ctx) {
    const askedBy = runtime.deployment?.name ?? null
    const lateMs = Math.max(0, ctx.clock.now().getTime() - ctx.dueAt.getTime())
    const row = {
      run: ctx.runName,
      askedBy: askedBy ?? 'a person',
      dueAt: ctx.dueAt.toISOString(),
      lateMs,
      inTime: lateMs <= patienceMs ? 'yes' : 'no',
    }
    await ctx.publish(table('flow-serve', [row], askedBy === null ? 'A run by hand' : `A run of ${askedBy}`))
    if (lateMs > patienceMs) ctx.log.warn(`begun ${lateMs} ms after it was due`)
    return { askedBy, lateMs }
  },
})
