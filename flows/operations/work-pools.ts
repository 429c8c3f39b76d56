/**
 * Where does this run happen, and how long did it wait for its place?
 *
 * A deployment that names a pool is not run by `d2flow serve`: its runs wait in the pool until a worker of it takes them,
 * each in a process of its own. The table says who asked, which pool the run was taken from, which process executes it,
 * and how long it waited. Run by hand it has no deployment and no pool, and waits for nobody.
 *
 *     deployment({ name: 'nightly', flow: workPools, pool: 'night-runs', schedule: cron('0 2 * * *') })
 *
 *     d2flow work-pool create night-runs --type process --concurrency-limit 4
 *     d2flow deploy -n nightly
 *     d2flow worker start --pool night-runs
 *     d2flow deployment run work-pools/nightly
 */
import { flow, runtime, table } from 'd2flow'
import { z } from 'zod'

export const workPools = flow({
  name: 'work-pools',
  params: z.object({
    patienceMs: z
      .int()
      .min(0)
      .default(60_000)
      .describe('a run that waits longer wants another worker, or a higher limit'),
  }),
  async run({ patienceMs }, ctx) {
    const deployment = runtime.deployment?.name ?? null
    const pool = runtime.workPool
    const waitedMs = Math.max(0, ctx.clock.now().getTime() - ctx.dueAt.getTime())
    const facts = [
      { fact: 'asked for by', value: deployment ?? 'a person' },
      { fact: 'taken from', value: pool ?? 'no pool' },
      { fact: 'process', value: String(process.pid) },
      { fact: 'waited', value: `${waitedMs} ms` },
    ]
    await ctx.publish(table('work-pools', facts, pool === null ? 'A run outside of any pool' : `A run of ${pool}`))
    if (waitedMs > patienceMs) {
      const hint = pool === null ? 'd2flow serve --at-once' : `d2flow work-pool inspect ${pool}`
      ctx.log.warn(`it waited ${waitedMs} ms for its place; see ${hint}`)
    }
    return { deployment, pool, waitedMs }
  },
})
